# frozen_string_literal: true

require_relative "lib/pgiam/version"

# The library goes into the gem where `rake` has put it there (lib/pgiam/lib): the gem is then one of this platform, or
# of PGIAM_GEM_PLATFORM.
Gem::Specification.new do |gem|
  inside = Dir.chdir(__dir__) { Dir["lib/pgiam/lib/**/*"].select { |file| File.file?(file) } }

  gem.name = "pgiam"
  gem.version = Pgiam::VERSION
  gem.summary = "A fresh password for every Postgres connect: tokens of a cloud's IAM in place of passwords"
  gem.authors = ["pgiam"]
  gem.homepage = "https://pgiam.org/"
  gem.license = "Apache-2.0"
  gem.required_ruby_version = ">= 3.1"
  gem.files = Dir.chdir(__dir__) { Dir["lib/**/*.rb", "examples/*", "README.md", "LICENSE", "licences/*", "pgiam.spdx.json"] } + inside
  gem.platform = inside.empty? ? Gem::Platform::RUBY : Gem::Platform.new(ENV.fetch("PGIAM_GEM_PLATFORM", Gem::Platform.local.to_s))
  gem.add_runtime_dependency "fiddle"
  gem.add_runtime_dependency "logger"
end
