# frozen_string_literal: true

module Pgiam
  # One version with the library: tests/bindings/ruby holds it against CMakeLists.txt.
  VERSION = "0.1.0"
end
