# frozen_string_literal: true

require_relative "abi"
require_relative "error"
require_relative "library"

module Pgiam
  # Where one call of the library's leaves its answer: a reply, and a param or the facts that are read of it.
  class Scratch
    KEY_AND_VALUE = [8 + Abi::PARAM.offsets[:key], 2 * Fiddle::SIZEOF_VOIDP].freeze
    FACTS = [8 + Abi::PARAM.size, Abi::FACTS.size].freeze
    private_constant :KEY_AND_VALUE, :FACTS

    attr_reader :address, :param_address, :facts_address

    def initialize
      @memory = Memory.of(("\0" * 8) + Abi::PARAM.bytes + Abi::FACTS.bytes)
      @address = @memory.to_i
      @param_address = @address + 8
      @facts_address = @param_address + Abi::PARAM.size
    end

    def reply
      Memory.pointer_at(@memory)
    end

    # Its key and its value.
    def param
      @memory[*KEY_AND_VALUE].unpack("JJ")
    end

    # Bytes.
    def facts
      @memory[*FACTS]
    end

    def clear
      @memory[0, 8] = "\0\0\0\0\0\0\0\0"
    end
  end

  # What a caller says, in the library's form; keeps alive what it points at.
  class Request
    # The keywords of libpq's that the library reads of a request; the others say nothing of the password.
    READ_KEYWORDS = %i[host hostaddr port user dbname password passfile sslmode sslrootcert gssencmode channel_binding
                       require_auth].freeze
    # Those that a bare token takes beside host, port and user; sslrootcert is an option.
    BARE_KEYWORDS = READ_KEYWORDS - %i[host port user sslrootcert]

    class << self
      # The text as C has it. One with a NUL would be another's: a token for app\0x is one for app.
      def encoded(name, value)
        text = text_of(name, value)
        text = text.encode(Encoding::UTF_8) unless text.encoding == Encoding::UTF_8 || text.encoding == Encoding::BINARY
        unless text.dup.force_encoding(Encoding::UTF_8).valid_encoding?
          raise Error.new("INVALID_ARGUMENT", "#{name} is not text that UTF-8 can hold", code: "not_utf8")
        end
        raise Error.new("INVALID_ARGUMENT", "#{name} has a NUL in it", code: "nul_in_text") if text.b.include?("\0")

        text
      rescue EncodingError
        raise Error.new("INVALID_ARGUMENT", "#{name} is not text that UTF-8 can hold", code: "not_utf8")
      end

      def port_number(port)
        return 0 if port.nil? || port == ""

        number = port.is_a?(Integer) ? port : Integer(port.to_s, 10, exception: false)
        return number if number&.between?(0, 65_535)

        raise Error.new("INVALID_ARGUMENT", "port is #{port.inspect}, not a number up to 65535")
      end

      # What libpq's PQconninfoParse makes of it, by keyword.
      def parse_conninfo(text)
        library = Library.loaded
        memory = Memory.of("#{encoded('conninfo', text)}\0")
        out = Memory.of("\0" * 16)
        status = library.conninfo_parse.call(memory.to_i, out.to_i, out.to_i + 8)
        raise Error.taken(library, status, Memory.pointer_at(out, 8)) if status != Abi::OK

        params(library.conninfo_at, Memory.pointer_at(out), Scratch.new)
      ensure
        library&.conninfo_free&.call(Memory.pointer_at(out)) if out
      end

      # All that such a function tells of an answer or attempt, by keyword.
      def params(function, handle, scratch)
        found = {}
        while function.call(handle, found.size, scratch.param_address) == Abi::OK
          key, value = scratch.param
          found[Memory.text(key).to_sym] = Memory.text(value)
        end
        found
      end

      # What is the library's, and what is the driver's; sslrootcert, which both know, is the driver's.
      def split_options(given)
        given.partition { |key, _| option_keys.include?(key) && !READ_KEYWORDS.include?(key) }.map(&:to_h)
      end

      # The library's options.
      def option_keys
        @option_keys ||= begin
          found = []
          info = Abi::OPTION_INFO.make
          while Library.loaded.option_at.call(found.size, info.to_i) == Abi::OK
            found << Memory.text(Abi::OPTION_INFO.read_hash(info.to_i)[:key]).to_sym
            info = Abi::OPTION_INFO.make
          end
          found
        end
      end

      private

      def text_of(name, value)
        case value
        when String then value
        when Symbol, Integer then value.to_s
        when true then "yes"
        when false then "no"
        else
          return value.to_path if value.respond_to?(:to_path)

          raise TypeError, "#{name} is text, a number, a path, true or false, not #{value.class}"
        end
      end
    end

    # Of a request that waits, and of the one that takes only what is in memory.
    attr_reader :waiting, :at_hand

    def initialize(host: nil, port: nil, user: nil, keywords: {}, options: {}, can_apply: nil, flags: 0, supplier: nil)
      @kept = []
      values = { port: Request.port_number(port), host: text("host", host), user: text("user", user),
                 can_apply: text("can_apply", can_apply) }
      values[:keywords], values[:keyword_count] = pairs(keywords)
      values[:options], values[:option_count] = pairs(options)
      values.update(supplier.members { |identity| text("credentials_identity", identity) }) if supplier
      @waiting, @at_hand = [flags, flags | Abi::REQUEST_NO_WAIT].map do |all|
        keep(Abi::REQUEST.make(**values, flags: all))
      end
    end

    # An array of options of C's and its length; those that are nil are not given.
    def pairs(values)
      given = values.compact.map { |key, value| [text("a key", key), text(key, value)] }
      return [0, 0] if given.empty?

      [keep(Memory.of(given.map { |key, value| Abi::OPTION.bytes(key: key, value: value) }.join)), given.size]
    end

    def text(name, value)
      value.nil? ? 0 : keep(Memory.of("#{Request.encoded(name, value)}\0".b))
    end

    def wipe
      @kept.each { |memory| memory[0, memory.size] = "\0" * memory.size }
    end

    def inspect
      "#<#{self.class}>"
    end

    private

    def keep(memory)
      @kept << memory
      memory.to_i
    end
  end
end
