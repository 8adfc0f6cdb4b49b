"""URLs with several hosts: each gets the token that was signed for it."""

from conftest import HOST, PLUGIN, REPLICA, SOCKETS, refused

BOTH = f"{HOST},{REPLICA}"


def endpoints(rds):
    return [attempt["endpoint"].split(":")[0] for attempt in rds.attempts()]


def test_the_host_that_is_dialled_gets_its_own_token(rds, bridge, url):
    assert bridge.do("connect", "c", url(SOCKETS, host=BOTH), "user=app_user") == "app_user"
    assert bridge.do("connect", "d", url(SOCKETS, host=f"{REPLICA},{HOST}"), "user=app_user") == "app_user"
    assert endpoints(rds) == [HOST, REPLICA]


def test_a_host_that_is_down_is_passed_over(rds, bridge, url, instance):
    dead = f"dead.c9akciq32xyz.eu-west-1.rds.amazonaws.com:1,{REPLICA}"
    assert bridge.do("connect", "c", url(SOCKETS, host=dead), "user=app_user") == "app_user"
    assert endpoints(rds) == [REPLICA]


def test_a_refusing_host_is_passed_over_with_a_token_of_its_own_for_the_next(rds, bridge, url):
    rds.refuse_next(count=1)
    assert bridge.do("connect", "c", url(SOCKETS, host=BOTH), "user=app_user") == "app_user"
    assert endpoints(rds) == [HOST, REPLICA]


def test_a_wanted_kind_of_server_is_searched_for_host_by_host(rds, bridge, url):
    # None is a standby: pgjdbc logs in to each to find out, and then takes what there is.
    wanted = url(SOCKETS, "targetServerType=preferSecondary", "hostRecheckSeconds=0", host=BOTH)
    assert bridge.do("connect", "c", wanted, "user=app_user") == "app_user"
    assert {HOST, REPLICA} <= set(endpoints(rds))
    assert {attempt["verdict"] for attempt in rds.attempts()} == {"accepted"}


def test_threads_that_connect_to_hosts_in_any_order_never_mix_up_tokens(rds, jvm, url):
    balanced = url(SOCKETS, "loadBalanceHosts=true", "loginTimeout=60", host=BOTH)
    users = jvm().do("threads", balanced, "4", "8", "user=app_user").split()
    assert users == ["app_user"] * 32
    assert {attempt["verdict"] for attempt in rds.attempts()} == {"accepted"}
    assert set(endpoints(rds)) == {HOST, REPLICA}


def test_without_the_socket_factory_the_property_to_add_is_named(rds, bridge, url):
    lost = refused(bridge, "connect", "c", url(host=BOTH), "user=app_user")
    assert lost.state == "28000" and SOCKETS in lost.message
    assert rds.attempts() == []


def test_without_the_socket_factory_a_saved_password_still_works(bridge, url):
    assert bridge.do("connect", "c", url(host=BOTH), "user=plain", "password=open sesame") == "plain"


def test_the_users_own_socket_factory_makes_the_sockets(rds, bridge, url):
    own = url(SOCKETS, "pgiam.socketFactory=CountedSockets", "pgiam.socketFactoryArg=x", host=BOTH)
    before = int(bridge.do("sockets"))
    assert bridge.do("connect", "c", own, "user=app_user") == "app_user"
    assert int(bridge.do("sockets")) == before + 1


def test_addresses_are_compared_and_not_their_spellings(rds, bridge, url):
    """What pgjdbc makes of [::1] or 127.1 is spelt otherwise than the user did."""
    for spelt in ("127.1", "2130706433"):
        lists = url(SOCKETS, host=f"{HOST},{spelt}", sslmode="require").replace(f"{HOST}:{rds.port}", f"{HOST}:1")
        assert bridge.do("connect", "c", lists, "user=plain", "password=open sesame") == "plain"
        none = refused(bridge, "connect", "c", lists, "user=plain")
        assert "no password was provided" in none.message, "the address is not ours, and gets nothing"
    lists = f"jdbc:postgresql://[::1]:1,[0:0:0:0:0:0:0:1]:2,{HOST}:{rds.port}/postgres?sslmode=require&"
    assert bridge.do("connect", "c", lists + "&".join((PLUGIN, SOCKETS)), "user=app_user") == "app_user"
