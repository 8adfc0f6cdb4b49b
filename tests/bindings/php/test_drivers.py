"""PDO and pgsql against the emulator."""

import json
import subprocess

import pytest
from conftest import PACKAGE, PHP, SlowProgram, finished, until
from driver_fixtures import instance, no_connection, pdo, rds, server, verdicts, verified, way  # noqa: F401


def test_a_connection_logs_in_with_a_token(php, way, server, verdicts):
    assert php(way + "tell(row(login($server), SESSION));") == ["app_user", True] and verdicts() == ["accepted"]


def test_options_and_credentials_of_the_programs_own(php, way, server, rds, environment, verdicts):
    for name in rds.credentials():
        del environment[name]
    key = next(iter(rds.keys.values()))
    values = json.dumps([key.id, key.secret, key.session_token])
    told = php(way + f"""
        tell(refusal(fn () => login($server)));
        tell(row(login($server, credentials: fn () => json_decode('{values}'), reuseSeconds: 0, context: new Pgiam\\Context()), SESSION));""")
    assert told[0]["status"] == "NO_CREDENTIALS" and told[1] == ["app_user", True] and verdicts() == ["accepted"]


def test_a_given_password_that_is_refused_is_said_to_have_kept_the_token_away(php, way, server):
    told = php(way + """
        tell(refusal(fn () => login(['user' => 'plain', 'password' => 'close sesame'] + $server)));
        tell(refusal(fn () => login(['user' => 'plain', 'password' => 'open sesame', 'dbname' => 'nowhere'] + $server)));""")
    assert told[0]["code"] == "password_given" and told[0]["previous"]
    assert "nowhere" in told[1]["message"] and (told[1].get("class") == "PDOException" or told[1]["status"] == "CONNECT")


def test_variables_and_service_files_are_libpqs(php, way, server, tmp_path, verdicts):
    lines = "\n".join(f"{key}={value}" for key, value in server.items() if key != "user")
    (tmp_path / ".pg_service.conf").write_text(f"[orders]\n{lines}\npassfile=/nonesuch\n")
    variables = {"PGHOST": "host", "PGHOSTADDR": "hostaddr", "PGPORT": "port", "PGDATABASE": "dbname", "PGUSER": "user"}
    assert php(way + "tell(row(login(['service' => 'orders']), SESSION));", PGUSER="app_user") == ["app_user", True]
    assert php(way + "tell(row(login([]), SESSION));", **{name: server[key] for name, key in variables.items()}) == ["app_user", True]
    assert verdicts() == ["accepted", "accepted"]


def test_tls_that_nobody_asked_for_is_set(php, way, server, verdicts):
    told = php(way + "unset($server['sslmode'], $server['sslrootcert']); tell(row(login($server), SESSION));")
    assert told == ["app_user", True] and verdicts() == ["accepted"]


def test_with_an_installed_bundle_the_server_is_verified(php, way, server, verified):
    silent = "unset($server['sslmode'], $server['sslrootcert']);"
    verified(lambda: php(way + silent + "try { tell(row(login($server), SESSION)); } catch (Throwable $error) { tell($error->getMessage()); }"))


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer"])
def test_who_forgoes_tls_gets_no_token(php, way, server, no_connection, mode):
    told = php(way + f"tell(refusal(fn () => login(['sslmode' => '{mode}'] + $server)));")
    assert told["status"] == "INSECURE" and f"sslmode={mode}" in told["message"] and "sslmode=verify-full" in told["hint"]


def test_a_password_of_the_users_own_wins(php, way, server, tmp_path):
    (tmp_path / ".pgpass").write_text("*:*:*:ann:no\n*:*:*:plain:open sesame\n")
    (tmp_path / ".pgpass").chmod(0o600)
    told = php(way + """
        tell(row(login(['user' => 'plain'] + $server), SESSION));
        tell(row(login(['user' => 'plain', 'password' => 'open sesame'] + $server), SESSION));""")
    assert [user for user, _ in told] == ["plain", "plain"]
    told = php(way + "tell(row(login(['user' => 'plain', 'passfile' => '/nonesuch'] + $server), SESSION));", PGPASSWORD="open sesame")
    assert told[0] == "plain"


def test_a_password_that_is_given_and_overruled_is_not_sent(php, way, server, verdicts):
    told = php(way + "tell(row(login(['password' => 'no'] + $server, force: true), SESSION));", PGPASSWORD="neither")
    assert told == ["app_user", True] and verdicts() == ["accepted"]


def test_what_is_not_ours_is_the_drivers_alone(php, way):
    told = php(way + "tell(refusal(fn () => login(['host' => '127.0.0.1', 'port' => '1', 'user' => 'app'])));")
    assert "refused" in told["message"] and (told.get("class") == "PDOException" or told["status"] == "CONNECT")


