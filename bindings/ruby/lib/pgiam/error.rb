# frozen_string_literal: true

require "json"
require_relative "abi"

module Pgiam
  # What an error of ours tells, whatever class it is of. None of its texts holds a secret.
  module Explained
    MEMBERS = { status: "", message: "", hint: "", code: "", evidence: "", provider: "", remote: "", sqlstate: "",
                retryable: false, retry_after_ms: 0, commands: [].freeze, causes: [].freeze, explanation: "" }.freeze

    attr_reader(*MEMBERS.keys)

    alias retryable? retryable

    # All of it for a person: message, causes and hint, in lines.
    def to_s
      return explanation.chomp unless explanation.empty?

      hint.empty? ? message : "#{message}\n  hint: #{hint}"
    end

    # What Ruby 3.2 and later shows of an error that nobody rescues.
    def detailed_message(highlight: false, **) # rubocop:disable Lint/UnusedMethodArgument
      "#{self} (#{self.class})"
    end

    def facts
      MEMBERS.to_h { |name, _| [name, instance_variable_get("@#{name}")] }
    end

    def to_h
      MEMBERS.to_h { |name, _| [name, name == :causes ? causes.map(&:to_h) : public_send(name)] }
    end

    def as_json(*)
      to_h
    end

    def to_json(*arguments)
      to_h.to_json(*arguments)
    end

    def inspect
      "#<#{self.class} #{status}: #{message}>"
    end

    private

    def take(facts)
      unknown = facts.keys - MEMBERS.keys
      raise ArgumentError, "unknown: #{unknown.join(', ')}" unless unknown.empty?

      MEMBERS.merge(facts).each { |name, value| instance_variable_set("@#{name}", value) }
    end
  end

  # Why there is no token, or what a refused connection means.
  #
  # status       the name: "NO_CREDENTIALS", "DENIED", "TIMEOUT", "NOT_APPLICABLE" …
  # message      one sentence; to_s is the whole story
  # hint         what to do next, "" if nothing is known
  # code         for programs, never renamed: "no_rds_iam"; "" where the status says it all
  # commands     what to type, best first
  # causes       each source that was tried, or what may be behind a refusal; Errors as well
  # retryable?   whether the same call may succeed later, and after how many milliseconds (retry_after_ms, 0: not known)
  #
  # `rescue Pgiam::Error` takes those that are a driver's error, too.
  class Error < StandardError
    include Explained

    def self.===(other)
      super || (equal?(Error) && other.is_a?(Explained))
    end

    def initialize(status, message, **facts)
      super(message)
      take({ status: status, message: message, **facts })
    end

    class << self
      # Of a call that failed; frees the library's.
      def taken(library, status, handle)
        new_of(facts_of(library, handle, status))
      ensure
        library.error_free.call(handle)
      end

      def new_of(facts)
        new(facts[:status], facts[:message], **facts.except(:status, :message))
      end

      # One that the library keeps: a cause, a warning.
      def of(library, handle)
        new_of(facts_of(library, handle, library.error_status.call(handle)))
      end

      private

      def facts_of(library, handle, status)
        name = library.status_name.call(status).sub(/\APGIAM_(E_)?/, "")
        return { status: name, message: "the library gave no reason (#{name})" } if handle.zero?

        text = ->(field) { Memory.utf8(library.error_text.call(handle, field)) }
        {
          status: name, message: text[Abi::ERROR_MESSAGE], hint: text[Abi::ERROR_HINT], code: text[Abi::ERROR_CODE],
          evidence: text[Abi::ERROR_EVIDENCE], provider: text[Abi::ERROR_PROVIDER], remote: text[Abi::ERROR_REMOTE],
          sqlstate: text[Abi::ERROR_SQLSTATE], explanation: text[Abi::ERROR_EXPLANATION],
          retryable: library.error_number.call(handle, Abi::ERROR_RETRYABLE) != 0,
          retry_after_ms: library.error_number.call(handle, Abi::ERROR_RETRY_AFTER_MS),
          commands: each_until(nil) { |index| library.error_command.call(handle, index) }
            .map { |command| Memory.utf8(command) },
          causes: each_until(0) { |index| library.error_cause.call(handle, index) }.map { |cause| of(library, cause) }
        }
      end

      def each_until(last)
        (0..).lazy.map { |index| yield index }.take_while { |value| value != last }.to_a
      end
    end
  end
end
