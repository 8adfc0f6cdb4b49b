# frozen_string_literal: true

# The gem, without and with the library inside, and the examples as their README has them.

require_relative "server"

class PackageTest < ServerTest
  EXAMPLES = File.join(PACKAGE, "examples")

  # Builds the gem of a copy and installs it; nothing is fetched, and no clone is written to. Where it is, and its file.
  def installed(with_library:)
    FileUtils.cp_r(PACKAGE, "#{home}/source")
    FileUtils.rm_rf("#{home}/source/lib/pgiam/lib")
    Dir.chdir("#{home}/source") do
      must("rake", "library", "PGIAM_GEM_LIBRARY" => stripped) if with_library
      must("gem", "build", "pgiam.gemspec", "--output", "#{home}/pgiam.gem")
    end
    # Its dependencies come with Ruby; beside another folder RubyGems would look for them elsewhere.
    must("gem", "install", "--local", "--no-document", "--ignore-dependencies", "--install-dir", "#{home}/gems", "#{home}/pgiam.gem")
    "#{home}/gems"
  end

  # Without what only debuggers read, which takes long to pack.
  def stripped
    FileUtils.mkdir_p("#{home}/stripped/pgiam")
    [File.basename(LIBRARY), "pgiam/libpgiam-http.so"].map do |name|
      "#{home}/stripped/#{name}".tap { |copy| must("strip", "-o", copy, File.join(File.dirname(LIBRARY), name)) }
    end.first
  end

  def must(*command, **environment)
    said, status = Open3.capture2e(environment.transform_keys(&:to_s), *command)
    assert_predicate status, :success?, said
    said
  end

  def token_of_gem(folder, **variables)
    program = %(require "pgiam"; puts $LOADED_FEATURES.grep(/pgiam\\.rb/), Pgiam.token(host: ARGV[0], user: "app"))
    Open3.capture2e({ "GEM_PATH" => folder, **variables.transform_keys(&:to_s) }, RbConfig.ruby, "-e", program, HOST)
  end

  test "a gem with the library inside needs nothing else" do
    folder = installed(with_library: true)
    said, = token_of_gem(folder, PGIAM_LIBRARY: "", **KEY, AWS_SECRET_ACCESS_KEY: "secret") # without blanks, which are warned of
    place, token = said.lines(chomp: true)
    assert place.start_with?(folder), said
    assert token.start_with?(PREFIX), said
    assert_path_exists Dir["#{folder}/gems/pgiam-*/lib/pgiam/lib/pgiam/libpgiam-http.so"].first
    assert_includes Dir["#{folder}/gems/*"].first, RbConfig::CONFIG["target_cpu"]
  end

  test "a gem without it finds the library that is installed" do
    folder = installed(with_library: false)
    assert_match(%r{/pgiam-[\d.]+\z}, Dir["#{folder}/gems/*"].first)
    said, = token_of_gem(folder, **KEY)
    assert said.lines(chomp: true).last.start_with?(PREFIX), said
  end

  # ---- The examples ----

  def environment(**changes)
    { "PGHOST" => server[:host], "PGHOSTADDR" => server[:hostaddr], "PGPORT" => server[:port], "PGUSER" => "app_user",
      "PGDATABASE" => "postgres", "PGSSLROOTCERT" => server[:sslrootcert], "RUBYLIB" => "#{PACKAGE}/lib",
      **changes.transform_keys(&:to_s) }
  end

  test "reconnect logs in again" do
    IO.popen([environment, RbConfig.ruby, "#{EXAMPLES}/reconnect"], "r+") do |program|
      assert_equal "connected\n", program.gets
      expire
      program.puts
      assert_equal "done\n", program.read
    end
    assert_predicate $?, :success?
    assert_equal "accepted", verdicts.last
  end

  test "storm prints a token for each, and its errors" do
    said, = Open3.capture2(environment, RbConfig.ruby, "#{EXAMPLES}/storm", "50")
    tokens = said.lines(chomp: true)
    assert_equal 50, tokens.size # of one second, or of two
    assert(tokens.all? { |token| token.start_with?("#{server[:host]}:#{server[:port]}/?Action=connect") })
    _, wrong, status = Open3.capture3(environment(AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: ""), RbConfig.ruby,
                                      "#{EXAMPLES}/storm", "5")
    assert_equal 1, status.exitstatus
    assert wrong.start_with?("storm: no AWS credentials"), wrong
  end
end
