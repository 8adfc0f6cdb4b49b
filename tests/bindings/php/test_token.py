"""Tokens, answers, errors, warnings and the library's whereabouts, without a network."""

import os
import re
import shutil
import subprocess

import pytest
from conftest import HOST, KEY, LIBRARY, PACKAGE, ROOT, finished, until
from fake_aws import FakeAws, Key
from rds_emulator.verifier import Token

PREFIX = f"{HOST}:5432/?Action=connect&DBUser=app&"


def is_signed_with(token, secret):
    unsigned, _, signature = token.partition("&X-Amz-Signature=")
    return Token(unsigned).signature(secret) == signature


def test_a_token_is_signed_for_the_host_port_and_user(php, keys):
    token = php("""tell((new Pgiam\\Context())->token(host: HOST, user: "o'brien & söhne", port: 5433));""")
    assert token.startswith(f"{HOST}:5433/?Action=connect&DBUser=o%27brien%20%26%20s%C3%B6hne&")
    assert is_signed_with(token, KEY["AWS_SECRET_ACCESS_KEY"])


def test_connection_strings_say_the_same_and_arguments_win(php, keys):
    tokens = php("""
        $context = new Pgiam\\Context();
        foreach (['host=' . HOST . ' user=app port=5433', 'postgresql://app@' . HOST . ':5433/shop'] as $conninfo) {
            tell($context->token($conninfo));
        }
        tell($context->token('host=' . HOST . ' user=app', user: 'ann', port: '6000'));""")
    assert [token.split("&X-Amz")[0] for token in tokens] == [
        *[f"{HOST}:5433/?Action=connect&DBUser=app"] * 2, f"{HOST}:6000/?Action=connect&DBUser=ann",
    ]  # fmt: skip


def test_an_answer_tells_what_is_known(php, keys):
    told = php("""
        $context = new Pgiam\\Context();
        $answer = $context->answer(host: HOST, user: 'app');
        $minutes = ($answer->expiresAt->getTimestamp() - time()) / 60;
        tell([$answer->host, $answer->port, $answer->region, $answer->provider, $answer->fromCache, $answer->warnings,
            $answer->params->toArray() === ['password' => $answer->token, 'sslmode' => 'require'],
            $answer->params['sslmode'], 14 < $minutes && $minutes < 16, $context->answer(host: HOST, user: 'app')->fromCache,
            isset($answer->token), count($answer->params)]);""")
    assert told == [HOST, 5432, "eu-west-1", "aws.environment", False, [], True, "require", True, True, True, 2]


def test_nothing_that_prints_an_answer_shows_its_token(php, keys):
    shown, refused = php("""
        $answer = (new Pgiam\\Context())->answer(host: HOST, user: 'app');
        ob_start();
        foreach ([$answer, [$answer], $answer->params, (array) $answer, get_object_vars($answer)] as $it) {
            var_dump($it); print_r($it); var_export($it); debug_zval_refcount($it);
            echo json_encode($it), "\\n";
        }
        $shown = ob_get_clean();
        $refused = [];
        foreach ([$answer, $answer->params] as $it) {
            foreach ([fn () => serialize($it), fn () => clone $it, fn () => unserialize(serialize([$it]))] as $work) {
                $refused[] = refusal($work)['class'];
            }
        }
        tell([$shown]); tell($refused);""".replace(" debug_zval_refcount($it);", ""))
    assert "eu-west-1" in shown[0] and "X-Amz" not in shown[0]
    assert refused == ["LogicException", "Error", "LogicException"] * 2


def test_what_is_kept_for_calls_shows_no_password(php, keys):
    shown = php("""
        $context = new Pgiam\\Context(force: true);
        $operation = $context->start(host: HOST, user: 'app', password: 'open sesame');
        $operation->token(); $context->token(host: HOST, user: 'app');
        ob_start();
        $own = $context->start(host: HOST, user: 'app', credentials: ['AKIA', 'open sesame']);
        $middleware = new Pgiam\\Internal\\Connector(['credentials' => ['AKIA', 'open sesame'], 'password' => 'open sesame']);
        foreach ([$context, $operation, $own, $middleware] as $it) { var_dump($it); print_r($it); var_export($it); echo json_encode($it); }
        tell([ob_get_clean(), refusal(fn () => serialize($context))['class'], refusal(fn () => serialize($operation))['class']]);""")
    assert "open sesame" not in shown[0] and "X-Amz" not in shown[0] and shown[1:] == ["LogicException"] * 2


