# frozen_string_literal: true

require "logger"
require_relative "library"

module Pgiam
  # The library's log. The library logs on threads of its own, in which Fiddle can run nothing: so it keeps the lines, and they
  # are taken after each of our calls.
  module Log
    ROOM = 65_536 # bytes
    SEVERITIES = { Abi::LOG_ERROR => Logger::ERROR, Abi::LOG_WARN => Logger::WARN, Abi::LOG_INFO => Logger::INFO,
                   Abi::LOG_DEBUG => Logger::DEBUG }.freeze
    @taking = {} # lists that lines are taken into now, by their number

    class << self
      # The library's level for what this logger writes.
      def level_for(logger)
        level = logger.respond_to?(:level) ? logger.level : Logger::WARN
        SEVERITIES.select { |_, severity| severity >= level }.keys.max || 0
      end

      # What the library has kept, to the logger; nil: nowhere. told: the warnings of requests so far, of which the library
      # tells one again where it looks at the same request again.
      def deliver(library, handle, logger, told)
        return if library.context_take_log.call(handle, 0, 0).zero?

        lines, lost = take(library, handle)
        return if logger.nil?

        logger.warn("pgiam") { "#{lost} lines of the log were lost: there was no room for them" } if lost.positive?
        lines.each do |level, component, text|
          next if level == Abi::LOG_WARN && component == "plan" && told.key?(text)

          told[text] = true if component == "plan"
          logger.add(SEVERITIES.fetch(level, Logger::DEBUG), "#{component}: #{text}", "pgiam")
        end
      end

      private

      def take(library, handle)
        lines = []
        number = lines.object_id
        # What is raised meanwhile may not run through C.
        lost = Thread.handle_interrupt(Object => :never) do
          @taking[number] = lines
          library.context_take_log.call(handle, callback, number)
        ensure
          @taking.delete(number)
        end
        [lines, lost]
      end

      def callback
        @closure ||= Library.closure(Abi::LOG_ARGUMENTS) do |number, level, component, text|
          @taking[number] << [level, Memory.text(component), Memory.text(text)]
        end
        @closure.to_i
      end
    end
  end
end
