# frozen_string_literal: true

# Runs what waits for descriptors and sleeps by IO.select: the least that Ruby asks of a Fiber scheduler.
class Scheduler
  def initialize
    @readable = {}
    @sleeping = {}
  end

  def run
    until @readable.empty? && @sleeping.empty?
      found, = IO.select(@readable.keys, nil, nil, 0.005)
      found&.each { |io| @readable.delete(io).resume }
      now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
      due = @sleeping.select { |_, time| time < now }.keys
      due.each { |fiber| @sleeping.delete(fiber) and fiber.resume }
    end
  end

  def io_wait(io, events, _timeout)
    @readable[io] = Fiber.current
    Fiber.yield
    events
  end

  def kernel_sleep(seconds)
    @sleeping[Fiber.current] = Process.clock_gettime(Process::CLOCK_MONOTONIC) + seconds
    Fiber.yield
  end

  def block(_blocker, timeout = nil)
    kernel_sleep(timeout || 0.01)
  end

  def unblock(_blocker, _fiber); end

  def fiber(&block)
    Fiber.new(blocking: false, &block).tap(&:resume)
  end

  def close
    run
  end
end
