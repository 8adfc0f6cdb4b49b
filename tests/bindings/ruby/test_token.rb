# frozen_string_literal: true

# Tokens, answers, errors, warnings and the library's whereabouts, without a network.

require_relative "helper"
require "openssl"
require "pp"
require "stringio"
require "yaml"

# AWS's signature of a token, by its own document.
def signed_with?(token, secret)
  unsigned, signature = token.split("&X-Amz-Signature=")
  host, query = unsigned.split("/?", 2)
  day, region = query[/X-Amz-Credential=[^&]+/].split("%2F")[1, 2]
  time = query[/X-Amz-Date=([^&]+)/, 1]
  empty = OpenSSL::Digest::SHA256.hexdigest("")
  canonical = ["GET", "/", query.split("&").sort.join("&"), "host:#{host}", "", "host", empty].join("\n")
  scope = "#{day}/#{region}/rds-db/aws4_request"
  to_sign = ["AWS4-HMAC-SHA256", time, scope, OpenSSL::Digest::SHA256.hexdigest(canonical)].join("\n")
  key = [day, region, "rds-db", "aws4_request"].inject("AWS4#{secret}") { |from, part| OpenSSL::HMAC.digest("SHA256", from, part) }
  OpenSSL::HMAC.hexdigest("SHA256", key, to_sign) == signature
end

