# frozen_string_literal: true

require "securerandom"
require_relative "library"
require_relative "request"

module Pgiam
  # What to show a person. kind: :device_login (show url and code; no answer), :mfa_code (answer with the code), :close (the
  # prompt with this id is over).
  Prompt = Struct.new(:kind, :id, :title, :subject, :url, :url_complete, :user_code, :expires_in, :retry, :final_try,
                      keyword_init: true)

  # What the library asks a program: its own credentials, and what only a person knows. It asks inside a call of ours, on the
  # thread that waits, and is answered there and then; where a Fiber scheduler runs, by a thread of its own, so that other
  # fibers go on.
  module Questions
    KINDS = { Abi::PROMPT_DEVICE_LOGIN => :device_login, Abi::PROMPT_MFA_CODE => :mfa_code,
              Abi::PROMPT_CLOSE => :close }.freeze
    @askers = {}
    @numbers = 0

    class << self
      # Who answers, as user data of C's. One callback serves all: Fiddle makes each of machine code.
      def register(asker)
        @closure ||= Library.closure(Abi::ASK_ARGUMENTS) { |number, prompt, question| asked(number, prompt, question) }
        number = (@numbers += 1)
        @askers[number] = asker
        number
      end

      def forget(number)
        @askers.delete(number)
      end

      def callback
        @closure.to_i
      end

      # A call of the library's that may ask. What is raised meanwhile may not run through C: it is raised behind it.
      def calling(&call)
        value = Thread.handle_interrupt(Object => :never, &call)
        interrupt = Thread.current.thread_variable_get(:pgiam_interrupt)
        return value unless interrupt

        Thread.current.thread_variable_set(:pgiam_interrupt, nil)
        raise interrupt
      end

      # Answers or declines, once, with what the block gives: values by name.
      def finish(question, refusal, keep, &answer)
        if Fiber.respond_to?(:current_scheduler) && Fiber.current_scheduler
          Thread.new { answer_now(question, refusal, keep, answer) }
        else
          answer_now(question, refusal, keep, answer)
        end
      end

      private

      def asked(number, prompt, question)
        asker = @askers[number]
        return asker.asked(prompt, question) if asker

        decline(question, Abi::E_UNSUPPORTED, "nobody is there to answer")
      rescue Exception => e # rubocop:disable Lint/RescueException -- nothing may run through C
        Thread.current.thread_variable_set(:pgiam_interrupt, e)
      end

      def answer_now(question, refusal, keep, answer)
        values = Thread.handle_interrupt(Object => :immediate) { answer.call }
        return if question.zero?

        holder = Request.new # which keeps the values until the library has its copy
        Library.loaded.question_answer.call(question, *holder.pairs(values))
        holder.wipe
      rescue Exception => e # rubocop:disable Lint/RescueException -- an interrupt, too: the library has to hear of it
        keep.call(e)
        return if question.zero?

        # An Error says itself what the call is to fail with.
        is_ours = e.is_a?(Explained)
        decline(question, (status_of(e) if is_ours) || refusal, is_ours ? e.message : "#{e.class}: #{e.message}")
      end

      def status_of(error)
        (100..399).find { |status| Library.loaded.status_name.call(status) == "PGIAM_E_#{error.status}" }
      end

      def decline(question, status, words)
        memory = Memory.of("#{words.to_s.b.tr("\0", ' ')}\0")
        Library.loaded.question_decline.call(question, status, memory.to_i)
      end
    end

    # Answers requests' questions for the program's credentials.
    class Supplier
      NAMES = { access_key_id: %w[accesskeyid awsaccesskeyid accesskey keyid],
                secret_access_key: %w[secretaccesskey awssecretaccesskey secretkey secret],
                session_token: %w[sessiontoken awssessiontoken token],
                expires_at: %w[expiresat expiration expiry], account_id: %w[accountid] }.freeze
      READERS = %i[access_key_id secret_access_key session_token expiration expires_at account_id].freeze
      NONCE = SecureRandom.hex(8)

      attr_reader :failure

      # source: an object like Aws::Credentials or one of its providers, or what can be called and gives such a one, a Hash,
      # or [access key, secret, session token, expiry].
      def initialize(source, identity = nil)
        @source = source
        @identity = identity || identity_of(source)
        @number = Questions.register(self)
      end

      # Of a request.
      def members
        { credentials: Questions.callback, credentials_user_data: @number, credentials_identity: yield(@identity) }
      end

      def asked(_prompt, question)
        Questions.finish(question, Abi::E_NO_CREDENTIALS, ->(failure) { @failure = failure }) { values }
      end

      def forget
        Questions.forget(@number)
      end

      # What the program's own code raised comes along; an interrupt is not an error of the library's.
      def raise_cause_of(error)
        raise error unless @failure
        raise @failure unless @failure.is_a?(StandardError)

        raise error, cause: @failure
      end

      private

      # One for each source, never used again for another: no object is given the number of one that has gone.
      def identity_of(source)
        owner, name = source.is_a?(Method) ? [source.receiver, source.name] : [source, ""]
        "ruby:#{owner.class}:#{NONCE}:#{owner.__id__}:#{name}"
      end

      def values
        given = @source.respond_to?(:call) ? @source.call : @source
        holder = given
        given = given.credentials if given.respond_to?(:credentials) && !given.is_a?(Hash)
        raise Error.new("NO_CREDENTIALS", "the program gave no credentials") if given.nil?

        found = named(given)
        found[:expires_at] ||= holder.expiration if holder.respond_to?(:expiration)
        found.to_h { |name, value| [name, name == :expires_at ? plain_time(value) : value] }
      end

      def named(given)
        squeezed = if given.respond_to?(:access_key_id) then members_of(given)
                   elsif given.respond_to?(:to_hash) then given.to_hash
                   elsif given.is_a?(Array) && given.size.between?(2, 4) then NAMES.keys.zip(given).to_h
                   else
                     raise TypeError, "credentials are an object like Aws::Credentials, a Hash with such names or " \
                                      "[access key, secret, session token, expiry], not #{given.class}"
                   end
        squeezed = squeezed.transform_keys { |key| key.to_s.delete("_").downcase }
        NAMES.transform_values { |names| squeezed.values_at(*names).compact.first }.compact
      end

      def members_of(given)
        READERS.select { |name| given.respond_to?(name) }.to_h { |name| [name, given.public_send(name)] }
      end

      def plain_time(time)
        time = Time.at(time) if time.is_a?(Numeric)
        time = time.to_time if time.respond_to?(:to_time)
        time.is_a?(Time) ? time.getutc.strftime("%Y-%m-%dT%H:%M:%SZ") : time
      end
    end

    # Asks a person by a program's own function. It answers with a code; nil is "shown", false "declined".
    class Person
      attr_reader :number

      def initialize(prompt)
        @prompt = prompt
        @number = Questions.register(self)
      end

      def asked(address, question)
        raw = Abi::PROMPT.read_hash(address)
        shown = read(raw) if KINDS.key?(raw[:kind])
        Questions.finish(question, shown ? Abi::E_LOGIN_DECLINED : Abi::E_UNSUPPORTED, method(:keep_interrupt)) do
          raise Error.new("UNSUPPORTED", "a prompt that this gem does not know") unless shown

          said = @prompt.call(shown)
          raise Error.new("LOGIN_DECLINED", "the question was declined: #{shown.title}") if said == false

          said.nil? || said == true ? {} : { answer: said }
        end
      end

      private

      def keep_interrupt(failure)
        Thread.current.thread_variable_set(:pgiam_interrupt, failure) unless failure.is_a?(StandardError)
      end

      def read(raw)
        texts = %i[title subject url url_complete user_code].to_h { |name| [name, Memory.text(raw[name])] }
        Prompt.new(kind: KINDS[raw[:kind]], id: raw[:id], **texts,
                   expires_in: raw[:expires_in_ms].zero? ? nil : raw[:expires_in_ms] / 1000.0,
                   retry: raw[:flags].anybits?(Abi::PROMPT_FLAG_RETRY),
                   final_try: raw[:flags].anybits?(Abi::PROMPT_FLAG_FINAL_TRY)).freeze
      end
    end
  end
end