# ---- Errors ----


def test_an_error_tells_what_was_tried_and_what_to_do(php):
    told, kinds, again = php("""
        try {
            (new Pgiam\\Context())->token(host: HOST, user: 'app');
        } catch (Pgiam\\Error $error) {
            tell($error->facts() + ['text' => (string) $error, 'code and message' => [$error->code, $error->message], 'get' => $error->getMessage()]);
            tell([$error instanceof PDOException, $error instanceof RuntimeException, $error->getCode(), basename($error->getFile())]);
            tell(unserialize(serialize($error))->facts() === $error->facts());
        }""")
    assert told["status"] == "NO_CREDENTIALS" and told["hint"] and not told["retryable"]
    assert {cause["provider"] for cause in told["causes"]} >= {"aws.environment", "aws.profile"}
    assert "AWS_ACCESS_KEY_ID" in told["text"] and told["code and message"] == ["", told["message"]] and told["get"] == told["message"]
    assert kinds == [True, True, 200, "program0.php"] and again is True


def test_what_can_be_typed_is_told(php):
    told = php("tell(refusal(fn () => (new Pgiam\\Context())->token(host: HOST, user: 'app', profile: 'nope')));")
    assert told["commands"] == ["aws configure --profile nope"]


def test_a_host_that_is_not_ours_is_not_applicable(php, keys):
    assert php("tell(refusal(fn () => (new Pgiam\\Context())->token(host: 'localhost', user: 'app')));")["status"] == "NOT_APPLICABLE"


def test_options_in_either_case_and_errors_name_them_as_they_were_written(php, keys):
    told = php("""
        $context = new Pgiam\\Context(reuseSeconds: 0);
        foreach ([['profil' => 'dev'], ['timeoutMs' => 'x'], ['timeout_ms' => 'x'], ['profile' => ['dev']], ['x']] as $options) {
            tell(refusal(fn () => $context->token(null, HOST, null, 'app', null, null, ...$options)));
        }
        tell(substr($context->token(host: HOST, user: 'app', signingHost: 'x.' . HOST), 0, 2));""")
    assert [error.get("status") for error in told[:-1]] == ["UNSUPPORTED", "BAD_CONFIG", "BAD_CONFIG", "INVALID_ARGUMENT", "INVALID_ARGUMENT"]
    assert '"profil"' in told[0]["message"] and '"profile"' in told[0]["hint"]
    assert "timeoutMs" in told[1]["message"] and "timeoutMs" in told[1]["text"] and "timeout_ms" in told[2]["message"]
    assert "profile" in told[3]["message"] and told[-1] == "x."


@pytest.mark.parametrize("arguments", [
    "host: HOST, user: \"app\\0x\"", "host: HOST . \"\\0.evil\", user: 'app'", "host: HOST, user: 'app', profile: \"dev\\0\"",
    "'host=' . HOST . \" user=app\\0x\"", "host: HOST, user: 'app', port: \"5432\\0\"",
])  # fmt: skip
def test_text_with_a_nul_is_refused(php, keys, arguments):
    told = php(f"""
        $context = new Pgiam\\Context();
        $context->token(host: HOST, user: 'app');
        tell(refusal(fn () => $context->token({arguments})));""")
    assert told["status"] == "INVALID_ARGUMENT" and ("port" in arguments or told["code"] == "nul_in_text")


def test_text_that_is_no_utf8_and_ports_that_are_none_are_refused(php, keys):
    told = php("""
        $context = new Pgiam\\Context();
        foreach ([['user' => "\\xff"], ['port' => 70000], ['port' => 'x'], ['port' => -1]] as $arguments) {
            tell(refusal(fn () => $context->token(...$arguments + ['host' => HOST, 'user' => 'app'])));
        }""")
    assert {error["status"] for error in told} == {"INVALID_ARGUMENT"}


def test_a_connection_that_forgoes_tls_gets_no_token(php, keys):
    told = php("tell(refusal(fn () => (new Pgiam\\Context())->token('user=app sslmode=disable host=' . HOST)));")
    assert told["status"] == "INSECURE" and "sslmode=require" in told["hint"]


def test_a_closed_context_says_so_and_may_be_closed_again(php, slow):
    told = php("""
        $context = new Pgiam\\Context();
        $operation = $context->start(host: HOST, user: 'app');
        $context->close();
        $context->close();
        tell([refusal(fn () => $context->token(host: HOST, user: 'app')), refusal(fn () => $operation->token())]);""")
    assert [error["status"] for error in told] == ["INVALID_STATE", "CANCELLED"]


