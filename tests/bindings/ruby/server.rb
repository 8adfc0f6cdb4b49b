# frozen_string_literal: true

# What the tests of drivers share: the instance of tests/rds/run, which started them, and what libpq is told of it.

require_relative "helper"
require "socket"
require "pgiam/pg"

# The emulator of an RDS instance: its methods are those that tests/rds/README.md has for `ctl`.
module Rds
  CONTROL = ENV.fetch("RDS_CONTROL")
  CREDENTIALS = ENV.to_h.slice("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")

  def self.method_missing(name, **arguments)
    UNIXSocket.open(CONTROL) do |socket|
      socket.puts({ do: name, with: arguments }.to_json)
      answer = JSON.parse(socket.gets)
      raise answer["error"] if answer["error"]

      answer["result"]
    end
  end

  def self.respond_to_missing?(*)
    true
  end
end

class ServerTest < Test
  # For each test the server is as just started, and nothing is kept of one before it.
  def setup
    super
    ENV.update(Rds::CREDENTIALS)
    Rds.clear_attempts
    Rds.set_clock
    Rds.revive_tokens
    Rds.refuse_next(count: 0)
  end

  def server
    { host: ENV.fetch("RDS_HOST"), hostaddr: ENV.fetch("RDS_HOSTADDR"), port: ENV.fetch("RDS_PORT"), user: "app_user",
      dbname: "postgres", sslmode: "verify-full", sslrootcert: ENV.fetch("RDS_CA") }
  end

  # Whom a login connects to, where nobody says anything of TLS, with what pgiam ca install leaves: first Amazon's roots, which
  # have signed nothing here, then the instance's own. The block logs in and tells who is logged in.
  def assert_verified(failure)
    bundle = "#{home}/.local/share/pgiam/rds-ca.pem"
    FileUtils.mkdir_p(File.dirname(bundle))
    FileUtils.cp("#{ROOT}/plugin/src/clouds/aws/ca/rds-roots.pem", bundle)
    assert_match(/certificate verify failed/, assert_raises(failure) { yield }.message)
    File.write(bundle, "# root 9c8f 2021-05-21 2061-05-21 * The instance's\n#{File.read(ENV.fetch("RDS_CA"))}")
    forget
    assert_equal "app_user", yield
  end

  def silent
    server.except(:sslmode, :sslrootcert)
  end

  def verdicts
    Rds.attempts.map { |attempt| attempt["verdict"] }
  end

  # The tokens that are kept are too old now, and nobody is logged in.
  def expire
    Rds.expire_tokens
    Rds.kill_backends
  end

  def connection(**changes)
    yield(@connection = Pgiam::PG.connect(**server, **changes))
  ensure
    @connection.finish if @connection && !@connection.finished?
  end

  def session(connection)
    connection.exec("SELECT session_user, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").values.first
  end
end