def test_another_driver_of_pdos_is_left_alone(php, pdo):
    told = php("tell(refusal(fn () => Pgiam\\Pdo::connect('nosuch:host=x')));")
    assert told["class"] == "PDOException" and "find driver" in told["message"]


def test_switched_off_it_is_as_if_absent(php, way, server):
    told = php(way + "tell(refusal(fn () => login($server)));", PGIAM_DISABLE="1")
    assert told.get("class") == "PDOException" or told["status"] == "CONNECT"


def test_a_kept_token_that_is_refused_is_made_anew_once(start, way, server, rds, verdicts):
    program = start(way + "login($server); fwrite(STDERR, 'in'); fgets(STDIN); tell(row(login($server), SESSION));")
    assert program.stderr.read(2) == "in"
    rds.expire_tokens()
    program.stdin.write("\n")
    program.stdin.flush()
    assert finished(program) == ["app_user", True]
    assert verdicts()[0] == verdicts()[-1] == "accepted" and len(verdicts()) == 3


def test_a_refusal_is_explained_and_shows_no_token(php, way, server, rds):
    rds.refuse_next(reason="AccessDenied")
    told, shown = php(way + """
        try { login($server); } catch (Pgiam\\Error $error) {
            tell($error->facts());
            ob_start(); var_dump($error); print_r($error); var_export($error); echo serialize($error), $error->getTraceAsString();
            tell([ob_get_clean()]);
        }""", "zend.exception_ignore_args=0")
    assert told["status"] == "DENIED" and told["code"] == "token_refused" and all(cause["code"] for cause in told["causes"])
    assert "X-Amz" not in shown[0] and "PAM authentication failed" in shown[0]


def test_what_has_nothing_to_do_with_the_token_is_told_in_the_drivers_words(php, way, server):
    told = php(way + "tell(refusal(fn () => login(['dbname' => 'no_such_database'] + $server)));")
    assert "no_such_database" in told["message"] and (told.get("class") == "PDOException" or told["status"] == "CONNECT")


LISTS = """
    $list = array_merge($server, json_decode(getenv('LIST'), true));
"""


@pytest.fixture
def hosts(rds, environment):
    first, second = rds.endpoints[:2]
    environment["LIST"] = json.dumps({"host": f"{first.name},{second.name}", "hostaddr": f"{first.address},{second.address}"})
    return first, second


def test_each_host_of_a_list_has_its_own_token(php, way, server, rds, hosts, verdicts):
    for port, endpoint in ((f"1,{rds.port}", hosts[1]), (f"{rds.port},{rds.port}", hosts[0])):
        told = php(way + LISTS + f"tell(row(login(['port' => '{port}', 'target_session_attrs' => 'read-write'] + $list), SESSION));")
        assert told == ["app_user", True] and rds.attempts()[-1]["endpoint"] == f"{endpoint.name}:{rds.port}"
    assert verdicts() == ["accepted", "accepted"]


def test_what_is_not_ours_in_a_list_has_the_users_own_password(php, way, server, rds, tmp_path):
    (tmp_path / ".pgpass").write_text(f"db.corp.example:{rds.port}:*:plain:open sesame\n")
    (tmp_path / ".pgpass").chmod(0o600)
    told = php(way + f"""
        $two = ['host' => "$server[host],db.corp.example", 'hostaddr' => "$server[hostaddr],$server[hostaddr]", 'port' => '1,{rds.port}'];
        tell(row(login($two + ['user' => 'plain', 'sslmode' => 'require'] + $server), SESSION));""")
    assert told[0] == "plain"


# ---- Persistent connections ----


def test_a_persistent_connection_is_found_again_whatever_the_token(php, server, rds):
    told = php("""
        $server = json_decode(getenv('SERVER'), true);
        $dsn = 'pgsql:' . urldecode(http_build_query($server, '', ';'));
        $pid = function () use ($dsn) {
            $options = [PDO::ATTR_PERSISTENT => true];
            $connection = Pgiam\\Pdo::connect($dsn, options: $options, reuseSeconds: 0);
            return $connection->query('SELECT pg_backend_pid()')->fetchColumn();
        };
        $conninfo = strtr(substr($dsn, 6), ';', ' ');
        $other = fn () => pg_get_pid(Pgiam\\Pgsql::pconnect($conninfo, reuseSeconds: 0));
        tell([count(array_unique([$pid(), $pid(), $pid()])), count(array_unique([$other(), $other(), $other()]))]);""")
    assert told == [1, 1]


