# frozen_string_literal: true

require_relative "context"
require_relative "libpq"
require_relative "passwords"

module Pgiam
  # A connection from the first host to the end: decided by the library, made by a driver. Belongs to one thread at a time; any
  # may cancel it.
  class Attempt < Handle
    # What to do next: wait, or connect.
    Step = Struct.new(:kind, :descriptor, :wait_ms)

    # What the block makes of it: it dials with the library's keywords over the user's own. failures: what it raises, and words:
    # what of that has the driver's words. error: makes a driver's error of one of ours.
    def self.connect(keywords, options, failures:, error:, words: :itself.to_proc, &dial)
      return yield({}) if Libpq.disabled?

      options = options.dup
      context = options.delete(:pgiam_context) || Pgiam.default_context
      context.calling do |handle|
        context.with(new(context, options, Libpq.resolved(keywords), walks_list: true)) do |attempt|
          attempt.start(handle)
          attempt.follow(failures, words, error, &dial)
        end
      end
    end

    # walks_list: the driver goes through a list of hosts by itself, if it can be given a password for each.
    def initialize(context, options, keywords, can_apply: "*", walks_list: false)
      @library = Library.loaded
      super(@library.attempt_cancel, @library.attempt_free)
      @context = context
      credentials, identity = options.values_at(:credentials, :credentials_identity)
      @supplier = Questions::Supplier.new(credentials, identity) if credentials
      @passfile = keywords[:passfile]
      @walks_list = walks_list && keywords.values_at(:host, :hostaddr).any? { |list| list.to_s.include?(",") } &&
                    Passwords.to_be_had?
      flags = Abi::REQUEST_NO_WAIT | (@walks_list ? Abi::REQUEST_WALKS_LIST : 0)
      @request = Request.new(keywords: keywords, options: options.except(:credentials, :credentials_identity),
                             can_apply: can_apply, flags: flags, supplier: @supplier)
      @step = Abi::STEP.make
    end

    def start(context_handle)
      status = @library.attempt_new.call(context_handle, @request.waiting, handle_slot, error_slot)
      raise take_error(@library, status) if status != Abi::OK
    end

    def follow(failures, words, error)
      failure = nil
      while (step = next_step(failure, error))
        if step.kind == Abi::STEP_WAIT
          wait(step)
          next
        end
        begin
          connection = applied { |apply| yield apply }
        rescue *failures => e
          report(words.call(failure = e))
        else
          report(nil)
          return connection
        end
      end
      as_if_absent(failures, words, error) { yield({}) }
    end

    # Raises an Error where it is at its end; NOT_APPLICABLE where it is not ours.
    def next
      status = Questions.calling { @library.attempt_next.call(handle, @step.to_i, error_slot) }
      if status != Abi::OK
        refused = take_error(@library, status)
        @supplier ? @supplier.raise_cause_of(refused) : raise(refused)
      end
      _, kind, _, _, descriptor, wait_ms = Abi::STEP.read(@step.to_i)
      Step.new(kind, descriptor, wait_ms)
    end

    def wait(step)
      Waiting.on(self) do |watched|
        Waiting.until_readable(watched && step.descriptor >= 0 ? step.descriptor : nil,
                               step.wait_ms.negative? ? nil : step.wait_ms / 1000.0)
      end
    end

    # The keywords to set for the connect that is due.
    def params
      Request.params(@library.attempt_param, handle, Scratch.new)
    end

    # What to set for one connect. libpq goes through a list of hosts by itself, with a password for each.
    def applied
      apply = params
      return yield apply if !@walks_list || apply.key?(:password)

      Passwords.in_memory(hosts, @passfile) { |path| yield({ **apply, passfile: path, password: "" }) }
    end

    # How it went: nil, or the driver's error.
    def report(failure)
      sqlstate = failure.respond_to?(:sqlstate) ? failure.sqlstate : nil
      message = Memory.of("#{failure.message.b.tr("\0", ' ')}\0") if failure
      state = Memory.of("#{sqlstate}\0") if sqlstate
      outcome = Abi::OUTCOME.make(outcome: failure ? Abi::OUTCOME_OTHER : Abi::OUTCOME_CONNECTED,
                                  sqlstate: state.to_i, message: message.to_i)
      @library.attempt_report.call(handle, outcome.to_i)
    end

    def free
      super
      @supplier&.forget
    end

    private

    def hosts
      found = []
      host = Abi::HOST.make
      while @library.attempt_host.call(handle, found.size, host.to_i) == Abi::OK
        found << Abi::HOST.read_hash(host.to_i)
        host = Abi::HOST.make
      end
      found
    end

    # It is not ours, or the user gave a password, whose failure we explain.
    def as_if_absent(failures, words, error)
      yield
    rescue *failures => e
      raise unless @password_given

      report(words.call(e))
      next_step(e, error)
      raise
    end

    def next_step(failure, error)
      self.next
    rescue Error => e
      @password_given = e.code == "password_given"
      return if e.status == "NOT_APPLICABLE"
      # The driver's own words say it all.
      raise failure if failure && e.status == "CONNECT"

      raise error.call(e), cause: failure || e.cause
    end
  end
end
