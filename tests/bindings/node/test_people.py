"""What only a person knows: a role that wants a code, over a service of AWS that the tests emulate."""

import os

import pytest
from conftest import HOST, Program
from fake_aws import FakeAws, Key

ROLE, DEVICE = "arn:aws:iam::123456789012:role/dba", "arn:aws:iam::123456789012:mfa/ann"
ASK = "const ask = (prompt) => new pgiam.Context({ cache: 'memory', prompt }).token(where);"


@pytest.fixture
def run(tmp_path):
    with FakeAws(keys=[Key("AKIDEXAMPLE", "secretOfAKIDEXAMPLE")]) as aws:
        aws.sts.add_role(ROLE, mfa_serial=DEVICE, mfa_code="271828")
        environment = {
            **os.environ, **aws.environment("sts"), "HOME": str(tmp_path), "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "PGIAM_TIMEOUT_MS": "120000",
            "AWS_SECRET_ACCESS_KEY": "secretOfAKIDEXAMPLE", "PGIAM_LIBRARY": os.environ["PGIAM_TEST_LIBRARY"],
            "PGIAM_NODE_ADDON": os.environ["PGIAM_TEST_NODE_ADDON"],
        }  # fmt: skip
        where = {"host": HOST, "user": "app", "roleArn": ROLE, "mfaSerial": DEVICE}

        def run(text):
            with Program(ASK + text, where, environment) as running:
                return running.told()

        yield run


@pytest.mark.parametrize("kind", ["", "async "])
def test_a_person_is_asked_for_the_code(run, kind):
    told = run(f"""
      const asked = [];
      const token = await ask({kind}(prompt) => {{ asked.push([prompt.kind, prompt.subject]); return '271828'; }});
      tell([/Credential=ASIA/.test(token), asked[0]]);""")
    assert told == [True, ["mfa_code", DEVICE]]


def test_the_loop_goes_on_while_a_person_thinks(run):
    assert run("""
      let ticks = 0;
      const timer = setInterval(() => ++ticks, 1);
      const token = await ask(async () => { while (ticks < 20) await new Promise(setImmediate); return '271828'; });
      clearInterval(timer);
      tell(token.length > 100);""")


@pytest.mark.parametrize("answer, status", [("() => false", "LOGIN_DECLINED"), ("() => { throw new Error('gone'); }", "LOGIN_DECLINED"), ("undefined", "LOGIN_REQUIRED")])
def test_who_declines_or_cannot_be_asked_is_an_error(run, answer, status):
    assert run(f"tell(await ask({answer}).catch(told));")["status"] == status
