"""Roles: pgiam and botocore take the same way and are the same in the end; STS checks each signature."""
BASE = """
    [profile base]
    aws_access_key_id = AKIABASE
    aws_secret_access_key = secret of AKIABASE
    """
ROLE = "arn:aws:iam::123456789012:role/"


def one_role(machine, *more):
    machine.aws.sts.add_role(ROLE + "A")
    machine.config(f"[default]\nrole_arn = {ROLE}A\nsource_profile = base\n" + "".join(more), BASE)


def actions(aws):
    return [request.form.get("Action") for request in aws.requests("sts")]


def test_a_role_over_keys(machine):
    one_role(machine)
    assert machine.both() == "role A by AKIABASE"


def test_a_chain_of_roles(machine, aws):
    aws.sts.add_role(ROLE + "A", external_id="ext")
    aws.sts.add_role(ROLE + "B")
    aws.sts.add_role(ROLE + "C")
    machine.config(f"""
        [default]
        role_arn = {ROLE}A
        source_profile = b
        external_id = ext
        [profile b]
        role_arn = {ROLE}B
        source_profile = c
        role_session_name = it-is.me@here
        [profile c]
        role_arn = {ROLE}C
        source_profile = base
        duration_seconds = 900
        """, BASE)
    assert machine.both() == "role A by role B by role C by AKIABASE"
    forms = [request.form for request in aws.requests("sts")][-3:]
    assert [form.get("DurationSeconds") for form in forms] == ["900", None, None]
    assert forms[1]["RoleSessionName"] == "it-is.me@here"
    assert len({request.connection for request in aws.requests("sts")[-3:]}) == 1  # one for all three


def test_a_profile_that_is_its_own_source(machine, aws):
    aws.sts.add_role(ROLE + "A")
    machine.config(f"""
        [default]
        role_arn = {ROLE}A
        source_profile = default
        aws_access_key_id = AKIASELF
        aws_secret_access_key = secret of AKIASELF
        """)
    assert machine.both() == "role A by AKIASELF"


def test_a_role_over_the_environment(machine, aws):
    aws.sts.add_role(ROLE + "A")
    machine.config(f"[profile dev]\nrole_arn = {ROLE}A\ncredential_source = Environment\n")
    machine.variables = {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "secret of AKIAENV"}
    assert machine.both("dev") == "role A by AKIAENV"


def test_a_role_over_a_container(machine, aws):
    aws.sts.add_role(ROLE + "A")
    machine.services = ("sts", "container")
    machine.config(f"[default]\nrole_arn = {ROLE}A\ncredential_source = EcsContainer\n")
    assert machine.both() == "role A by container"


def test_a_role_over_an_instance(machine, aws):
    aws.sts.add_role(ROLE + "A")
    machine.services = ("sts", "imds")
    machine.config(f"[default]\nrole_arn = {ROLE}A\ncredential_source = Ec2InstanceMetadata\n")
    assert machine.both() == "role A by instance role instance-role"


def test_a_source_profile_with_keys_and_a_role_lends_its_keys(machine, aws):
    aws.sts.add_role(ROLE + "A")
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
    assert machine.both() == "role A by AKIAB"


def test_a_role_over_a_program(machine, aws):
    aws.sts.add_role(ROLE + "A")
    machine.config(f"""
        [default]
        role_arn = {ROLE}A
        source_profile = p
        [profile p]
        credential_process = {machine.program()}
        """)
    assert machine.both() == "role A by AKIAPROGRAM"


def test_a_web_identity_of_the_environment(machine, aws):
    aws.sts.add_role(ROLE + "W", web_token="the-web-token")
    machine.variables = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(machine.write("jwt", "the-web-token\n")),
                         "AWS_ROLE_ARN": ROLE + "W", "AWS_ROLE_SESSION_NAME": "pod"}
    ours = machine.pgiam("cache=memory")
    assert machine.origin(ours) == "role W by web identity"
    assert ours["account"] == "123456789012"
    assert aws.requests("sts")[0].form["RoleSessionName"] == "pod"


def test_a_web_identity_of_the_environment_beats_keys_of_a_profile_but_not_its_role(machine, aws):
    aws.sts.add_role(ROLE + "A")
    aws.sts.add_role(ROLE + "W", web_token="the-web-token")
    machine.variables = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(machine.write("jwt", "the-web-token")),
                         "AWS_ROLE_ARN": ROLE + "W", "AWS_ROLE_SESSION_NAME": "pod"}
    machine.credentials(BASE.replace("profile base", "default"))
    assert machine.both() == "role W by web identity"
    machine.config(f"[default]\nrole_arn = {ROLE}A\nsource_profile = base\n", BASE)
    assert machine.both() == "role A by AKIABASE"


def test_a_role_that_lacks_its_source_does_not_fall_through_to_a_web_identity(machine, aws):
    machine.variables = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(machine.write("jwt", "the-web-token")),
                         "AWS_ROLE_ARN": ROLE + "W"}
    machine.config(f"[default]\nrole_arn = {ROLE}A\n")
    assert machine.pgiam()["status"] == 204
    assert aws.requests() == []


def test_a_web_identity_of_a_profile_lends_to_a_role(machine, aws):
    aws.sts.add_role(ROLE + "A")
    aws.sts.add_role(ROLE + "W", web_token="the-web-token")
    token = machine.write("jwt", "the-web-token")
    machine.config(f"""
        [default]
        role_arn = {ROLE}A
        source_profile = w
        [profile w]
        role_arn = {ROLE}W
        web_identity_token_file = {token}
        """)
    assert machine.both() == "role A by role W by web identity"


def test_a_broken_profile_is_not_passed_over_for_a_web_identity(machine, aws):
    aws.sts.add_role(ROLE + "W", web_token="the-web-token")
    machine.config(f"[default]\nrole_arn = {ROLE}A\nsource_profile = gone\n")
    machine.variables = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(machine.write("jwt", "the-web-token")),
                         "AWS_ROLE_ARN": ROLE + "W"}
    ours = machine.pgiam()
    assert ours["status"] == 204 and "gone" in ours["error"]
    assert aws.requests() == []


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
    assert aws.requests() == []


def test_a_role_of_our_own_options_on_top(machine, aws):
    one_role(machine)
    aws.sts.add_role(ROLE + "OWN", external_id="x")
    ours = machine.pgiam(f"role_arn={ROLE}OWN", "external_id=x", "cache=memory")
    assert machine.origin(ours) == "role OWN by role A by AKIABASE"


def test_mfa(machine, aws):
    one_role(machine, "mfa_serial = mfa\n")
    aws.sts.add_role(ROLE + "A", mfa_serial="mfa", mfa_code="123456")
    assert machine.pgiam()["hint"] == "run in a terminal: pgiam login --profile default"
    assert machine.pgiam(PROBE_CODE="000000")["remote"].startswith("AccessDenied, HTTP status 403, request ")
    first = machine.pgiam(PROBE_CODE="123456")
    assert machine.origin(first) == "role A by AKIABASE"
    before = len(actions(aws))
    assert machine.pgiam()["id"] == first["id"]
    assert len(actions(aws)) == before


def test_a_role_is_kept_where_the_aws_cli_keeps_it(machine, aws):
    one_role(machine)
    first = machine.pgiam()
    assert machine.pgiam() == first
    assert actions(aws) == ["AssumeRole"]
    kept = list((machine.home / ".aws/cli/cache").glob("*.json"))
    assert len(kept) == 1
    assert kept[0].stat().st_mode & 0o777 == 0o600
