"""Refusals are known and explained in whatever language the server and libpq speak, and nothing else is taken for one."""

import subprocess
from pathlib import Path

import pytest

# All that PostgreSQL and libpq are translated to and Debian ships.
LANGUAGES = sorted(path.parts[4] for path in Path("/usr/share/locale").glob("*/LC_MESSAGES/postgres-1?.mo"))
# Images that are made small leave all translations out.
pytestmark = pytest.mark.skipif(not LANGUAGES, reason="PostgreSQL's translations are not installed: /usr/share/locale")


@pytest.fixture(scope="module")
def translated(tmp_path_factory):
    """translated(language): what a client needs to speak it. That is a locale other than C, and other than C.UTF-8
    where that counts as C (glibc of 2024)."""
    folder = tmp_path_factory.mktemp("locales")
    subprocess.run(["localedef", "-i", "en_US", "-f", "UTF-8", folder / "en_US.UTF-8"], capture_output=True)
    if not (folder / "en_US.UTF-8").exists():
        pytest.skip("localedef makes no locale here: the package locales is not installed")
    return lambda language: {"LOCPATH": str(folder), "LC_ALL": "en_US.UTF-8", "LANGUAGE": language}


@pytest.fixture
def speak(rds):
    yield rds.set_language
    rds.set_language(None)


@pytest.fixture
def two_users(rds):
    """A user that may log in and one that may not, neither of whom has a database of its name."""
    rds.add_user("no_database")
    rds.add_user("no_login")
    rds.admin_sql("ALTER ROLE no_login NOLOGIN; ALTER ROLE no_database CONNECTION LIMIT 0;")
    yield
    rds.admin_sql("DROP ROLE no_database; DROP ROLE no_login;")


@pytest.mark.usefixtures("two_users")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_is_known_whatever_the_server_speaks(language, rds, speak, client):
    speak(language)
    right, wrong = client(), client(AWS_SECRET_ACCESS_KEY="not the secret")
    without_us = client(PGIAM_DISABLE="1", PGPASSWORD="not the password")

    def said(program, user, **more):
        assert program.do("connectdb", rds.conninfo(user, **more)) == "bad"
        return program.message()

    refused, outsider = said(wrong, "app_user"), said(right, "plain")
    assert refused.startswith(said(without_us, "app_user")) and outsider.startswith(said(without_us, "plain"))
    assert "PAM authentication failed" not in refused and "password authentication failed" not in outsider
    assert "\npgiam: the server refused a token that was signed for" in refused
    assert "first:\n  - the server is reached through another port" in refused
    assert "\npgiam: the server refused a token that was signed for" in outsider
    assert "first:\n  - the role is not a member of rds_iam" in outsider
    for other_reason in [
        said(right, "app_user", dbname="app_user"),  # there is none
        said(right, "no_login"),
        said(right, "no_database", dbname="postgres"),
    ]:
        assert "pgiam" not in other_reason


def test_a_cached_token_that_is_refused_in_another_language_is_replaced_too(rds, speak, client, verdicts):
    speak("ja")
    program = client()
    assert program.do("connectdb", rds.conninfo()).startswith("ok")
    rds.refuse_next()
    assert program.do("connectdb", rds.conninfo()).startswith("ok"), program.message()
    assert verdicts() == ["accepted", "refused", "accepted"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_libpqs_own_words_stay_whatever_the_client_speaks(language, rds, psql, translated):
    without_us = psql(rds.conninfo(), PGIAM_DISABLE="1", PGPASSWORD="not the password", **translated(language)).stderr
    done = psql(rds.conninfo(), AWS_SECRET_ACCESS_KEY="not the secret", **translated(language))
    assert done.stderr.startswith(without_us + "pgiam: the server refused a token")
    assert without_us.endswith('PAM authentication failed for user "app_user"\n')


def test_where_no_token_can_be_made_a_client_of_another_language_reads_why(rds, psql, translated):
    done = psql(rds.conninfo(), AWS_SECRET_ACCESS_KEY="", **translated("de"))
    assert done.stderr.startswith("psql: Fehler: pgiam: AWS_ACCESS_KEY_ID is set")