def test_a_context_may_be_closed_while_a_driver_connects(php, keys):
    told = php("""
        for ($i = 0; $i < 20; $i++) {
            $context = new Pgiam\\Context();
            $attempt = new Pgiam\\Internal\\Attempt($context, ['host' => HOST, 'user' => 'app'], new Pgiam\\Internal\\Options([]), '*');
            $attempt->next();
            $context->close();
            $attempt->report('no', '28P01');
            $said = refusal(fn () => $attempt->next());
        }
        tell($said['status']);""", MALLOC_PERTURB_="165")  # shows who looks at what was freed
    assert told == "INVALID_STATE"


def test_traces_have_no_arguments_whatever_php_ini_says(php):
    told = php("""
        try {
            (new Pgiam\\Context())->token(host: HOST, user: 'app', password: 'open sesame', force: true);
        } catch (Pgiam\\Error $error) {
            ob_start(); var_dump($error); print_r($error); echo $error->getTraceAsString();
            tell([ob_get_clean(), ini_get('zend.exception_ignore_args')]);
        }""", "zend.exception_ignore_args=0")
    assert "open sesame" not in told[0] and told[1] == "0"


# ---- Credentials of the program's own ----

HOLDER = """
class Held { function __construct(private string $id) {}
    function getAccessKeyId() { return $this->id; } function getSecretKey() { return "secret of $this->id"; }
    function getSecurityToken() { return 'session token'; } function getExpiration() { return time() + 3600; } }
class Promise { function __construct(private mixed $value) {} function wait() { return $this->value; } }
class Client { function getCredentials() { return new Promise(new Held('ASIAOWN')); } }
"""


@pytest.mark.parametrize("credentials", [
    "fn () => ['ASIAOWN', 'secret of ASIAOWN', 'session token', new DateTime('+1 hour')]",
    "fn () => ['AccessKeyId' => 'ASIAOWN', 'SecretAccessKey' => 'secret of ASIAOWN', 'SessionToken' => 'session token']",
    "fn () => ['key' => 'ASIAOWN', 'secret' => 'secret of ASIAOWN', 'token' => 'session token', 'expires' => time() + 3600]",
    "['key' => 'ASIAOWN', 'secret' => 'secret of ASIAOWN', 'token' => 'session token']",
    "new Held('ASIAOWN')", "new Promise(new Held('ASIAOWN'))", "fn () => new Promise(new Held('ASIAOWN'))", "new Client()",
    "fn () => (object) ['access_key_id' => 'ASIAOWN', 'secret_access_key' => 'secret of ASIAOWN', 'session_token' => 'session token']",
])  # fmt: skip
def test_a_programs_own_credentials_sign(php, credentials):
    token = php(HOLDER + f"tell((new Pgiam\\Context())->token(host: HOST, user: 'app', credentials: {credentials}));")
    assert "Credential=ASIAOWN%2F" in token and "X-Amz-Security-Token=session%20token" in token
    assert is_signed_with(token, "secret of ASIAOWN")


def test_a_programs_own_credentials_are_asked_for_once_and_kept_apart(php):
    told = php("""
        $asked = [];
        $source = function (string $name) use (&$asked) {
            return function () use ($name, &$asked) { $asked[] = $name; return [$name, "secret of $name"]; };
        };
        [$one, $other] = [$source('AKIAONE'), $source('AKIAOTHER')];
        $context = new Pgiam\\Context();
        foreach ([$one, $other, $one] as $credentials) {
            tell(preg_replace('/.*Credential=(\\w+)%2F.*/', '$1', $context->token(host: HOST, user: 'app', credentials: $credentials)));
        }
        for ($i = 0; $i < 3; $i++) { // made anew each time, under one name
            $context->token(host: HOST, user: 'app', credentials: $source('AKIANEW'), credentialsIdentity: 'new');
        }
        tell($asked);""")
    assert told == ["AKIAONE", "AKIAOTHER", "AKIAONE", ["AKIAONE", "AKIAOTHER", "AKIANEW"]]


