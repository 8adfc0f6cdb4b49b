"""Roles: pgiam and botocore take the same way and are the same in the end; STS checks each signature."""
BASE = """
    [profile base]
    aws_access_key_id = AKIABASE
    aws_secret_access_key = secret of AKIABASE
    """
ROLE = "arn:aws:iam::123456789012:role/"


def test_a_role_over_keys(machine):
    machine.config(f"[default]\nrole_arn = {ROLE}A\nsource_profile = base\n", BASE)
    assert machine.both() == "ASIA.A.by.AKIABASE"


def test_a_chain_of_roles(machine):
    machine.config(f"""
        [default]
        role_arn = {ROLE}A
        source_profile = b
        external_id = ext
        [profile b]
        role_arn = {ROLE}B
        source_profile = c
        [profile c]
        role_arn = {ROLE}C
        source_profile = base
        duration_seconds = 900
        """, BASE)
    assert machine.both() == "ASIA.A+ext.by.ASIA.B.by.ASIA.C.by.AKIABASE"


def test_a_profile_that_is_its_own_source(machine):
    machine.config(f"""
        [default]
        role_arn = {ROLE}A
        source_profile = default
        aws_access_key_id = AKIASELF
        aws_secret_access_key = secret of AKIASELF
        """)
    assert machine.both() == "ASIA.A.by.AKIASELF"


def test_a_role_over_the_environment(machine):
    machine.config(f"[profile dev]\nrole_arn = {ROLE}A\ncredential_source = Environment\n")
    machine.variables = {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "secret of AKIAENV"}
    assert machine.both("dev") == "ASIA.A.by.AKIAENV"


def test_a_source_profile_with_keys_and_a_role_lends_its_keys(machine):
    machine.config(f"""
        [default]
        role_arn = {ROLE}A
        source_profile = b
        [profile b]
        role_arn = {ROLE}B
        source_profile = base
        aws_access_key_id = AKIAB
        aws_secret_access_key = secret of AKIAB
        """, BASE)
    assert machine.both() == "ASIA.A.by.AKIAB"


def test_a_role_over_a_program(machine):
    program = machine.write("program", """\
        #!/bin/sh
        echo '{"Version": 1, "AccessKeyId": "AKIAPROGRAM", "SecretAccessKey": "secret of AKIAPROGRAM"}'
        """)
    program.chmod(0o700)
    machine.config(f"[default]\nrole_arn = {ROLE}A\nsource_profile = p\n[profile p]\ncredential_process = {program}\n")
    assert machine.both() == "ASIA.A.by.AKIAPROGRAM"


def test_a_web_identity_of_the_environment(machine):
    machine.variables = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(machine.write("jwt", "jwt-1\n").resolve()),
                         "AWS_ROLE_ARN": ROLE + "W", "AWS_ROLE_SESSION_NAME": "pod"}
    ours = machine.pgiam("cache=memory")
    assert ours["id"] == "ASIA.W.by.jwt-1"
    assert ours["account"] == "123456789012"


def test_a_web_identity_of_a_profile_lends_to_a_role(machine):
    token = machine.write("jwt", "jwt-1")
    machine.config(f"""
        [default]
        role_arn = {ROLE}A
        source_profile = w
        [profile w]
        role_arn = {ROLE}W
        web_identity_token_file = {token}
        """)
    assert machine.both() == "ASIA.A.by.ASIA.W.by.jwt-1"


def test_a_loop_is_refused_by_both(machine, aws):
    machine.config(f"""
        [default]
        role_arn = {ROLE}A
        source_profile = b
        [profile b]
        role_arn = {ROLE}B
        source_profile = default
        """)
    assert machine.both() is None
    assert aws.requests == []


def test_a_role_of_our_own_options_on_top(machine):
    machine.config(f"[default]\nrole_arn = {ROLE}A\nsource_profile = base\n", BASE)
    ours = machine.pgiam(f"role_arn={ROLE}OWN", "external_id=x", "cache=memory")
    assert ours["id"] == "ASIA.OWN+x.by.ASIA.A.by.AKIABASE"


def test_mfa(machine, aws):
    machine.config(f"[default]\nrole_arn = {ROLE}A\nsource_profile = base\nmfa_serial = mfa\n", BASE)
    assert machine.pgiam()["hint"] == "run in a terminal: pgiam login --profile default"
    assert machine.pgiam(PROBE_CODE="000000")["remote"] == "AccessDenied, request r-2"
    assert machine.pgiam(PROBE_CODE="123456")["id"] == "ASIA.A+mfa.by.AKIABASE"
    before = aws.count("AssumeRole")
    assert machine.pgiam()["id"] == "ASIA.A+mfa.by.AKIABASE"
    assert aws.count("AssumeRole") == before


def test_a_role_that_the_aws_cli_has_assumed_serves_us(machine, aws):
    machine.config(f"[default]\nrole_arn = {ROLE}A\nsource_profile = base\n", BASE)
    first = machine.pgiam()
    assert machine.pgiam() == first
    assert aws.count("AssumeRole") == 1
    kept = list((machine.home / ".aws/cli/cache").glob("*.json"))
    assert len(kept) == 1
    assert kept[0].stat().st_mode & 0o777 == 0o600


def test_sts_that_fails_for_a_moment(machine, aws):
    machine.config(f"[default]\nrole_arn = {ROLE}A\nsource_profile = base\n", BASE)
    aws.fail["AssumeRole"] = [(500, "oops"), (503, "")]
    assert machine.pgiam()["id"] == "ASIA.A.by.AKIABASE"
    assert aws.count("AssumeRole") == 3


def test_sts_that_refuses(machine, aws):
    machine.config(f"[default]\nrole_arn = {ROLE}A\nsource_profile = base\n", BASE)
    aws.fail["AssumeRole"] = [(403, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error>"
                                    "<RequestId>r-9</RequestId></ErrorResponse>")]
    ours = machine.pgiam()
    assert (ours["status"], ours["remote"]) == (203, "AccessDenied, request r-9")
    assert aws.count("AssumeRole") == 1


def test_sts_that_hangs_up(machine, aws):
    machine.config(f"[default]\nrole_arn = {ROLE}A\nsource_profile = base\n", BASE)

    def hang_up(request):
        request.close_connection = True
    aws.fail["AssumeRole"] = [hang_up]
    assert machine.pgiam()["id"] == "ASIA.A.by.AKIABASE"
