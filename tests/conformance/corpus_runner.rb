# frozen_string_literal: true

# The corpus through the Ruby package; see corpus/README.md.

require "json"
require "pgiam"
require "pgiam/attempt"
require_relative "../bindings/ruby/scheduler"

Pgiam.logger = nil

# What the program of a case does when it is asked for its credentials, or a person for a word.
class Asked
  attr_reader :asked

  def initialize(given, is_person: false)
    @given = given
    @is_person = is_person
    @asked = false
  end

  def call(*)
    @asked = true
    sleep 0.01 while @given["never"]
    raise Pgiam::Error.new(@given["status"], @given["declines"]) if @given["declines"]

    values = @given["values"] || {}
    @is_person ? values["answer"] : values
  end
end

# Of a driver that is none.
class Failure < StandardError
  attr_reader :sqlstate

  def initialize(told)
    super(told["message"])
    @sqlstate = told["sqlstate"]
  end
end

def symbols(object)
  (object || {}).transform_keys(&:to_sym)
end

def run(given)
  request = given["request"]
  return { keywords: Pgiam::Request.parse_conninfo(request["conninfo"]) } if given["call"] == "conninfo"

  prompt = Asked.new(given["person"], is_person: true) if given["person"]
  context = Pgiam::Context.new(prompt: prompt, **symbols(given["context"]))
  credentials = Asked.new(request["credentials"]) if request["credentials"]
  follow(context, request, credentials, [{}]) if given["warm"]
  return follow(context, request, credentials, given["outcomes"]) if given["call"] == "attempt"

  { answer: described(answer(context, request, credentials, given.key?("cancel"))) }
ensure
  context&.close
end

# In a fiber, which goes on while the program is asked.
def answer(context, request, credentials, cancels)
  arguments = symbols(request["keywords"]).merge(symbols(request["options"]), symbols(request.except("keywords", "options")))
  arguments[:credentials] = credentials
  result = nil
  caller = Thread.new do
    Fiber.set_scheduler(Scheduler.new)
    Fiber.schedule do
      result = context.answer(arguments.delete(:conninfo), **arguments)
    rescue Pgiam::Error => e
      result = e
    end
  end
  if cancels
    sleep 0.01 until credentials.asked
    context.close
  end
  caller.join
  result.is_a?(Pgiam::Answer) ? result : raise(result)
end

def described(answer)
  facts = answer.to_h.slice(:host, :port, :region, :provider, :target, :rule, :warnings)
  { **facts, token: answer.token, params: answer.params.to_h, expires_at_ms: ((answer.expires_at || 0).to_r * 1000).to_i }
end

# An attempt as the drivers' helpers make them, with the case's outcomes in the place of a driver.
def follow(context, request, credentials, outcomes)
  connects = []
  context.calling do |handle|
    options = symbols(request["options"]).merge({ credentials: credentials }.compact)
    attempt = Pgiam::Attempt.new(context, options, symbols(request["keywords"]), can_apply: request["can_apply"])
    context.with(attempt) do
      attempt.start(handle)
      loop do
        step = attempt.next
        return { done: true, connects: connects } if step.kind == Pgiam::Abi::STEP_DONE
        next attempt.wait(step) if step.kind == Pgiam::Abi::STEP_WAIT

        connects << attempt.params
        return { done: false, connects: connects } if connects.size > outcomes.size

        told = outcomes[connects.size - 1]
        attempt.report(told["message"] && Failure.new(told))
      end
    end
  end
rescue Pgiam::Error => e
  { error: e.to_h, connects: connects }
end

$stdin.each_line do |line|
  result = begin
    run(JSON.parse(line))
  rescue Pgiam::Error => e
    { error: e.to_h }
  end
  puts JSON.generate(result)
  $stdout.flush
end