@pytest.mark.parametrize("credentials, previous", [
    ("function () { throw new DomainException('the vault is sealed'); }", "DomainException"),
    ("fn () => null", "Pgiam\\Error"), ("fn () => 'the secret word'", "Pgiam\\Error"), ("fn () => ['AKIA']", "Pgiam\\Error"),
    ("fn () => intdiv(1, 0)", "DivisionByZeroError"),
])  # fmt: skip
def test_what_a_programs_function_throws_comes_along(php, credentials, previous):
    told = php(f"tell(refusal(fn () => (new Pgiam\\Context())->token(host: HOST, user: 'app', credentials: {credentials})));")
    assert told["status"] == "NO_CREDENTIALS" and told["previous"] == previous and "the secret word" not in str(told)


def test_credentials_that_are_none_are_refused_at_once(php):
    told = php("tell(refusal(fn () => (new Pgiam\\Context())->token(host: HOST, user: 'app', credentials: 17)));")
    assert told["status"] == "INVALID_ARGUMENT"


# ---- Warnings ----

LOGGER = "class Logger { public $said = []; function log($level, $message, array $context = []) { $this->said[] = [$level, $message]; } }\n"


def test_a_warning_is_told_once_and_is_in_each_answer(php, keys):
    told = php(LOGGER + """
        $said = [];
        $context = new Pgiam\\Context(logger: function ($level, $message) use (&$said) { $said[] = [$level, $message]; });
        $psr = new Logger();
        $other = new Pgiam\\Context(logger: $psr, region: 'us-east-2');
        for ($i = 0; $i < 3; $i++) {
            $answer = $context->answer(host: HOST, user: 'app', region: 'us-east-2');
            $other->token(host: HOST, user: 'app');
        }
        $other->start(host: HOST, user: 'ann')->token();
        tell([$said, $psr->said, array_map(fn ($warning) => $warning->code, $answer->warnings)]);""")
    warned = [[line for line in said if "us-east-2" in line[1]] for said in told[:2]]
    assert len(warned[0]) == 1 and warned[0] == warned[1] and warned[0][0][0] == "warning"
    assert told[2] == ["region_option_differs"]


def test_the_librarys_log_is_the_loggers_also_what_its_own_threads_say(php, tmp_path):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(
        "[default]\naws_access_key_id = AKIAODD\naws_secret_access_key = secretOfAKIAODD\naws_credential_expiration = soon\n"
    )
    said, failed, quiet = php(LOGGER + """
        $psr = new Logger();
        $context = new Pgiam\\Context(logger: $psr);
        $context->token(host: HOST, user: 'app');
        $context->close();
        tell($psr->said);
        $psr = new Logger();
        refusal(fn () => (new Pgiam\\Context(logger: $psr, log: 'info'))->token(host: HOST, user: 'app', password: 'own'));
        tell($psr->said);
        $psr = new Logger();
        (new Pgiam\\Context(logger: $psr, log: 'error'))->token(host: HOST, user: 'app');
        tell($psr->said);""")
    assert {level for level, _ in said} == {"warning"} and [line for _, line in said if line.startswith("aws: ") and "is no time" in line]
    assert [level for level, _ in failed] == ["info"] and "gets no token" in failed[0][1]
    assert quiet == []


# ---- The library ----

ASK = "tell(refusal(fn () => Pgiam\\Context::libraryVersion()));"


def test_a_library_that_is_named_and_missing_is_told(php, tmp_path):
    told = php(ASK, PGIAM_LIBRARY=str(tmp_path / "nowhere.so"))
    assert told["code"] == "no_library" and "nowhere.so (PGIAM_LIBRARY)" in told["message"] and "install pgiam" in told["hint"]


def test_a_missing_library_is_told_with_all_places(php, no_library):
    told = php(ASK, PGIAM_LIBRARY="", LD_LIBRARY_PATH=no_library)
    assert "lib/libpgiam.so.1" in told["message"] and "the system's linker" in told["message"]


def test_the_library_beside_the_package_is_found(start, tmp_path, environment):
    shutil.copytree(PACKAGE, tmp_path / "package")
    (tmp_path / "package/lib").mkdir()
    shutil.copy(LIBRARY, tmp_path / "package/lib/libpgiam.so.1")
    code = f"require '{tmp_path}/package/autoload.php'; echo Pgiam\\Context::libraryVersion();"
    done = subprocess.run(["php", "-r", code], env={**environment, "PGIAM_LIBRARY": ""}, capture_output=True, text=True)
    assert done.stdout == version_of_project(), done.stderr


