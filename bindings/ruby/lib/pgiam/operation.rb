# frozen_string_literal: true

require_relative "questions"
require_relative "waiting"

module Pgiam
  # What a context cancels when it is closed, while its owner may just be done with it. The handle lies in memory that the
  # library writes to: an interrupt between its call and ours loses nothing.
  class Handle
    def initialize(cancel, free)
      @cancel = cancel
      @free = free
      @slots = Memory.of("\0" * 16) # the handle; an error
      @lock = Mutex.new             # never held while something waits
    end

    def cancel
      @lock.synchronize { @cancel.call(handle) unless handle.zero? }
    end

    def free
      found = @lock.synchronize { handle.tap { @slots[0, 8] = "\0" * 8 } }
      @free.call(found) unless found.zero?
    end

    protected

    def handle
      Memory.pointer_at(@slots)
    end

    private

    def handle_slot
      @slots.to_i
    end

    def error_slot
      @slots.to_i + 8
    end

    def take_error(library, status)
      error = Memory.pointer_at(@slots, 8)
      @slots[8, 8] = "\0" * 8
      Error.taken(library, status, error)
    end
  end

  # One answer that is fetched. Belongs to whoever started it; any thread may cancel it.
  class Operation < Handle
    def initialize(library)
      super(library.operation_cancel, library.operation_free)
      @library = library
      @out = Memory.of("\0" * 8)
    end

    def start(context_handle, request)
      status = @library.operation_start.call(context_handle, request.waiting, handle_slot, error_slot)
      raise take_error(@library, status) if status != Abi::OK
    end

    # The reply. Raises the error that it ended with.
    def result
      Waiting.on(self) do |watched|
        loop do
          reply = poll
          return reply if reply

          Waiting.until_readable(watched && descriptor)
        end
      end
    end

    # Also what an interrupt left in memory.
    def free
      super
    ensure
      @library.reply_free.call(Memory.pointer_at(@out)) unless @taken
    end

    private

    # nil while it runs.
    def poll
      status = ask
      return take_reply if status == Abi::OK

      error = take_error(@library, status)
      raise error unless error.code == "still_running"
    end

    def ask
      Questions.calling { @library.operation_wait.call(handle, 0, @out.to_i, error_slot) }
    end

    def take_reply
      @taken = true
      Memory.pointer_at(@out)
    end

    # nil: there are no more of them.
    def descriptor
      @descriptor ||= begin
        place = Memory.of("\0" * 8)
        status = @library.operation_descriptor.call(handle, place.to_i, error_slot)
        status == Abi::OK ? place[0, 8].unpack1("q") : take_error(@library, status) && nil
      end
    end
  end
end
