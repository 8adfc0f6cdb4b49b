# frozen_string_literal: true

require "fiddle"
require_relative "abi"
require_relative "error"

module Pgiam
  # libpgiam, found and loaded once: the variable PGIAM_LIBRARY, inside this package, the system's linker. Its functions are
  # methods without their "pgiam_", to be called with `.call`.
  class Library
    FILE = "libpgiam.so.1"
    INSIDE = File.expand_path("lib/#{FILE}", __dir__)
    GET_IT = "install pgiam (its package, or `cmake --install`), or set PGIAM_LIBRARY to the full path of #{FILE}"
    KINDS = { void: Fiddle::TYPE_VOID, u32: -Fiddle::TYPE_INT, i32: Fiddle::TYPE_INT, i64: Fiddle::TYPE_LONG_LONG,
              size: Fiddle::TYPE_SIZE_T, pointer: Fiddle::TYPE_UINTPTR_T, text: Fiddle::TYPE_CONST_STRING }.freeze

    class << self
      # The same for the life of the process. That two threads load it at once does no harm.
      def loaded
        @loaded ||= load
      end

      private

      def load
        named = ENV.fetch("PGIAM_LIBRARY", "")
        tried = []
        (named.empty? ? [INSIDE, FILE] : [named]).each do |candidate|
          return new(Fiddle.dlopen(candidate), candidate)
        rescue Fiddle::DLError => e
          tried << "#{place(candidate, named)}: #{e.message}"
        end
        raise Error.new("UNSUPPORTED", "#{FILE} was not found; looked for as #{tried.join('; ')}",
                        hint: GET_IT, code: "no_library")
      end

      def place(candidate, named)
        return "#{candidate} (PGIAM_LIBRARY)" if candidate == named

        candidate == FILE ? "#{FILE} (the system's linker)" : candidate
      end
    end

    Abi::SIGNATURES.each_key { |name| attr_reader name.to_s.delete_prefix("pgiam_") }

    def initialize(handle, name)
      @handle = handle
      begin
        %i[pgiam_abi_version pgiam_get_api].each { |function| declare(function, *Abi::SIGNATURES[function]) }
      rescue Fiddle::DLError
        raise Error.new("UNSUPPORTED", "#{name} is not pgiam's library", hint: GET_IT, code: "no_library")
      end
      refuse_another_abi(name)
      Abi::SIGNATURES.each { |function, (result, arguments)| declare(function, result, arguments) }
    end

    # A callback that takes such arguments.
    def self.closure(arguments, &block)
      Fiddle::Closure::BlockCaller.new(Fiddle::TYPE_VOID, arguments.map { |kind| KINDS[kind] }, &block)
    end

    private

    def declare(name, result, arguments)
      function = Fiddle::Function.new(@handle[name.to_s], arguments.map { |kind| KINDS[kind] }, KINDS[result],
                                      name: name.to_s, need_gvl: Abi::READING.key?(name))
      instance_variable_set("@#{name.to_s.delete_prefix('pgiam_')}", function)
    end

    # By name, before a function that it lacks is missed.
    def refuse_another_abi(name)
      major, minor = abi_version.call.divmod(1 << 16)
      return if get_api.call(Abi::ABI_MAJOR) != 0 && !(major == Abi::ABI_MAJOR && minor < Abi::ABI_MINOR)

      age = major > Abi::ABI_MAJOR ? "newer" : "older"
      raise Error.new("UNSUPPORTED", "#{name} speaks ABI #{major}.#{minor}, which is #{age} than the " \
                                     "#{Abi::ABI_MAJOR}.#{Abi::ABI_MINOR} that this gem is for",
                      hint: "install the gem and the library of one version", code: "library_version")
    end
  end
end
