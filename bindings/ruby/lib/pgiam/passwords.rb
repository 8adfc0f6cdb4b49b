# frozen_string_literal: true

require "fiddle"
require_relative "abi"

module Pgiam
  # A password file for one connect, in memory: how libpq is given another password for each host of a list.
  module Passwords
    CLOSE_ON_EXEC = 1

    module_function

    def to_be_had?
      !maker.nil? && File.directory?("/proc/self/fd")
    end

    # For as long as the block runs, which gets its path. What is not ours is looked up in the user's own file, behind our
    # lines.
    def in_memory(hosts, own_file)
      file = File.for_fd(maker.call("pgiam", CLOSE_ON_EXEC), "wb")
      file.chmod(0o600) # libpq passes over one that others may read
      file.sync = true
      file.write(hosts.map { |host| lines_of(host) }.join.b, content(own_file))
      yield "/proc/self/fd/#{file.fileno}"
    ensure
      file&.close
    end

    def lines_of(host)
      return "" if host[:flags].anybits?(Abi::HOST_NOT_OURS) || host[:password].zero?

      name = %i[dial_host host dial_hostaddr hostaddr].map { |key| Memory.text(host[key]) }.find { |text| !text.empty? }.to_s
      # A name with several addresses comes as often.
      name.split(",").uniq.map { |part| "#{escaped(part)}:#{host[:port]}:*:*:#{escaped(Memory.text(host[:password]))}\n" }.join
    end

    def escaped(text)
      text.gsub(/[\\:]/) { |one| "\\#{one}" }
    end

    # As libpq: nothing of one that is not a file, or that others may read.
    def content(file)
      return "" if file.nil? || !File.file?(file) || File.stat(file).mode.anybits?(0o077)

      File.binread(file)
    rescue SystemCallError
      ""
    end

    # nil where the system has no such files.
    def maker
      @maker ||= Fiddle::Function.new(Fiddle::Handle::DEFAULT["memfd_create"], [Fiddle::TYPE_CONST_STRING, Fiddle::TYPE_INT],
                                      Fiddle::TYPE_INT)
    rescue Fiddle::DLError
      nil
    end
  end
end
