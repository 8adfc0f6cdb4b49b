# frozen_string_literal: true

# ActiveRecord and Sequel against the emulator.

require_relative "server"

# Whether this distribution has it.
def there?(library)
  require library
  true
rescue LoadError
  false
end

class ActiveRecordTest < ServerTest
  HERE = there?("active_record")

  def setup
    super
    skip "ActiveRecord is not installed, or this distribution has no package of it" unless HERE
    require "pgiam/active_record"
    Pgiam::ActiveRecord.install(reuse_seconds: 60)
  end

  def teardown
    ActiveRecord::Base.remove_connection if HERE
    super
  end

  def establish(**changes)
    known = { **server, **changes }
    ActiveRecord::Base.establish_connection(adapter: "postgresql", username: known[:user], database: known[:dbname],
                                            **known.except(:user, :dbname))
  end

  def user
    ActiveRecord::Base.connection.select_value("SELECT session_user")
  end

  test "a pool logs in, and again where its sessions are gone" do
    establish
    assert_equal "app_user", user
    expire
    assert_raises(ActiveRecord::StatementInvalid) { user }
    ActiveRecord::Base.connection.reconnect!
    assert_equal "app_user", user
    expire
    ActiveRecord::Base.connection.verify!
    assert_equal "app_user", user
    assert_equal "accepted", verdicts.last
  end

  test "with an installed bundle the server is verified" do
    assert_verified(ActiveRecord::ConnectionNotEstablished) do
      establish(sslmode: nil, sslrootcert: nil)
      user
    end
  end

  test "threads of a pool log in with one fetch" do
    id, secret, token = Rds::CREDENTIALS.values
    asked = []
    Pgiam::ActiveRecord.install(credentials: -> { asked << 1 and [id, secret, token] })
    establish(pool: 8)
    users = Array.new(8) { Thread.new { ActiveRecord::Base.connection_pool.with_connection { user } } }.map(&:value)
    assert_equal ["app_user"] * 8, users
    assert_equal 1, asked.size
  end

  test "without TLS there is no token" do
    before = Rds.connections
    establish(sslmode: "disable")
    error = assert_raises(ActiveRecord::ConnectionNotEstablished) { user }
    assert_kind_of Pgiam::Error, error.cause
    assert_equal "INSECURE", error.cause.status
    assert_includes error.message, "sslmode=disable"
    assert_equal before, Rds.connections
  end

  test "what is not ours passes, and its errors are ActiveRecord's own" do
    establish(user: "plain", password: "open sesame")
    assert_equal "plain", user
    establish(dbname: "no_such_database")
    assert_raises(ActiveRecord::NoDatabaseError) { user }
  end
end

class SequelTest < ServerTest
  HERE = there?("sequel")

  def setup
    super
    skip "Sequel is not installed, or this distribution has no package of it" unless HERE
  end

  def teardown
    @database&.disconnect
    super
  end

  def database(changes = {}, **more)
    known = { **server, **changes }
    @database = Sequel.connect(adapter: "postgres", database: known[:dbname], extensions: :pgiam, keep_reference: false,
                               driver_options: { hostaddr: known[:hostaddr] }, **known.except(:hostaddr, :dbname), **more)
  end

  def user
    @database.get(Sequel.lit("session_user"))
  end

  test "a pool logs in, and again where its sessions are gone" do
    database(pgiam: { reuse_seconds: 60 })
    assert_equal "app_user", user
    expire
    assert_raises(Sequel::DatabaseDisconnectError) { user }
    assert_equal "app_user", user
    assert_equal %w[accepted refused accepted], verdicts
  end

  test "with an installed bundle the server is verified" do
    assert_verified(Sequel::DatabaseConnectionError) do
      database(sslmode: nil, sslrootcert: nil)
      user
    end
  end

  test "connections of a pool that are made at once fetch once" do
    id, secret, token = Rds::CREDENTIALS.values
    asked = []
    database(max_connections: 6, preconnect: :concurrently, preconnect_extensions: :pgiam,
             pgiam: { credentials: -> { asked << 1 and [id, secret, token] } })
    assert_equal ["accepted"] * 6, verdicts
    assert_equal 1, asked.size
  end

  test "a URL, and a connection string of libpq's" do
    address = "#{server[:host]}:#{server[:port]}/postgres?sslmode=require"
    options = { extensions: :pgiam, keep_reference: false }
    @database = Sequel.connect("postgres://app_user@#{address}", driver_options: { hostaddr: server[:hostaddr] }, **options)
    assert_equal "app_user", user
    @database.disconnect
    text = server.map { |key, value| "#{key}=#{value}" }.join(" ")
    @database = Sequel.connect(adapter: "postgres", conn_str: text, **options)
    assert_equal "app_user", user
    assert_equal %w[accepted accepted], verdicts
  end

  test "without TLS there is no token" do
    before = Rds.connections
    error = assert_raises(Sequel::DatabaseConnectionError) { database(sslmode: "disable") }
    assert_equal "INSECURE", error.cause.status
    assert_equal before, Rds.connections
  end

  test "what is not ours passes" do
    database(user: "plain", password: "open sesame")
    assert_equal "plain", user
  end
end