def test_a_connection_in_the_background_has_a_token_too(php, server, verdicts):
    told = php("""
        $server = json_decode(getenv('SERVER'), true);
        $connection = Pgiam\\Pgsql::connect(strtr(urldecode(http_build_query($server, '', ';')), ';', ' '), PGSQL_CONNECT_ASYNC);
        until(function () use ($connection) {
            return in_array(pg_connect_poll($connection), [PGSQL_POLLING_OK, PGSQL_POLLING_FAILED]);
        });
        tell(pg_fetch_result(pg_query($connection, 'SELECT session_user'), 0));""")
    assert told == "app_user" and verdicts() == ["accepted"]


# ---- Without files in memory ----


def test_without_proc_the_token_is_an_argument_that_no_trace_has(php, way, server, rds):
    rds.refuse_next(reason="AccessDenied")
    without = "(new ReflectionProperty(Pgiam\\Internal\\Libc::class, 'hasFiles'))->setValue(null, false);"
    told, shown, row = php(way + without + """
        try { login($server); } catch (Pgiam\\Error $error) {
            tell($error->status);
            ob_start(); var_dump($error); print_r($error); tell([ob_get_clean()]);
        }
        tell(row(login($server), SESSION));""", "zend.exception_ignore_args=0")
    assert told == "DENIED" and "X-Amz" not in shown[0] and row == ["app_user", True]


# ---- Forks ----


def test_children_that_are_forked_log_in(php, way, server, verdicts):
    told = php(way + """
        login($server);
        $children = [];
        for ($i = 0; $i < 4; $i++) {
            if (($child = pcntl_fork()) === 0) {
                $row = row(login(['user' => $i % 2 ? 'ann' : 'app_user'] + $server), SESSION);
                posix_kill(getmypid(), $row[0] === ($i % 2 ? 'ann' : 'app_user') ? SIGTERM : SIGABRT);
            }
            $children[] = $child;
        }
        tell(array_map(function ($child) { pcntl_waitpid($child, $status); return pcntl_wtermsig($status); }, $children));""")
    assert told == [15] * 4 and verdicts() == ["accepted"] * 5


def test_children_that_are_forked_while_their_parent_fetches(start, way, server, rds, environment, tmp_path):
    for name in rds.credentials():
        del environment[name]
    slow = SlowProgram(tmp_path, next(iter(rds.keys.values())))
    program = start(way + """
        $context = new Pgiam\\Context();
        $operation = $context->start(host: $server['host'], port: $server['port'], user: 'app_user');
        fwrite(STDERR, 'started');
        until(fn () => file_get_contents(getenv('HOME') . '/runs') !== '');
        $children = [];
        for ($i = 0; $i < 3; $i++) {
            if (($child = pcntl_fork()) === 0) {
                $refused = refusal(fn () => $operation->token())['status'];
                $row = row(login($server, context: $context), SESSION);
                exit([$refused, $row[0]] === ['INVALID_STATE', 'app_user'] ? 7 : 8);
            }
            $children[] = $child;
        }
        $ends = array_map(function ($child) { pcntl_waitpid($child, $status); return pcntl_wexitstatus($status); }, $children);
        tell([$ends, strlen($operation->token()) > 100]);""")
    assert program.stderr.read(7) == "started"
    until(lambda: slow.runs() == 4)  # each child has its own
    slow.open()
    assert finished(program) == [[7, 7, 7], True]


# ---- The examples, as their README has them ----


@pytest.fixture
def example(environment, server):
    variables = {"PGHOST": "host", "PGHOSTADDR": "hostaddr", "PGPORT": "port", "PGDATABASE": "dbname", "PGUSER": "user",
                 "PGSSLROOTCERT": "sslrootcert"}  # fmt: skip
    named = {name: server[key] for name, key in variables.items()}

    def start(name, *arguments, **changes):
        command = [PHP, PACKAGE / f"examples/{name}.php", *arguments]
        return subprocess.Popen(command, env={**environment, **named, **changes}, text=True, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip

    return start


def test_reconnect_logs_in_again(example, rds, verdicts):
    program = example("reconnect")
    assert program.stdout.readline() == "connected\n", program.stderr.read()
    rds.expire_tokens()
    rds.kill_backends()
    said, complained = program.communicate("\n")
    assert (said, complained, program.returncode) == ("done\n", "", 0) and verdicts()[-1] == "accepted"
    failed = example("reconnect", PGDATABASE="nope")
    assert failed.wait() == 1 and failed.communicate()[1].startswith("reconnect: ")


def test_storm_prints_a_token_for_each_and_its_errors(example, rds):
    tokens = example("storm", "50").communicate()[0].splitlines()
    assert len(tokens) == 50 and all(token.startswith(f"{rds.host}:{rds.port}/?Action=connect") for token in tokens)  # of one second, or of two
    failed = example("storm", "50", AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    assert failed.wait() == 1 and failed.communicate()[1].startswith("storm: no AWS credentials")
