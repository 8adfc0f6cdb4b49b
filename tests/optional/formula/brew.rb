# What the formula asks of Homebrew, and no more: ruby brew.rb FORMULA FOLDER
require "digest"

class Formula
  attr_reader :prefix, :bin

  class << self
    attr_reader :said, :test_of_it

    %i[desc homepage url sha256 license depends_on].each do |word|
      define_method(word) { |what| (@said ||= Hash.new { |said, one| said[one] = [] })[word] << what }
    end

    def test(&block) = @test_of_it = block
  end

  def initialize(prefix)
    @prefix = prefix
    @bin = "#{prefix}/bin"
  end

  # Homebrew's own, of Library/Homebrew/formula.rb, less what is macOS's.
  def std_cmake_args
    %W[-DCMAKE_INSTALL_PREFIX=#{prefix} -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_BUILD_TYPE=Release -DCMAKE_VERBOSE_MAKEFILE=ON -Wno-dev]
  end

  def system(*words) = Kernel.system(*words) || abort("#{words.join(" ")}: #{$?}")

  def shell_output(line)
    said = `#{line}`
    $?.success? ? said : abort("#{line}: #{$?}")
  end

  def assert_match(words, text) = text.include?(words) || abort("#{words.inspect} is not in #{text.inspect}")
end

formula, folder = ARGV
load formula
said = Pgiam.said
archive = said[:url].first.delete_prefix("file://")
said[:sha256] == [Digest::SHA256.file(archive).hexdigest] || abort("sha256 is that of another archive")
system("tar", "-xzf", archive, "-C", folder) || abort("#{archive} cannot be unpacked")
name = File.basename(archive, ".tar.gz")
Dir.children(folder) == [name] || abort("#{archive} holds more than its folder")
pgiam = Pgiam.new("#{folder}/Cellar/pgiam/#{name.delete_prefix("pgiam-")}")
Dir.chdir("#{folder}/#{name}") { pgiam.install }
ENV.delete_if { |name, _| name.start_with?("AWS_", "PGIAM_") }
pgiam.instance_exec(&Pgiam.test_of_it)
puts "installed, and its test passed: #{Dir.children(pgiam.bin).join(" ")}, #{Dir.children("#{pgiam.prefix}/lib").sort.join(" ")}"
