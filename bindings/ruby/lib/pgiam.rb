# frozen_string_literal: true

require "logger"
require_relative "pgiam/version"
require_relative "pgiam/context"

# A fresh password for every Postgres connect: tokens of a cloud's IAM in place of passwords.
#
#     Pgiam.token(host: "orders.….rds.amazonaws.com", user: "app")
#
# With a driver: pgiam/pg, pgiam/active_record, Sequel's extension pgiam.
module Pgiam
  class << self
    # Where warnings and the log go; nil: nowhere.
    attr_accessor :logger

    # Context#token of the process's own context.
    def token(conninfo = nil, **arguments, &credentials)
      default_context.token(conninfo, **arguments, &credentials)
    end

    def default_context
      @default_context ||= Context.new
    end

    # Of the library that was found: "0.1.0".
    def library_version
      Library.loaded.version.call
    end
  end
  self.logger = Logger.new($stderr, level: Logger::WARN, progname: "pgiam")
end
