# frozen_string_literal: true

require_relative "answer"
require_relative "log"
require_relative "operation"

module Pgiam
  # Where tokens come from, with what was cached. Make one, use it from every thread, fiber and forked child.
  #
  # options  the library's: profile, region, role_arn, tls, timeout_ms …
  # prompt   called with a Prompt where a person must act; answers with the code, nil (shown) or false (declined). Without
  #          it nobody is asked: the error says what to type
  # logger   for warnings and the log, at the level that it has now; as a rule Pgiam.logger
  class Context
    KEPT_REQUESTS = 128
    CLOSING_SECONDS = 5
    Kept = Struct.new(:host, :port, :user, :options, :can_apply, :request)
    private_constant :Kept

    def initialize(prompt: nil, logger: nil, **options)
      @library = Library.loaded
      @calls = Register.new
      @operations = Register.new
      @requests = {}
      @last = nil
      @scratches = []
      @logger = logger
      @told = {}
      person = Questions::Person.new(prompt) if prompt
      @handle = make_handle(person, options)
      @release = self.class.releaser(@library, @handle, person&.number)
      ObjectSpace.define_finalizer(self, @release)
    end

    # The password to connect with now. Ask again for every connection: it lives for 15 minutes.
    #
    # conninfo     what psql takes; host, port and user win over it
    # credentials  in place of all that would be looked for: an object like Aws::Credentials or one of its providers, or
    #              what can be called, as a block can, and gives such a one, a Hash or an Array of access key, secret, session
    #              token and expiry. They are kept under the object that gives them, or under credentials_identity
    # options      those of the context, for this call: profile: "prod"
    def token(conninfo = nil, host: nil, port: nil, user: nil, credentials: nil, **options, &block)
      ask_for(conninfo, host, port, user, credentials || block, options, nil) do |reply, scratch|
        Answer.token_of(@library, reply, scratch)
      end
    end

    # The same with all that is known about it. can_apply: which keywords the caller sets from `params`, "*" for all; as a
    # rule "password,sslmode,sslrootcert".
    def answer(conninfo = nil, host: nil, port: nil, user: nil, credentials: nil, can_apply: nil, **options, &block)
      ask_for(conninfo, host, port, user, credentials || block, options, can_apply) do |reply, scratch|
        Answer.read(@library, reply, scratch)
      end
    end

    # Ends it. What other threads still wait for is cancelled. More calls are errors.
    def close
      handle = @handle
      return if handle.nil?

      @handle = nil
      ObjectSpace.undefine_finalizer(self)
      last = now + CLOSING_SECONDS
      until @calls.entries.empty?
        return if now > last # it is left to the end of the process, rather than freed under a thread

        @operations.entries.each(&:cancel)
        sleep 0.005
      end
      deliver_log(handle)
      @release.call
    end

    def closed?
      @handle.nil?
    end

    def inspect
      "#<#{self.class}#{' closed' if closed?}>"
    end

    def marshal_dump
      raise TypeError, "a context is not dumped: make one in the other process; a forked one goes on with this one"
    end

    # ---- For this package ----

    def self.releaser(library, handle, person)
      lambda do |_ = nil|
        library.context_free.call(handle)
        Questions.forget(person) if person
      end
    end

    # While the block runs, the library's context is not freed; what it logged by then is told.
    def calling
      entry = Object.new
      @calls.enter(entry)
      handle = @handle || raise(Error.new("INVALID_STATE", "the context is closed"))
      begin
        yield handle
      ensure
        deliver_log(handle)
      end
    ensure
      @calls.leave(entry)
    end

    # While the block runs, this can be cancelled by who closes the context.
    def with(cancellable)
      @operations.enter(cancellable)
      yield cancellable
    ensure
      @operations.leave(cancellable)
      cancellable.free
    end

    private

    def deliver_log(handle)
      Log.deliver(@library, handle, @logger || Pgiam.logger, @told)
    end

    def make_handle(person, options)
      holder = Request.new
      values = { host_name: holder.text("host_name", "pgiam-ruby"), host_version: holder.text("host_version", VERSION) }
      values.update(log_level: Log.level_for(@logger || Pgiam.logger), log_room: Log::ROOM)
      values[:options], values[:option_count] = holder.pairs(options)
      values.update(ask: Questions.callback, ask_user_data: person.number) if person
      config = Abi::CONFIG.make(**values)
      out = Memory.of("\0" * 16)
      status = @library.context_new.call(config.to_i, out.to_i, out.to_i + 8)
      raise Error.taken(@library, status, Memory.pointer_at(out, 8)) if status != Abi::OK

      Memory.pointer_at(out)
    end

    def ask_for(conninfo, host, port, user, credentials, options, can_apply, &read)
      calling do |handle|
        if credentials
          supplied(conninfo, host, port, user, credentials, options, can_apply) do |request, supplier|
            from_memory(handle, request, &read) || fetched(handle, request, supplier, &read)
          end
        else
          request = conninfo ? made(conninfo, host, port, user, options, can_apply) : kept(host, port, user, options, can_apply)
          from_memory(handle, request, &read) || fetched(handle, request, nil, &read)
        end
      end
    end

    # The request of a call that may have been made before. Most programs ask for the same again, and a look at the last is
    # half a microsecond cheaper than the key of a hash.
    def kept(host, port, user, options, can_apply)
      last = @last
      return last.request if last && last.host == host && last.user == user && last.port == port &&
                             last.options == options && last.can_apply == can_apply

      (@last = @requests[[host, port, user, options, can_apply]] || keep(host, port, user, options, can_apply)).request
    end

    def keep(host, port, user, options, can_apply)
      request = made(nil, host, port, user, options, can_apply)
      # The caller may change its own texts.
      own = ->(value) { value.is_a?(String) ? value.dup : value }
      said = [own[host], own[port], own[user], options.transform_values(&own), own[can_apply]]
      @requests.clear if @requests.size >= KEPT_REQUESTS
      @requests[said] = Kept.new(*said, request)
    end

    def made(conninfo, host, port, user, options, can_apply, supplier = nil)
      keywords = conninfo ? Request.parse_conninfo(conninfo) : {}
      bare, ours = options.partition { |key, _| Request::BARE_KEYWORDS.include?(key) }.map(&:to_h)
      ours.delete(:credentials_identity)
      Request.new(host: host, port: port, user: user, keywords: keywords.merge(bare), options: ours, can_apply: can_apply,
                  supplier: supplier)
    end

    def supplied(conninfo, host, port, user, credentials, options, can_apply)
      supplier = Questions::Supplier.new(credentials, options[:credentials_identity])
      yield made(conninfo, host, port, user, options, can_apply, supplier), supplier
    ensure
      supplier&.forget
    end

    # nil: it has to be fetched, or there is none, which an operation tells with its reason.
    def from_memory(handle, request)
      scratch = @scratches.pop || Scratch.new
      status = @library.before_connect.call(handle, request.at_hand, scratch.address, 0)
      return if status != Abi::OK

      yield (reply = scratch.reply), scratch
    ensure
      reply ||= scratch.reply # an interrupt may come right behind the call
      unless reply.zero?
        @library.reply_free.call(reply)
        scratch.clear
      end
      @scratches.push(scratch)
    end

    def fetched(handle, request, supplier)
      with(Operation.new(@library)) do |operation|
        operation.start(handle, request)
        reply = operation.result
        begin
          yield reply, Scratch.new
        ensure
          @library.reply_free.call(reply)
        end
      rescue Error => e
        supplier ? supplier.raise_cause_of(e) : raise
      end
    end

    def now
      Process.clock_gettime(Process::CLOCK_MONOTONIC)
    end
  end
end