class TokenTest < Test
  test "a token is signed for the host, port and user" do
    keys
    token = context.token(host: HOST, port: 5433, user: "o'brien & söhne")
    assert token.start_with?("#{HOST}:5433/?Action=connect&DBUser=o%27brien%20%26%20s%C3%B6hne&"), token
    assert signed_with?(token, KEY["AWS_SECRET_ACCESS_KEY"])
    assert_equal Encoding::UTF_8, token.encoding
  end

  ["host=#{HOST} user=app port=5433", "postgresql://app@#{HOST}:5433/shop"].each do |conninfo|
    test "a connection string says the same: #{conninfo[0, 10]}" do
      keys
      assert_equal "#{HOST}:5433/?Action=connect&DBUser=app", context.token(conninfo).split("&X-Amz").first
    end
  end

  test "arguments win over the connection string" do
    keys
    token = context.token("host=#{HOST} user=app", user: "ann", port: "6000")
    assert token.start_with?("#{HOST}:6000/?Action=connect&DBUser=ann")
  end

  test "the module's function uses one context of the process" do
    keys
    assert Pgiam.token(host: HOST, user: "app").start_with?(PREFIX)
    assert_same Pgiam.default_context, Pgiam.default_context
  end

  test "a caller may change its own texts between calls" do
    keys
    user = +"app"
    first = context.token(host: HOST, user: user)
    user << "2"
    assert_includes context.token(host: HOST, user: user), "DBUser=app2&"
    user.replace("app")
    assert_equal first, context.token(host: HOST, user: user)
  end

  test "an answer tells what is known" do
    keys
    before = Time.now
    answer = context.answer(host: HOST, user: "app")
    assert_equal [HOST, 5432, "eu-west-1", "aws.environment"], [answer.host, answer.port, answer.region, answer.provider]
    assert_in_delta before + 900, answer.expires_at, 60
    assert_equal({ password: answer.token, sslmode: "require" }, answer.params.to_h)
    assert_empty answer.warnings
    assert_predicate context.answer(host: HOST, user: "app"), :from_cache?
  end

  test "no form of an answer shows its token" do
    keys
    answer = context.answer(host: HOST, user: "app")
    forms = [answer.inspect, answer.to_s, "#{answer}", answer.to_json, answer.to_h.to_s, JSON.generate([answer]),
             [answer].inspect, PP.pp(answer, +""), answer.params.inspect, answer.params.to_s, answer.params.to_json,
             JSON.generate(answer.params), PP.pp(answer.params, +""), answer.as_json.to_s, answer.params.as_json.to_s]
    forms.each { |form| refute_includes form, "X-Amz" }
    [answer, answer.params].each do |one|
      assert_match(/secret/, assert_raises(TypeError) { Marshal.dump(one) }.message)
      assert_match(/secret/, assert_raises(TypeError) { YAML.dump(one) }.message)
    end
  end

  # ---- Errors ----

  test "an error tells what was tried and what to do" do
    error = refused { context.token(host: HOST, user: "app") }
    assert_equal "NO_CREDENTIALS", error.status
    refute_empty error.hint
    refute_predicate error, :retryable?
    assert_includes error.causes.map(&:provider), "aws.environment"
    assert_includes error.to_s, "AWS_ACCESS_KEY_ID"
    assert_equal error.to_h, Marshal.load(Marshal.dump(error)).to_h
    JSON.generate(error)
  end

  test "a host that is not ours is not applicable" do
    keys
    assert_equal("NOT_APPLICABLE", refused { context.token(host: "localhost", user: "app") }.status)
  end

  test "an option that nobody knows is named with its neighbour" do
    keys
    error = refused { context.token(host: HOST, user: "app", profil: "dev") }
    assert_equal "UNSUPPORTED", error.status
    assert_match(/profil.*\n.*profile/m, error.to_s)
  end

  [{ user: "app\0x" }, { host: "#{HOST}\0.evil" }, { profile: "dev\0" }].each do |arguments|
    test "text with a NUL is refused: #{arguments.keys.first}" do
      keys
      error = refused { context.token(host: HOST, user: "app", **arguments) }
      assert_equal %w[INVALID_ARGUMENT nul_in_text], [error.status, error.code]
    end
  end

  test "a connection string with a NUL is refused" do
    keys
    assert_equal("nul_in_text", refused { context.token("host=#{HOST} user=app\0x") }.code)
  end

  test "text that is no UTF-8, and ports that are none, are refused" do
    keys
    [{ user: "\xFF" }, { user: "\xD8\x00".dup.force_encoding("UTF-16BE") }, { port: 70_000 }, { port: "x" }, { port: -1 }]
      .each { |arguments| assert_equal("INVALID_ARGUMENT", refused { context.token(host: HOST, user: "app", **arguments) }.status) }
    assert_match(/profile/, assert_raises(TypeError) { context.token(host: HOST, user: "app", profile: ["dev"]) }.message)
  end

  test "a connection that forgoes TLS gets no token" do
    keys
    error = refused { context.token("host=#{HOST} user=app sslmode=disable") }
    assert_equal "INSECURE", error.status
    assert_includes error.hint, "sslmode=require"
  end

  test "a closed context says so and may be closed again" do
    keys
    2.times { context.close }
    assert_match(/closed/, refused { context.token(host: HOST, user: "app") }.message)
  end

  # ---- Credentials of the program's own ----

  # As Aws::Credentials and Aws::AssumeRoleCredentials are.
  Keys = Struct.new(:access_key_id, :secret_access_key, :session_token) do
    def credentials = self
  end
  Provider = Struct.new(:credentials, :expiration)
  GIVEN = Keys.new("ASIAFROZEN", "secret of ASIAFROZEN", "session token")

  {
    "an object like Aws::Credentials" => GIVEN, "a provider" => Provider.new(GIVEN, Time.now + 3600),
    "a function" => -> { Provider.new(GIVEN, Time.now + 3600) }, "an array" => -> { [*GIVEN.to_a, Time.now + 3600] },
    "AWS's names" => lambda {
      { "AccessKeyId" => "ASIAFROZEN", "SecretAccessKey" => "secret of ASIAFROZEN", "SessionToken" => "session token",
        "Expiration" => Time.now + 3600 }
    },
    "our names" => { access_key_id: "ASIAFROZEN", secret_access_key: "secret of ASIAFROZEN", session_token: "session token" }
  }.each do |name, credentials|
    test "a program's own credentials sign: #{name}" do
      token = context.token(host: HOST, user: "app", credentials: credentials)
      assert_includes token, "Credential=ASIAFROZEN%2F"
      assert_includes token, "X-Amz-Security-Token=session%20token"
      assert signed_with?(token, GIVEN.secret_access_key)
    end
  end

  test "a block gives credentials" do
    assert_includes context.token(host: HOST, user: "app") { %w[AKIABLOCK secret] }, "Credential=AKIABLOCK%2F"
    assert_equal("host", context.answer(host: HOST, user: "app") { %w[AKIABLOCK secret] }.provider)
  end

  test "a program's own credentials are asked for once and kept apart" do
    asked = []
    one, other = %w[AKIAONE AKIAOTHER].map { |name| -> { asked << name and [name, "secret of #{name}"] } }
    [[one, "AKIAONE"], [other, "AKIAOTHER"], [one, "AKIAONE"]].each do |credentials, name|
      assert_includes context.token(host: HOST, user: "app", credentials: credentials), "Credential=#{name}%2F"
    end
    assert_equal %w[AKIAONE AKIAOTHER], asked
  end

  test "what a program's function raises is the cause" do
    error = refused { context.token(host: HOST, user: "app") { raise KeyError, "the vault is closed" } }
    assert_equal "NO_CREDENTIALS", error.status
    assert_match(/KeyError: the vault is closed/, error.message)
    assert_kind_of KeyError, error.cause
  end

  [nil, "AKIA", ["AKIA"], ["AKIA", nil]].each do |given|
    test "what is no credentials is an error: #{given.inspect}" do
      refused { context.token(host: HOST, user: "app", credentials: -> { given }) }
    end
  end

  test "no secret is in what an error tells" do
    error = refused { context.token(host: HOST, user: "app", credentials: -> { ["AKIA", "the secret word", "tok\0en"] }) }
    refute_includes error.full_message + error.inspect + error.cause.full_message, "the secret word"
  end

  # ---- A person ----

  ROLE = "arn:aws:iam::123456789012:role/dba"
  DEVICE = "arn:aws:iam::123456789012:mfa/ann"

  STS = <<~PYTHON
    import json, sys
    sys.path.insert(0, sys.argv[1])
    from fake_aws import FakeAws, Key
    with FakeAws(keys=[Key(*sys.argv[2:4])]) as aws:
        aws.sts.add_role(*sys.argv[4:5], mfa_serial=sys.argv[5], mfa_code="271828")
        print(json.dumps(aws.environment("sts")), flush=True)
        sys.stdin.read()
  PYTHON

  # While the block runs there is a role that wants the code 271828 of its person, as options.
  def with_role
    keys
    IO.popen(["/usr/bin/python3", "-c", STS, "#{ROOT}/tests/rds/aws", *KEY.values, ROLE, DEVICE], "r+") do |sts|
      ENV.update(JSON.parse(sts.gets))
      yield({ role_arn: ROLE, mfa_serial: DEVICE })
    ensure
      sts.close_write
    end
  end

  def with_prompt(prompt)
    with_role do |role|
      @context = Pgiam::Context.new(prompt: prompt, cache: "memory")
      yield role
    end
  end

  test "a person is asked for the code" do
    asked = []
    with_prompt(->(prompt) { asked << [prompt.kind, prompt.subject] and "271828" }) do |role|
      assert_includes context.token(host: HOST, user: "app", **role), "ASIA"
    end
    assert_equal [:mfa_code, DEVICE], asked.first
  end

  test "a person who declines is an error" do
    with_prompt(->(_) { false }) do |role|
      assert_equal("LOGIN_DECLINED", refused { context.token(host: HOST, user: "app", **role) }.status)
    end
  end

  test "an interrupt while a person is asked goes through" do
    with_prompt(->(_) { raise Interrupt }) do |role|
      assert_raises(Interrupt) { context.token(host: HOST, user: "app", **role) }
    end
  end

  test "without a prompt nobody is asked" do
    with_role do |role|
      assert_equal("LOGIN_REQUIRED", refused { context.token(host: HOST, user: "app", **role) }.status)
    end
  end

  # ---- Warnings ----

  test "a warning is logged once and is in each answer" do
    keys
    told = StringIO.new
    Pgiam.logger = Logger.new(told)
    3.times do
      answer = context.answer(host: HOST, user: "app", region: "us-east-2")
      assert_equal 1, answer.warnings.size
      assert_includes answer.warnings.first.message, "us-east-2"
    end
    context.token(host: HOST, user: "app", region: "us-east-2")
    assert_equal 1, told.string.scan("us-east-2").size
    assert_match(/WARN -- pgiam/, told.string)
  end

  # Keys that the library's own thread complains of as it reads them.
  def odd_keys
    FileUtils.mkdir_p(File.join(home, ".aws"))
    File.write(File.join(home, ".aws/credentials"), <<~INI)
      [default]
      aws_access_key_id = AKIAODD
      aws_secret_access_key = secretOfAKIAODD
      aws_credential_expiration = soon
    INI
  end

  test "the library's log is the logger's, also what its own threads say" do
    odd_keys
    told = StringIO.new
    own = Pgiam::Context.new(cache: "memory", logger: Logger.new(told))
    own.token(host: HOST, user: "app")
    assert_match(/WARN -- pgiam: aws: .* is no time/, told.string)
    before = told.string.dup
    own.close
    assert_equal before, told.string
  end

  test "the log has the logger's level" do
    odd_keys
    told = StringIO.new
    own = Pgiam::Context.new(cache: "memory", logger: Logger.new(told, level: Logger::ERROR))
    own.token(host: HOST, user: "app")
    assert_empty told.string
    own.close
  end

  test "what was logged is told where the call fails, too" do
    told = StringIO.new
    own = Pgiam::Context.new(cache: "memory", logger: Logger.new(told, level: Logger::INFO))
    refused { own.token(host: HOST, user: "app", password: "own") }
    assert_match(/INFO -- pgiam: plan: .* gets no token/, told.string)
    own.close
  end

  test "a logger may itself ask for a token" do
    odd_keys
    tokens = []
    logger = Logger.new(nil)
    own = Pgiam::Context.new(cache: "memory", logger: logger)
    logger.define_singleton_method(:add) { |*| tokens << own.token(host: HOST, user: "logger") if tokens.empty? }
    own.token(host: HOST, user: "app")
    refute_empty tokens
    own.close
  end

  test "a context has a logger of its own, and nil is none" do
    keys
    told = StringIO.new
    own = Pgiam::Context.new(cache: "memory", logger: Logger.new(told))
    own.token(host: HOST, user: "app", region: "us-east-2")
    context.token(host: HOST, user: "app", region: "us-east-2")
    assert_equal 1, told.string.scan("us-east-2").size
    own.close
  end

  # ---- The library ----

  ASK = <<~RUBY
    require "pgiam"
    begin
      puts Pgiam.library_version
    rescue Pgiam::Error => e
      puts "\#{e.code} | \#{e.message} | \#{e.hint}"
    end
  RUBY

  test "a library that is named and missing is told" do
    said, = run_ruby(ASK, PGIAM_LIBRARY: "#{home}/nowhere.so")
    assert said.start_with?("no_library |"), said
    assert_includes said, "nowhere.so (PGIAM_LIBRARY)"
    assert_includes said, "install pgiam"
  end

  test "a missing library is told with all places" do
    File.write("#{home}/libpgiam.so.1", "")  # at what is none the loader ends its search, before an installed one
    said, = run_ruby(ASK, PGIAM_LIBRARY: "", LD_LIBRARY_PATH: home)
    assert_includes said, "lib/libpgiam.so.1"
    assert_includes said, "the system's linker"
  end

  test "what is no library of pgiam's is told" do
    libc = File.read("/proc/self/maps")[%r{/\S*libc\.so\.6}]
    said, = run_ruby(ASK, PGIAM_LIBRARY: libc)
    assert_includes said, "is not pgiam's library"
  end

  test "the library inside the package is found" do
    FileUtils.cp_r(File.join(PACKAGE, "lib"), "#{home}/lib")
    FileUtils.mkdir_p("#{home}/lib/pgiam/lib/pgiam")
    FileUtils.cp(LIBRARY, "#{home}/lib/pgiam/lib/libpgiam.so.1")
    said, wrong = run_ruby(ASK, lib: "#{home}/lib", PGIAM_LIBRARY: "")
    assert_equal "#{Pgiam::VERSION}\n", said, wrong
  end

  [[0x10001, 1, "older"], [0x20000, 2, "newer"]].each do |version, takes, word|
    test "a library of another ABI is refused by name: #{word}" do
      File.write("#{home}/other.c", <<~C)
        unsigned pgiam_abi_version(void) { return #{version}u; }
        void *pgiam_get_api(unsigned major) { static int table; return major == #{takes} ? &table : 0; }
      C
      assert system("cc", "-shared", "-fPIC", "-o", "#{home}/libother.so", "#{home}/other.c")
      said, = run_ruby(ASK, PGIAM_LIBRARY: "#{home}/libother.so")
      assert said.start_with?("library_version |"), said
      assert_includes said, "#{home}/libother.so"
      assert_includes said, word
    end
  end

  test "package and library have one version" do
    assert_equal Pgiam::VERSION, Pgiam.library_version
    assert_equal Pgiam::VERSION, File.read("#{ROOT}/CMakeLists.txt")[/project\(pgiam VERSION ([\d.]+)/, 1]
  end
end
