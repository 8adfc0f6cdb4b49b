# frozen_string_literal: true

require "io/wait"

module Pgiam
  # Who is at something now. Threads that a fork left behind in the parent do not count.
  class Register
    def initialize
      @threads = {}.compare_by_identity
    end

    def enter(entry)
      @threads[entry] = Thread.current
    end

    def leave(entry)
      @threads.delete(entry)
    end

    # In steps that no other thread comes between: a lock would not do at the end of a process, nor in a trap.
    def entries
      @threads.to_a.each { |entry, thread| @threads.delete(entry) unless thread.alive? }
      @threads.keys
    end

    def size
      @threads.size
    end
  end

  # How a thread or fiber waits until a descriptor of the library's can be read. Other threads and fibers run meanwhile, and
  # what interrupts the thread interrupts this: Ctrl-C, Timeout, Thread#raise.
  module Waiting
    # So many descriptors wait for tokens at most; the others of the program are not to want for any.
    MOST_DESCRIPTORS = 128
    POLL_SECONDS = 0.05
    @watched = Register.new

    module_function

    # For as long as the block runs, the object that it is given can be waited with.
    def on(entry)
      if @watched.size < MOST_DESCRIPTORS || @watched.entries.size < MOST_DESCRIPTORS
        @watched.enter(entry)
        watched = true
      end
      yield watched
    ensure
      @watched.leave(entry) if watched
    end

    # seconds: nil has no end. descriptor: nil where there is none to be had, and the clock tells.
    def until_readable(descriptor, seconds = nil)
      return sleep([seconds, POLL_SECONDS].compact.min) if descriptor.nil?

      IO.for_fd(descriptor, autoclose: false).wait_readable(seconds)
    end
  end
end
