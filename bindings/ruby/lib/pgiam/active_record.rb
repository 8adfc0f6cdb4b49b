# frozen_string_literal: true

require "active_record"
require "active_record/connection_adapters/postgresql_adapter"
require_relative "pg"

module Pgiam
  # ActiveRecord: after Pgiam::ActiveRecord.install each connection of the adapter "postgresql" logs in with a fresh token.
  # Connections to what is not ours pass untouched.
  module ActiveRecord
    # The adapter's way to a connection, at first and again.
    module Client
      def new_client(parameters)
        options = ActiveRecord.options
        return super unless options

        words = ->(failure) { failure.cause || failure }
        PG.open(parameters, options, failures: [::ActiveRecord::ActiveRecordError], words: words) { |merged| super(merged) }
      rescue ::PG::Error => e
        raise ::ActiveRecord::ConnectionNotEstablished, e.message
      end
    end

    class << self
      attr_reader :options

      # options: pgiam's (profile: "prod"), credentials, pgiam_context. Called again, they are others.
      def install(**options)
        @options = options.freeze
        adapter = ::ActiveRecord::ConnectionAdapters::PostgreSQLAdapter.singleton_class
        adapter.prepend(Client) unless adapter < Client
      end
    end
  end
end
