# frozen_string_literal: true

# pg against the emulator.

require_relative "server"

class PgTest < ServerTest
  test "a connection logs in with a token" do
    connection { |one| assert_equal %w[app_user t], session(one) }
    assert_equal %w[accepted], verdicts
    assert_kind_of PG::Connection, @connection
  end

  test "a connection string, and a block" do
    text = server.map { |key, value| "#{key}=#{value}" }.join(" ")
    assert_equal(%w[app_user t], Pgiam::PG.connect(text) { |one| session(one) })
    uri = "postgresql://app_user@#{server[:host]}:#{server[:port]}/postgres?hostaddr=#{server[:hostaddr]}"
    assert_equal(%w[app_user t], Pgiam::PG.connect(uri) { |one| session(one) })
    assert_equal %w[accepted accepted], verdicts
  end

  test "options of ours go with it" do
    given = Rds::CREDENTIALS.values
    ENV.reject! { |name, _| name.start_with?("AWS_") }
    ENV["AWS_EC2_METADATA_DISABLED"] = "true"
    error = refused(PG::ConnectionBad) { Pgiam::PG.connect(**server) }
    assert_equal "NO_CREDENTIALS", error.status
    assert_empty verdicts
    connection(credentials: -> { given }, reuse_seconds: 0) { |one| assert_equal "app_user", session(one).first }
  end

  test "variables and service files are libpq's" do
    lines = server.reject { |key, _| %i[user port].include?(key) }.map { |key, value| "#{key}=#{value}" }
    File.write("#{home}/.pg_service.conf", ["[orders]", *lines].join("\n"))
    ENV.update("PGUSER" => "app_user", "PGPORT" => server[:port])
    assert_equal("app_user", Pgiam::PG.connect("service=orders dbname=postgres") { |one| session(one).first })
    ENV.update("PGHOST" => server[:host], "PGHOSTADDR" => server[:hostaddr], "PGDATABASE" => "postgres")
    assert_equal(%w[app_user t], Pgiam::PG.connect { |one| session(one) })
    assert_equal %w[accepted accepted], verdicts
  end

  test "TLS that nobody asked for is set" do
    assert_equal(%w[app_user t], Pgiam::PG.connect(**silent) { |one| session(one) })
  end

  test "with an installed bundle the server is verified" do
    assert_verified(PG::ConnectionBad) { Pgiam::PG.connect(**silent) { |one| session(one).first } }
  end

  %w[disable allow prefer].each do |mode|
    test "who forgoes TLS gets no token: #{mode}" do
      before = Rds.connections
      error = refused(PG::ConnectionBad) { Pgiam::PG.connect(**server, sslmode: mode) }
      assert_equal "INSECURE", error.status
      assert_includes error.message, "sslmode=#{mode}"
      assert_includes error.message, "sslmode=verify-full, since a CA is named"
      assert_equal before, Rds.connections
    end
  end

  test "a password of the user's own wins" do
    connection(user: "plain", password: "open sesame") { |one| assert_equal "plain", session(one).first }
    File.write("#{home}/.pgpass", "*:*:*:plain:open sesame\n")
    File.chmod(0o600, "#{home}/.pgpass")
    connection(user: "plain", passfile: "#{home}/.pgpass") { |one| assert_equal "plain", session(one).first }
  end

  test "what is not ours is the driver's alone" do
    error = assert_raises(PG::ConnectionBad) { Pgiam::PG.connect(host: "127.0.0.1", port: 1, user: "app") }
    refute_kind_of Pgiam::Error, error
  end

  test "switched off it is as if absent" do
    ENV["PGIAM_DISABLE"] = "1"
    error = assert_raises(PG::ConnectionBad) { Pgiam::PG.connect(**server) }
    refute_kind_of Pgiam::Error, error
  end

  test "a kept token that is refused is made anew once" do
    connection {}
    Rds.expire_tokens
    connection {}
    assert_equal %w[accepted refused accepted], verdicts
  end

  test "a refusal is explained by an error that is pg's and ours" do
    Rds.refuse_next(reason: "AccessDenied")
    error = refused(PG::ConnectionBad) { Pgiam::PG.connect(**server) }
    assert_kind_of Pgiam::Error, error
    assert_equal "DENIED", error.status
    refute_empty error.causes
    assert(error.causes.none? { |cause| cause.code.empty? })
    assert_kind_of PG::ConnectionBad, error.cause
    refute_includes error.full_message(highlight: false).b + error.inspect.b, "X-Amz"
    rescued = begin
      raise error
    rescue Pgiam::Error => e
      e
    end
    assert_same error, rescued
  end

  test "what has nothing to do with the token is told in the driver's words" do
    error = assert_raises(PG::ConnectionBad) { Pgiam::PG.connect(**server, dbname: "no_such_database") }
    assert_includes error.message, "no_such_database"
    refute_kind_of Pgiam::Error, error
  end

  test "a reset logs in again, or says that it cannot" do
    connection do |one|
      expire
      if PG::Connection.method_defined?(:reset_start2)
        one.reset
        assert_equal "app_user", session(one).first
      else
        assert_raises(PG::ConnectionBad) { one.reset }
      end
    end
  end

  # ---- Lists of hosts ----

  REPLICA = "replica.c9akciq32xyz.eu-central-1.rds.amazonaws.com"

  def list(**changes)
    server.merge(host: "#{server[:host]},#{REPLICA}", hostaddr: "#{server[:hostaddr]},127.0.0.2", **changes)
  end

  test "each host of a list has its own token" do
    { "1,#{server[:port]}" => REPLICA, "#{server[:port]},#{server[:port]}" => server[:host] }.each do |port, endpoint|
      Pgiam::PG.connect(**list(port: port, target_session_attrs: "read-write")) { |one| assert_equal "app_user", session(one).first }
      assert_equal "#{endpoint}:#{server[:port]}", Rds.attempts.last["endpoint"]
    end
    assert_equal %w[accepted accepted], verdicts
  end

  test "what is not ours in a list has the user's own password" do
    File.write("#{home}/.pgpass", "db.corp.example:#{server[:port]}:*:plain:open sesame\n")
    File.chmod(0o600, "#{home}/.pgpass")
    hosts = { host: "#{server[:host]},db.corp.example", hostaddr: ([server[:hostaddr]] * 2).join(","),
              port: "1,#{server[:port]}", sslmode: "require" }
    connection(user: "plain", **hosts) { |one| assert_equal "plain", session(one).first }
  end

  test "a list whose kept token is refused is gone through again" do
    Pgiam::PG.connect(**list).finish
    Rds.expire_tokens
    Pgiam::PG.connect(**list).finish
    assert_equal %w[accepted accepted], [verdicts.first, verdicts.last]
    assert_includes verdicts, "refused"
  end

  test "a given password that is refused is said to have kept the token away" do
    error = refused(PG::ConnectionBad) { Pgiam::PG.connect(**server, password: "wrong") }
    assert_includes error.to_h.to_s, "password_given"
  end

  test "no form of a connection shows its token" do
    connection do |one|
      token = one.conninfo_hash[:password]
      refute_includes one.inspect, token
    end
  end

  test "many threads at once fetch once" do
    id, secret, token = Rds::CREDENTIALS.values
    ENV.reject! { |name, _| name.start_with?("AWS_") }
    ENV["AWS_EC2_METADATA_DISABLED"] = "true"
    slow = SlowProgram.new(home, id: id, secret: secret, token: token)
    callers = Array.new(12) { Thread.new { Pgiam::PG.connect(**server) { |one| session(one).first } } }
    until_true { slow.runs == 1 }
    slow.open
    assert_equal ["app_user"] * 12, callers.map(&:value)
    assert_equal 1, slow.runs
  end

  test "a forked child logs in" do
    connection {}
    pid = fork { exit!(Pgiam::PG.connect(**server, user: "ann") { |one| session(one).first } == "ann") }
    Process.wait(pid)
    assert_predicate $?, :success?
  end
end
