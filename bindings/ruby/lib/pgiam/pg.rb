# frozen_string_literal: true

require "pg"
require_relative "../pgiam"
require_relative "attempt"

module Pgiam
  # The driver pg. Pgiam::PG.connect in place of PG.connect; it takes what that takes, and beside it pgiam's options
  # (profile: "prod"), credentials and pgiam_context.
  #
  # Each connection is decided by the library: TLS is set, an alias is dialled by the endpoint's own name, a kept token that is
  # refused is made anew once, and a refusal is explained by an error that is a PG::ConnectionBad and a Pgiam::Error in one.
  module PG
    # pg's error, with what ours tells.
    class ConnectionBad < ::PG::ConnectionBad
      include Explained

      def self.of(error)
        new(error.to_s).tap { |made| made.send(:take, error.facts) }
      end

      # The whole story, since frameworks show no more of an error of pg's.
      def message
        to_s
      end

      def is_a?(kind)
        kind.equal?(Error) || super
      end
      alias kind_of? is_a?
    end

    # What a connection of ours can do beside pg's own.
    module Fresh
      # Logs in again with a fresh password. pg before 1.5 cannot change that of a connection: there it is tried with the old
      # one, and PG::ConnectionBad tells where that has ended.
      def reset
        return super unless ::PG::Connection.method_defined?(:reset_start2) ||
                            ::PG::Connection.private_method_defined?(:reset_start2)

        keywords, options = @pgiam
        PG.attempt(keywords, options) do |apply|
          @pgiam_apply = apply
          super()
        end
        self
      ensure
        @pgiam_apply = nil
      end
      alias async_reset reset

      # Of which pg's own reset makes the new connection.
      def conninfo_hash
        @pgiam_apply ? PG.merged(super, @pgiam_apply) : super
      end
    end

    class << self
      def connect(*arguments, **keywords, &block)
        options, rest = taken(keywords)
        given = given_by(arguments, rest)
        connection = open(given, options) { |parameters| ::PG.connect(**parameters) }
        return connection unless block

        begin
          yield connection
        ensure
          connection.finish unless connection.finished?
        end
      end

      # What the block makes of parameters for pg, which have ours over the given.
      def open(given, options, **more)
        connection = attempt(given, options, **more) { |apply| yield merged(given, apply) }
        connection.extend(Fresh)
        connection.instance_variable_set(:@pgiam, [given, options])
        connection
      end

      def attempt(given, options, **more, &dial)
        Attempt.connect(given, options, failures: [::PG::Error], error: ConnectionBad.method(:of), **more, &dial)
      end

      # What is ours of a driver's arguments, and what is not.
      def taken(keywords)
        ours, rest = Request.split_options(keywords)
        own, rest = rest.partition { |key, _| %i[credentials credentials_identity pgiam_context].include?(key) }
        [ours.merge(own.to_h), rest.to_h]
      end

      # What the library unsets, and nobody gave, stays away.
      def merged(given, apply)
        given.merge(apply.reject { |key, value| value.empty? && !given.key?(key) })
      end

      # libpq's keywords, as pg itself reads its arguments.
      def given_by(arguments, keywords)
        text = ::PG::Connection.parse_connect_args(*arguments, **keywords)
        ::PG::Connection.conninfo_parse(text).to_h { |one| [one[:keyword].to_sym, one[:val]] }.compact
      end
    end
  end
end
