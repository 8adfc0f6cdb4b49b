#!/usr/bin/env ruby
# frozen_string_literal: true

# What the Ruby package adds to a token that is at hand: ruby_bench.rb LIBRARY [CALLS]. In µs of the processor's time, the best
# of five rounds, beside the same two calls of the C ABI through bare fiddle, and one of fiddle's calls that does nothing.

ENV.update("PGIAM_LIBRARY" => File.expand_path(ARGV.fetch(0)), "AWS_ACCESS_KEY_ID" => "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY" => "secret")
$LOAD_PATH.unshift(File.expand_path("../../bindings/ruby/lib", __dir__))
require "pgiam"

CALLS = Integer(ARGV[1] || 20_000)
WHERE = { host: "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com", user: "app" }.freeze

def processor
  Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID)
end

def cost
  rounds = Array.new(5) do
    start = processor
    CALLS.times { yield }
    (processor - start) / CALLS * 1e6
  end
  rounds.min
end

context = Pgiam::Context.new(reuse_seconds: 900)
context.token(**WHERE)
library = Pgiam::Library.loaded
before_connect = library.before_connect
reply_free = library.reply_free
request = Pgiam::Request.new(**WHERE)
out = Pgiam::Scratch.new
handle = context.calling { |found| found }
floor = cost do
  # Now and then files are to be looked at again, which is more than what is at hand.
  status = before_connect.call(handle, request.at_hand, out.address, 0)
  status.zero? ? reply_free.call(out.reply) : context.token(**WHERE)
end
puts format("a call of fiddle's that does nothing: %.2f µs", cost { library.abi_version.call })
{ token: -> { context.token(**WHERE) }, answer: -> { context.answer(**WHERE) } }.each do |name, call|
  took = cost(&call)
  puts format("%-8s %6.2f µs, %6.2f more than the calls themselves (%.2f)", name, took, took - floor, floor)
end
