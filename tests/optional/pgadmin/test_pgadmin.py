"""pgiam token as pgAdmin's password exec command."""

import pytest
from window import until


@pytest.fixture
def tree(window):
    window.unfold("Servers", "orders")
    return window


def open_query_tool(tree, server):
    tree.connect(server)
    tree.unfold("Servers", server, "Databases", "postgres")
    tree.open_query_tool("postgres")
    tree.run("SELECT session_user, 6*7 AS answer")
    until(lambda: tree.cells() == ["app_user", "42"], "the result")


def lose_the_session(tree, rds):
    """After the token has died."""
    rds.expire_tokens()
    rds.kill_backends()
    tree.run()
    until(lambda: "lost the database connection" in tree.dialog(), "pgAdmin to notice")


def start_another_session(tree):
    tree.enter_query_tool()
    tree.press("Continue")


def tokens(rds):
    return [(attempt["signed_at"], attempt["verdict"]) for attempt in rds.attempts()]


def test_the_dialog_shows_what_the_guide_says_to_fill_in(tree):
    tree.open_properties("orders", lambda: "Advanced" in tree.tabs())
    tree.show_tab("Advanced")
    until(lambda: "Password exec expiration" in tree.browser.page_source, "the Advanced tab")
    tree.photograph("pgadmin-advanced")
    assert "pgiam token --host %HOSTNAME% --port %PORT% --user %USERNAME%" in tree.browser.page_source


def test_pgadmin_connects_and_reconnects_after_its_token_has_died(tree, rds):
    open_query_tool(tree, "orders")
    tree.photograph("pgadmin-query")
    lose_the_session(tree, rds)
    tree.photograph("pgadmin-lost")
    start_another_session(tree)
    until(lambda: tree.cells() == ["app_user", "42"], "the result again")

    tree.browser.switch_to.default_content()
    tree.disconnect("orders")
    tree.connect("orders")
    assert {verdict for _, verdict in tokens(rds)} == {"accepted"}
    assert len({signed_at for signed_at, _ in tokens(rds)}) >= 3
    tree.disconnect("orders")


def test_a_user_whose_name_pgadmin_quotes_gets_a_token(tree, rds):
    tree.connect("quoted")
    assert {(attempt["user"], attempt["verdict"]) for attempt in rds.attempts()} == {("App-User", "accepted")}
    tree.disconnect("quoted")


def test_without_an_expiration_pgadmin_uses_a_token_that_has_died(tree, rds):
    open_query_tool(tree, "without expiration")
    lose_the_session(tree, rds)
    start_another_session(tree)
    until(lambda: tokens(rds)[-1] == (tokens(rds)[0][0], "refused"), "the refusal")


def test_a_command_that_fails_is_shown_with_its_exit_status(tree, rds):
    tree.ask_to_connect("without credentials")
    until(lambda: "returned non-zero exit status 2" in tree.dialog(), "the failure")
    tree.photograph("pgadmin-failure")
    assert rds.attempts() == []
