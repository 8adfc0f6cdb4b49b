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
    attr_reader :token, :params, *FACTS

    alias from_cache? from_cache

    class << self
      # The token alone: the quick way for who wants no more. scratch: where a param has room.
      def token_of(library, reply, scratch)
        index = 0
        while library.reply_param.call(reply, index, scratch.param_address) == Abi::OK
          _, _, key, value = scratch.param
          return Fiddle::Pointer.new(value).to_s.force_encoding(Encoding::UTF_8) if
            Fiddle::Pointer.new(key).to_s == "password"

          index += 1
        end
        raise Error.new("INTERNAL", "the library's answer has no password")
      end

      # The same with all that is known.
      def read(library, reply, scratch)
        text = ->(field) { Memory.utf8(library.reply_text.call(reply, field)) }
        number = ->(field) { library.reply_number.call(reply, field) }
        params = Request.params(library.reply_param, reply, scratch)
        new(
          token: params.fetch(:password, ""), params: Params.new(params), warnings: warnings_of(library, reply),
          expires_at: moment(number[Abi::REPLY_TOKEN_EXPIRES_AT]),
          credentials_expire_at: moment(number[Abi::REPLY_CREDENTIALS_EXPIRES_AT]),
          host: text[Abi::REPLY_SIGNING_HOST], port: number[Abi::REPLY_SIGNING_PORT], region: text[Abi::REPLY_REGION],
          provider: text[Abi::REPLY_PROVIDER], principal: text[Abi::REPLY_PRINCIPAL], target: text[Abi::REPLY_TARGET],
          rule: text[Abi::REPLY_RULE], from_cache: number[Abi::REPLY_FROM_CACHE] != 0
        )
      end

      def warnings_of(library, reply)
        found = []
        until (warning = library.reply_warning.call(reply, found.size)).zero?
          found << Error.of(library, warning)
        end
        found.freeze
      end

      private

      def moment(milliseconds)
        milliseconds.zero? ? nil : Time.at(0, milliseconds, :millisecond, in: "UTC")
      end
    end

    VARIABLES = [:token, :params, *FACTS].to_h { |name| [name, :"@#{name}"] }.freeze
    private_constant :VARIABLES

    def initialize(values)
      values.each { |name, value| instance_variable_set(VARIABLES.fetch(name), value) }
      freeze
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
  end
end
