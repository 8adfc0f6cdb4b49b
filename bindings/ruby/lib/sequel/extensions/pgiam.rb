# frozen_string_literal: true

require "pgiam/pg"

module Sequel
  # Each connection of a database logs in with a fresh token:
  #
  #     DB = Sequel.connect("postgres://app@orders.…/shop", extensions: :pgiam, pgiam: { profile: "prod" })
  #
  # With :preconnect say preconnect_extensions: :pgiam. The hash :pgiam, which may be left out, has pgiam's options,
  # credentials and pgiam_context.
  module Pgiam
    def self.extended(database)
      return if database.adapter_scheme == :postgres && Postgres::USES_PG

      raise Error, "the extension pgiam is for the adapter postgres with the driver pg"
    end

    def connect(server)
      options = server_opts(server)
      given = given_by(options)
      ::Pgiam::PG.open(given, options[:pgiam] || {}) do |parameters|
        apply(parameters) { super(server) }
      end
    end

    # While a connection is made: with what is to be set for it.
    def server_opts(server)
      parameters = Thread.current[:pgiam_sequel]
      return super unless parameters

      super.merge(conn_str: nil, driver_options: parameters)
    end

    private

    def apply(parameters)
      Thread.current[:pgiam_sequel] = parameters
      yield
    ensure
      Thread.current[:pgiam_sequel] = nil
    end

    # libpq's keywords, as the adapter makes them of its options.
    def given_by(options)
      return ::Pgiam::PG.given_by([options[:conn_str]], {}) if options[:conn_str]

      own = options.slice(:host, :port, :user, :password, :sslmode, :sslrootcert)
      own[:dbname] = options[:database]
      own.reject { |_, value| blank_object?(value) }.merge(options[:driver_options] || {})
    end
  end

  Database.register_extension(:pgiam, Pgiam)
end
