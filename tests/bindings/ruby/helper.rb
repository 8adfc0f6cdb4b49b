# frozen_string_literal: true

# What the tests of the Ruby package share: the package from its source, an empty home, keys, and a source of credentials that
# waits.

require "fileutils"
require "json"
require "minitest/autorun"
require "open3"
require "rbconfig"
require "tmpdir"

ROOT = File.expand_path("../../..", __dir__)
PACKAGE = File.join(ROOT, "bindings/ruby")
LIBRARY = ENV.fetch("PGIAM_TEST_LIBRARY")
$LOAD_PATH.unshift(File.join(PACKAGE, "lib"))
ENV.update("PGIAM_LIBRARY" => LIBRARY, "AWS_EC2_METADATA_DISABLED" => "true", "PGIAM_TIMEOUT_MS" => "300000")

require "pgiam"

HOST = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com"
PREFIX = "#{HOST}:5432/?Action=connect&DBUser=app&"
KEY = { "AWS_ACCESS_KEY_ID" => "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY" => "secret of AKIDEXAMPLE" }.freeze

# One test at a time, in a home of its own that is empty, with no variables but what the test sets.
class Test < Minitest::Test
  attr_reader :home

  def self.test(sentence, &)
    define_method("test_#{sentence}", &)
  end

  def setup
    @before = ENV.to_h
    @threads = Thread.list
    @home = Dir.mktmpdir("pgiam-ruby")
    ENV["HOME"] = @home
    Pgiam.logger = nil
  end

  def teardown
    @context&.close
    forget
    wait_for_threads
    ENV.replace(@before)
    FileUtils.rm_rf(@home)
  end

  # What the process's own context has seen.
  def forget
    Pgiam.instance_variable_get(:@default_context)&.close
    Pgiam.instance_variable_set(:@default_context, nil)
  end

  # The variables are the process's: a thread that is late would look for its keys in the next test's home, and run its program.
  def wait_for_threads
    (Thread.list - @threads).each do |thread|
      next if thread.name&.start_with?("Timeout") || thread.thread_variable_get(:fork_safe) # Ruby's own and ActiveRecord's, which stay

      assert thread.join(60), "a thread is left behind: #{thread.backtrace&.first}"
    end
  end

  def skip(reason)
    puts "skipped: #{reason}"
    super
  end

  def context
    @context ||= Pgiam::Context.new(cache: "memory")
  end

  def keys
    ENV.update(KEY)
  end

  def refused(kind = Pgiam::Error, &)
    assert_raises(kind, &)
  end

  def slow
    @slow ||= SlowProgram.new(home)
  end

  def until_true(seconds = 120)
    last = now + seconds
    until yield
      assert_operator now, :<, last, "the condition did not come true"
      sleep 0.01
    end
  end

  def now
    Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end
end

# A credential_process that tells when it runs and answers when the gate opens.
class SlowProgram
  def initialize(folder, id: nil, secret: nil, token: nil)
    @runs = File.join(folder, "runs")
    @gate = File.join(folder, "gate")
    FileUtils.touch(@runs)
    program = [File.join(ROOT, "tests/bindings/slow_program"), folder, "default", id, secret, token].compact.join(" ")
    FileUtils.mkdir_p(File.join(folder, ".aws"))
    File.write(File.join(folder, ".aws/config"), "[default]\ncredential_process = #{program}\nregion = eu-west-1\n")
  end

  def runs
    File.read(@runs).lines.size
  end

  # Those that wait answer, and so do all that come.
  def open
    FileUtils.touch(@gate)
  end
end

# A program of its own, with the package: its output, what it says of errors, and its status.
def run_ruby(program, *arguments, lib: File.join(PACKAGE, "lib"), **variables)
  Open3.capture3(variables.transform_keys(&:to_s), RbConfig.ruby, "-W", "-I", lib, "-e", program, *arguments)
end
