# frozen_string_literal: true

require "etc"
require_relative "request"

module Pgiam
  # What libpq makes of keywords: its variables, its service file, its defaults. For what is to be told of a connection that
  # libpq makes, not for making one.
  module Libpq
    VARIABLES = {
      host: "PGHOST", hostaddr: "PGHOSTADDR", port: "PGPORT", user: "PGUSER", dbname: "PGDATABASE",
      password: "PGPASSWORD", passfile: "PGPASSFILE", sslmode: "PGSSLMODE", sslrootcert: "PGSSLROOTCERT",
      gssencmode: "PGGSSENCMODE", channel_binding: "PGCHANNELBINDING", require_auth: "PGREQUIREAUTH"
    }.freeze

    module_function

    # Whether every hook of pgiam is to be as if it were absent.
    def disabled?
      %w[1 yes true on].include?(ENV.fetch("PGIAM_DISABLE", "").downcase)
    end

    # Of the keywords that the library reads: those given, else the service's, else the variables', else libpq's own.
    def resolved(given)
      values = given.transform_values { |value| value.nil? ? "" : value.to_s }.reject { |_, value| value.empty? }
      service = values[:service] || ENV.fetch("PGSERVICE", "")
      values = Services.section(service, values[:servicefile]).merge(values) unless service.empty?
      VARIABLES.each { |key, name| values[key] ||= ENV[name] unless ENV.fetch(name, "").empty? }
      values[:user] ||= Etc.getpwuid(Process.euid)&.name
      values[:passfile] ||= File.join(home, ".pgpass")
      values.slice(*Request::READ_KEYWORDS).compact
    end

    def home
      ENV.fetch("HOME", "").empty? ? Etc.getpwuid(Process.euid)&.dir.to_s : ENV.fetch("HOME")
    end

    # pg_service.conf
    module Services
      # The folder is compiled into libpq (hosts/common/service_file.cc says whose each is).
      SYSTEM_FOLDERS = %w[/etc/postgresql-common /etc/sysconfig/pgsql /etc/postgresql /usr/local/etc/postgresql
                          /usr/local/pgsql/etc].freeze

      module_function

      # {} where libpq will complain of it.
      def section(name, named_file)
        files(named_file).each do |file|
          found = read(File.read(file, encoding: Encoding::UTF_8).scrub, name)
          return found if found
        rescue SystemCallError
          next
        end
        {}
      end

      def files(named_file)
        first = named_file || ENV["PGSERVICEFILE"] || File.join(Libpq.home, ".pg_service.conf")
        folders = ENV["PGSYSCONFDIR"] ? [ENV["PGSYSCONFDIR"]] : SYSTEM_FOLDERS
        [first, *folders.map { |folder| File.join(folder, "pg_service.conf") }]
      end

      def read(text, name)
        found = nil
        text.each_line(chomp: true) do |raw|
          line = raw.strip
          if line.start_with?("[")
            break if found

            found = {} if line == "[#{name}]"
          elsif found && line.include?("=") && !line.start_with?("#")
            key, value = line.split("=", 2)
            found[key.to_sym] ||= value
          end
        end
        found
      end
    end
  end
end
