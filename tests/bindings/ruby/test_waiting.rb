# frozen_string_literal: true

# Threads, fibers, signals and forks: nobody else waits for a token that is slow to come.

require_relative "helper"
require_relative "scheduler"
require "timeout"

class WaitingTest < Test
  LONG = { timeout_ms: 600_000 }.freeze

  def in_threads(count, &work)
    context # one for all of them
    Array.new(count) { |number| Thread.new(number, &work).tap { |thread| thread.report_on_exception = false } }
  end

  def operations
    context.instance_variable_get(:@operations).entries
  end

  def native_threads
    Dir.children("/proc/self/task").size
  end

  def descriptors
    Dir.children("/proc/self/fd").size
  end

  test "a thousand callers share one fetch, and other threads run on" do
    before = descriptors
    slow
    callers = in_threads(1000) { |number| context.token(host: HOST, user: "user#{number}", **LONG) }
    until_true { operations.size == 1000 && slow.runs == 1 }
    assert callers.none? { |caller| caller.join(0) }
    assert_operator descriptors - before, :<, 300
    slow.open
    tokens = callers.map(&:value)
    assert_equal 1000, tokens.uniq.size
    assert(tokens.all? { |token| token.start_with?(HOST) })
    assert_equal 1, slow.runs
    assert_empty operations
  end

  test "a time limit is told as one" do
    slow
    started = now
    assert_equal("TIMEOUT", refused { context.token(host: HOST, user: "app", timeout_ms: 1500) }.status)
    assert_operator now - started, :>, 1
  end

  INTERRUPTED = <<~RUBY
    require "pgiam"
    begin
      Pgiam.token(host: ARGV[0], user: "app", timeout_ms: 600_000)
    rescue Interrupt
      puts Process.clock_gettime(Process::CLOCK_MONOTONIC)
      exit! 3 unless $stdout.flush.nil?
    end
  RUBY

  test "Ctrl-C interrupts at once" do
    slow
    child = IO.popen([RbConfig.ruby, "-I", "#{PACKAGE}/lib", "-e", INTERRUPTED, HOST])
    until_true { slow.runs == 1 }
    sent = now
    Process.kill(:INT, child.pid)
    told = child.read
    assert_operator Float(told) - sent, :<, 5, "it waited for more than the signal"
    child.close
    assert_equal 3, $?.exitstatus
  end

  test "Timeout and Thread#raise interrupt, and nothing stays" do
    slow
    assert_raises(Timeout::Error) { Timeout.timeout(0.2) { context.token(host: HOST, user: "app", **LONG) } }
    caller = in_threads(1) { context.token(host: HOST, user: "app", **LONG) }.first
    until_true { operations.size == 1 }
    caller.raise(IOError, "enough")
    assert_raises(IOError) { caller.value }
    caller = in_threads(1) { context.token(host: HOST, user: "app", **LONG) }.first
    until_true { operations.size == 1 }
    caller.kill.join
    assert_empty operations
  end

  test "a program's own slow function does not hold other threads, and is interrupted" do
    gate = Queue.new
    caller = in_threads(1) { context.token(host: HOST, user: "app", credentials: -> { gate.pop }) }.first
    until_true { gate.num_waiting == 1 }
    gate << %w[AKIA secret]
    assert caller.value.start_with?(PREFIX)
    assert_raises(Timeout::Error) do
      Timeout.timeout(0.2) { context.token(host: HOST, user: "app", credentials: -> { gate.pop }) }
    end
  end

  test "closing a context cancels those who wait" do
    slow
    callers = in_threads(4) { context.token(host: HOST, user: "app", **LONG) }
    until_true { slow.runs == 1 && operations.size == 4 }
    context.close
    statuses = callers.map { |caller| refused { caller.value }.status }
    assert_empty statuses - %w[CANCELLED INVALID_STATE]
  end

  test "fibers of a scheduler wait beside each other in one thread" do
    slow
    tokens = []
    ticks = 0
    Thread.new do
      Fiber.set_scheduler(Scheduler.new)
      20.times { |number| Fiber.schedule { tokens << context.token(host: HOST, user: "user#{number}", **LONG) } }
      Fiber.schedule do
        sleep 0.01 until slow.runs == 1
        10.times { sleep(0.001) and ticks += 1 }
        slow.open if tokens.empty?
      end
    end.join
    assert_equal 20, tokens.uniq.size
    assert_equal [1, 10], [slow.runs, ticks]
  end

  test "a fiber that is asked for credentials does not hold the others" do
    order = []
    Thread.new do
      Fiber.set_scheduler(Scheduler.new)
      go = false
      credentials = lambda do
        sleep 0.01 until go
        %w[AKIA secret]
      end
      Fiber.schedule do
        context.token(host: HOST, user: "app", credentials: credentials)
        order << :token
      end
      Fiber.schedule do
        order << :other
        go = true
      end
    end.join
    assert_equal %i[other token], order
  end

  # ---- Forks ----

  # What a forked child makes of the block.
  def forked
    reader, writer = IO.pipe
    pid = fork do
      reader.close
      writer.write(begin
        yield
      rescue Exception => e # rubocop:disable Lint/RescueException -- the parent tells it
        e.inspect
      end)
      writer.close
      exit! 0
    end
    writer.close
    [pid, reader]
  end

  def told(pid, reader)
    assert reader.wait_readable(120), "the child hangs"
    text = reader.read
    Process.wait(pid)
    assert_predicate $?, :success?
    reader.close
    text
  end

  test "a forked child goes on with what its parent has" do
    keys
    context.token(host: HOST, user: "app")
    assert told(*forked { context.token(host: HOST, user: "app") }).start_with?(PREFIX)
    assert_includes told(*forked { context.token(host: HOST, user: "ann") }), "DBUser=ann&"
  end

  test "children that were forked while their parent fetches have a fetch of their own" do
    slow
    callers = in_threads(8) { context.token(host: HOST, user: "app", **LONG) }
    until_true { slow.runs == 1 && operations.size == 8 }
    children = Array.new(3) { forked { context.token(host: HOST, user: "app", **LONG).tap { context.close } } }
    until_true { slow.runs == 4 }
    slow.open
    children.each { |child| assert told(*child).start_with?(PREFIX) }
    assert(callers.map(&:value).all? { |token| token.start_with?(PREFIX) })
  end

  test "forks while threads fetch" do
    keys
    ended = false
    workers = in_threads(4) { context.token(host: HOST, user: "user#{rand(50)}", reuse_seconds: 0) until ended }
    10.times { assert told(*forked { context.token(host: HOST, user: "app") }).start_with?(PREFIX) }
    ended = true
    workers.each(&:join)
  end

  # As puma does in cluster mode: the application is loaded, then workers are forked that have threads.
  test "workers with threads, forked from a process that has a context" do
    keys
    Pgiam.token(host: HOST, user: "app")
    workers = Array.new(3) do
      forked { in_threads(8) { |number| Pgiam.token(host: HOST, user: "user#{number}") }.map(&:value).uniq.size.to_s }
    end
    assert_equal(%w[8 8 8], workers.map { |worker| told(*worker) })
  end

  # ---- Closing ----

  CLOSED_AMID_CALLS = <<~RUBY
    require "pgiam"
    said = Array.new(10) do
      context = Pgiam::Context.new(cache: "memory")
      threads = Array.new(8) do |number|
        Thread.new do
          loop { context.token(host: ARGV[0], user: "app", reuse_seconds: 0) { ["AKIA\#{number}", "secret"] } }
        rescue Pgiam::Error => e
          e.status
        end
      end
      context.close
      threads.map(&:value)
    end
    puts said.flatten.size, said.flatten.uniq
  RUBY

  test "a context may be closed amid the calls of threads" do
    keys
    said, wrong = run_ruby(CLOSED_AMID_CALLS, HOST, MALLOC_PERTURB_: "165") # shows who looks at what was freed
    count, *statuses = said.split
    assert_equal("80", count, wrong)
    assert_empty(statuses - %w[CANCELLED INVALID_STATE])
  end

  # ---- What stays ----

  MANY = <<~RUBY
    require "pgiam"
    CONTEXT = Pgiam::Context.new(cache: "memory")

    def held
      GC.start
      pages = File.read("/proc/self/statm").split[1].to_i
      [Dir.children("/proc/self/task").size, Dir.children("/proc/self/fd").size, pages * 4096]
    end

    def refused
      yield
    rescue Pgiam::Error
      nil
    end

    def many(at_hand, fetched)
      at_hand.times { |i| CONTEXT.answer(host: ARGV[0], user: "user\#{i % 90}") }
      fetched.times do |i|
        CONTEXT.token(host: ARGV[0], user: "app") { ["AKIA\#{i % 50}", "secret"] }
        refused { CONTEXT.token(host: ARGV[0], user: "app", profile: "no\#{i % 50}") }
      end
      held
    end

    before = many(3000, 150)
    long = ENV.key?("PGIAM_TEST_LONG")
    p before, many(long ? 200_000 : 3000, long ? 2000 : 150)
  RUBY

  test "nothing is lost over many calls" do
    keys
    said, wrong = run_ruby(MANY, HOST)
    before, after = said.lines.map { |line| JSON.parse(line) }
    assert after, wrong
    threads, files, bytes = before.zip(after).map { |one, other| other - one }
    assert_operator threads, :<=, 64 # the library's own come and go
    assert_operator files, :<=, 0
    assert_operator bytes, :<, 8 << 20
    puts "threads, descriptors, bytes: #{before}, then #{after}"
  end

  test "the end of the process waits for nothing" do
    slow
    program = <<~RUBY
      require "pgiam"
      Thread.new { Pgiam.token(host: ARGV[0], user: "app", timeout_ms: 600_000) }
      sleep 0.01 until File.read(ARGV[1]).size.positive?
    RUBY
    started = now
    _, wrong, status = run_ruby(program, HOST, "#{home}/runs")
    assert_predicate status, :success?, wrong
    assert_operator now - started, :<, 60
  end
end
