# frozen_string_literal: true

require "json"
require_relative "request"

module Pgiam
  # libpq's keywords to set over one's own, by Symbol, as PG.connect takes them: PG.connect(**mine, **params). No form of it
  # shows the password.
  class Params
    include Enumerable

    def initialize(values)
      @values = values.freeze
    end

    def [](key)
      @values[key.to_sym]
    end

    def each(&block)
      @values.each(&block)
    end

    def keys
      @values.keys
    end

    def to_hash
      @values.dup
    end
    alias to_h to_hash

    def inspect
      masked.inspect
    end
    alias to_s inspect

    def as_json(*)
      masked
    end

    def to_json(*arguments)
      masked.to_json(*arguments)
    end

    def marshal_dump(*)
      raise TypeError, "these parameters hold a secret, and are not dumped"
    end
    alias encode_with marshal_dump

    private

    def masked
      @values.to_h { |key, value| [key, key == :password ? "***" : value] }
    end
  end

  # A token and what is known about it. Only `token` and `params` give the secret: no other form of it does.
  class Answer
    # token       what to send as the password
    # expires_at  a connection must start before this (Time, UTC), nil: unknown
    # host, port  the endpoint that the token is for
    # warnings    what a person should know although it worked: Errors
    # params      libpq's keywords to set over one's own, the password among them
    FACTS = %i[expires_at credentials_expire_at host port region provider principal target rule from_cache
               warnings].freeze
    TEXTS = %i[host region target provider principal rule].freeze # of pgiam_facts, behind the params

    class << self
      # The token alone: the quick way for who wants no more. scratch: where a param has room.
      def token_of(library, reply, scratch)
        index = 0
        while library.reply_param.call(reply, index, scratch.param_address) == Abi::OK
          key, value = scratch.param
          return Fiddle::Pointer.new(value).to_s.force_encoding(Encoding::UTF_8) if
            Fiddle::Pointer.new(key).to_s == "password"

          index += 1
        end
        raise Error.new("INTERNAL", "the library's answer has no password")
      end

      # The same with all that is known, which is read when somebody wants it: a call of Fiddle's costs 0.7 µs.
      def read(library, reply, scratch)
        status = library.reply_facts.call(reply, scratch.facts_address)
        raise Error.taken(library, status, 0) unless status == Abi::OK

        facts = scratch.facts
        warning_count, texts, size = facts.unpack(WHAT_HAS_TO_BE_READ_NOW)
        new(facts, Fiddle::Pointer.new(texts)[0, size], warning_count.zero? ? NO_WARNINGS : warnings_of(library, reply))
      end

      def warnings_of(library, reply)
        found = []
        until (warning = library.reply_warning.call(reply, found.size)).zero?
          found << Error.of(library, warning)
        end
        found.freeze
      end
    end

    NO_WARNINGS = [].freeze
    WHAT_HAS_TO_BE_READ_NOW = "@#{Abi::FACTS.offsets[:warning_count]}L@#{Abi::FACTS.offsets[:texts]}JJ".freeze
    private_constant :TEXTS, :NO_WARNINGS, :WHAT_HAS_TO_BE_READ_NOW

    attr_reader :warnings

    # Bytes of a pgiam_facts, and its texts.
    def initialize(facts, texts, warnings)
      @facts = facts
      @texts = texts
      @warnings = warnings
      freeze
    end

    def token
      pairs.fetch("password", "")
    end

    def params
      Params.new(pairs.transform_keys(&:to_sym))
    end

    TEXTS.each_with_index { |name, place| define_method(name) { texts[2 * fact(:param_count) + place] } }

    def port
      fact(:signing_port)
    end

    def from_cache
      fact(:from_cache) != 0
    end
    alias from_cache? from_cache

    def expires_at
      moment(fact(:token_expires_at))
    end

    def credentials_expire_at
      moment(fact(:credentials_expires_at))
    end

    # All but the secrets.
    def to_h
      FACTS.to_h { |name| [name, name == :warnings ? warnings.map(&:to_h) : public_send(name)] }
    end

    def as_json(*)
      to_h.transform_values { |value| value.is_a?(Time) ? value.strftime("%Y-%m-%dT%H:%M:%SZ") : value }
    end

    def to_json(*arguments)
      as_json.to_json(*arguments)
    end

    def inspect
      "#<#{self.class} host=#{host.inspect} port=#{port} region=#{region.inspect} provider=#{provider.inspect} token=***>"
    end
    alias to_s inspect

    def marshal_dump(*)
      raise TypeError, "an answer holds a secret, and is not dumped"
    end
    alias encode_with marshal_dump # YAML's

    private

    def fact(name)
      Abi::FACTS.value(@facts, name)
    end

    def pairs
      texts.first(2 * fact(:param_count)).each_slice(2).to_h
    end

    def texts
      Memory.utf8(@texts.dup).split("\0", -1)
    end

    def moment(milliseconds)
      milliseconds.zero? ? nil : Time.at(0, milliseconds, :millisecond, in: "UTC")
    end
  end
end