@pytest.mark.parametrize("version, takes, word", [(0x10001, 1, "older"), (0x20000, 2, "newer")])
def test_a_library_of_another_abi_is_refused_by_name(php, tmp_path, version, takes, word):
    source, library = tmp_path / "other.c", tmp_path / "libother.so"
    source.write_text(f"""
        unsigned pgiam_abi_version(void) {{ return {version}u; }}
        void *pgiam_get_api(unsigned major) {{ static int table; return major == {takes} ? &table : 0; }}""")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    told = php(ASK, PGIAM_LIBRARY=str(library))
    assert told["code"] == "library_version" and str(library) in told["message"] and word in told["message"]


def test_a_library_that_is_anothers_is_refused_by_name(php, tmp_path):
    source, library = tmp_path / "other.c", tmp_path / "libother.so"
    source.write_text("int nothing;")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    told = php(ASK, PGIAM_LIBRARY=str(library))
    assert told["code"] == "no_library" and "is not pgiam's library" in told["message"]


def version_of_project():
    return re.search(r"project\(pgiam VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text()).group(1)


def test_package_and_library_have_the_projects_version(php):
    composer = re.search(r'"version": "([\d.]+)"', (PACKAGE / "composer.json").read_text()).group(1)
    assert php("tell([Pgiam\\Context::VERSION, Pgiam\\Context::libraryVersion()]);") == [version_of_project()] * 2 == [composer] * 2


# ---- Where FFI is off ----


def test_without_ffi_it_is_told_what_to_set(php):
    told = php(ASK, "ffi.enable=0")
    assert told["code"] == "no_ffi" and "ffi.enable=true" in told["hint"] and "preload" in told["hint"]


# ---- Waiting ----


def test_operations_started_before_the_first_is_waited_for_make_one_fetch(start, slow):
    program = start("""
        $context = new Pgiam\\Context();
        $operations = [];
        for ($i = 0; $i < 200; $i++) {
            $operations[] = $context->start(host: HOST, user: "user$i");
        }
        $ready = array_filter($operations, fn ($operation) => $operation->isReady());
        [$threads] = held();
        fwrite(STDERR, 'started');
        tell([count($ready), $threads < 70, array_sum(array_map(fn ($operation) => (int) str_starts_with($operation->token(), HOST), $operations))]);
    """)
    assert program.stderr.read(7) == "started"
    until(lambda: slow.runs() >= 1)
    slow.open()
    assert finished(program) == [0, True, 200] and slow.runs() == 1


def test_an_event_loop_is_told_by_the_descriptor(start, slow):
    program = start("""
        $operation = (new Pgiam\\Context())->start(host: HOST, user: 'app');
        $stream = [fopen('php://fd/' . $operation->descriptor(), 'r')];
        $none = [];
        $before = $stream; $idle = stream_select($before, $none, $none, 0);
        fwrite(STDERR, 'started');
        $ready = stream_select($stream, $none, $none, 120);
        tell([$idle, $ready, $operation->isReady(), $operation->answer()->provider, $operation->answer()->token === $operation->token()]);
    """)
    assert program.stderr.read(7) == "started"
    slow.open()
    assert finished(program) == [0, 1, True, "aws.process", True]


def test_a_time_limit_of_its_own_and_a_cancel_are_told(php, slow):
    told = php("""
        $context = new Pgiam\\Context();
        $started = microtime(true);
        tell(refusal(fn () => $context->token(host: HOST, user: 'app', timeoutMs: 1500))['status']);
        tell(microtime(true) - $started > 1);
        $operation = $context->start(host: HOST, user: 'app');
        $operation->cancel();
        tell([refusal(fn () => $operation->token())['status'], refusal(fn () => $operation->token())['status']]);""")
    assert told == ["TIMEOUT", True, ["CANCELLED", "CANCELLED"]]


def test_a_time_limit_that_ends_between_two_polls_is_told(php, slow):
    told = php("""
        $operation = (new Pgiam\\Context())->start(host: HOST, user: 'app', timeoutMs: 300);
        until(fn () => $operation->isReady());
        tell(refusal(fn () => $operation->token())['status']);""")
    assert told == "TIMEOUT"


FOREIGN_WAIT = """
    pcntl_async_signals(true);
    pcntl_signal(SIGALRM, function () { throw new Exception('interrupted'); });
    $libc = FFI::cdef('int poll(void *, unsigned long, int);');
    pcntl_alarm(1);
    try { $libc->poll(null, 0, 60000); } catch (Exception) { tell('interrupted'); }"""


def test_a_signals_handler_runs_while_it_waits(start, slow):
    if start(FOREIGN_WAIT).wait(300) < 0:
        pytest.skip("this PHP (8.4 is one) ends where a signal's handler throws in a function called by FFI, any function")
    program = start("""
        pcntl_async_signals(true);
        pcntl_signal(SIGINT, function () { throw new Exception('interrupted'); });
        fwrite(STDERR, 'started');
        try {
            (new Pgiam\\Context())->token(host: HOST, user: 'app', timeoutMs: 600000);
        } catch (Exception $e) { tell(get_class($e) . $e->getMessage()); }""")
    assert program.stderr.read(7) == "started"
    until(lambda: slow.runs() == 1)
    program.send_signal(2)
    assert finished(program) == "Exceptioninterrupted"


def test_a_forked_child_goes_on_with_what_its_parent_has(php, keys):
    told = php("""
        $context = new Pgiam\\Context();
        $context->token(host: HOST, user: 'app');
        [$ours, $theirs] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
        if (pcntl_fork() === 0) {
            fwrite($theirs, $context->answer(host: HOST, user: 'app')->fromCache . substr($context->token(host: HOST, user: 'ann'), 0, 6) . "\\n");
            exit;
        }
        tell(fgets($ours));
        pcntl_wait($status);
        tell([$status, substr($context->token(host: HOST, user: 'app'), 0, 6)]);""")
    assert told == ["1orders\n", [0, "orders"]]


# ---- A person ----

ROLE, DEVICE = "arn:aws:iam::123456789012:role/dba", "arn:aws:iam::123456789012:mfa/ann"


@pytest.fixture
def role(environment, keys):
    """A role that wants the code 271828 of its person, as options."""
    with FakeAws(keys=[Key(KEY["AWS_ACCESS_KEY_ID"], KEY["AWS_SECRET_ACCESS_KEY"])]) as aws:
        environment |= aws.environment("sts")
        aws.sts.add_role(ROLE, mfa_serial=DEVICE, mfa_code="271828")
        yield f"host: HOST, user: 'app', roleArn: '{ROLE}', mfaSerial: '{DEVICE}'"


def test_a_person_is_asked_for_the_code(php, role):
    told = php(f"""
        $asked = [];
        $context = new Pgiam\\Context(function (Pgiam\\Prompt $prompt) use (&$asked) {{ $asked = [$prompt->kind, $prompt->subject]; return '271828'; }});
        tell([str_contains($context->token({role}), 'ASIA'), $asked]);""")
    assert told == [True, ["mfa_code", DEVICE]]


@pytest.mark.parametrize("prompt, status", [
    ("fn () => false", "LOGIN_DECLINED"), ("fn () => throw new Exception('no')", "LOGIN_DECLINED"), ("null", "LOGIN_REQUIRED"),
])  # fmt: skip
def test_a_person_who_declines_or_is_not_asked_is_an_error(php, role, prompt, status):
    assert php(f"tell(refusal(fn () => (new Pgiam\\Context({prompt}))->token({role})));")["status"] == status


# ---- Many calls ----


def test_nothing_is_lost_over_many_calls(php, keys):
    """Of each kind of call: threads, descriptors and memory, PHP's own and the library's. By hand with PGIAM_TEST_LONG: 200,000 calls."""
    rounds = 120_000 if os.environ.get("PGIAM_TEST_LONG") else 4000
    before, after = php(f"$rounds = {rounds};" + """
        $context = new Pgiam\\Context();
        $credentials = fn () => ['AKIAOWN', 'secret'];
        $many = function (int $count) use ($context, $credentials) {
            for ($i = 0; $i < $count; $i++) {
                $user = 'user' . $i % 300;
                $context->token(host: HOST, user: $user);
                if ($i % 10 === 0) {
                    $context->answer(host: HOST, user: $user, region: 'us-east-2');
                    $context->start(host: HOST, user: $user)->token();
                    $context->token(host: HOST, user: $user, credentials: $credentials);
                    refusal(fn () => $context->token(host: 'localhost', user: $user));
                    refusal(fn () => $context->token(host: HOST, user: $user, credentials: fn () => null));
                    (new Pgiam\\Context(fn () => null))->token(host: HOST, user: $user);
                }
            }
            return [...held(), memory_get_usage()];
        };
        tell($many(1000)); tell($many($rounds));""", MALLOC_ARENA_MAX="1")  # of which threads take more or less, as they meet
    assert after[0] <= before[0] + 64 and after[1] <= before[1]  # the library's own threads come and go
    assert after[2] - before[2] < 6 << 20 and after[3] - before[3] < 200_000
    print(rounds, before, after)
