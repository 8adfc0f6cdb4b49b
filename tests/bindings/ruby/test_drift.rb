# frozen_string_literal: true

# The constants, struct layouts and signatures of abi.rb are those of pgiam.h, as a C compiler and its text have them.

require_relative "helper"

class DriftTest < Test
  HEADER = File.join(ROOT, "sdk/include/pgiam.h")
  TEXT = File.read(HEADER).gsub(%r{/\*.*?\*/}m, " ")
  ABI = Pgiam::Abi
  LAYOUTS = ABI.constants.select { |name| ABI.const_get(name).is_a?(Pgiam::Layout) }
  CONSTANTS = ABI.constants.select { |name| ABI.const_get(name).is_a?(Integer) }
  # Of structs' members and functions' arguments that are no pointers.
  PLAIN = { "void" => :void, "pgiam_status" => :i32, "int32_t" => :i32, "uint32_t" => :u32, "int64_t" => :i64,
            "size_t" => :size, "pgiam_ask_fn" => :pointer, "pgiam_log_fn" => :pointer,
            "pgiam_prompt_fn" => :pointer }.freeze

  # What a C compiler makes of each expression.
  def compiled(expressions)
    source = File.join(home, "ask.c")
    lines = expressions.map { |expression| %{printf("%lld\\n", (long long)(#{expression}));} }
    File.write(source, %(#include <stdio.h>\n#include "#{HEADER}"\nint main(void) {\n#{lines.join("\n")}\nreturn 0;}\n))
    assert system("cc", "-o", File.join(home, "ask"), source)
    IO.popen([File.join(home, "ask")], &:read).lines.map(&:to_i)
  end

  def kind_of(text)
    text.include?("*") ? :pointer : PLAIN.fetch(text.gsub(/\b(const|struct)\b/, "").split.first)
  end

  test "constants have the header's values" do
    values = compiled(CONSTANTS.map { |name| "PGIAM_#{name}" })
    assert_equal(CONSTANTS.to_h { |name| [name, ABI.const_get(name)] }, CONSTANTS.zip(values).to_h)
  end

  LAYOUTS.each do |name|
    test "#{name} is laid out as in the header" do
      layout = ABI.const_get(name)
      type = "pgiam_#{name.downcase}"
      body = TEXT[/typedef struct #{type} \{(.*?)\} #{type};/m, 1]
      members = body.split(";").map(&:strip).reject(&:empty?).to_h { |line| [line[/(\w+)\z/, 1].to_sym, kind_of(line)] }
      assert_equal members, layout.members
      size, *places = compiled(["sizeof(#{type})", *members.keys.map { |member| "offsetof(#{type}, #{member})" }])
      assert_equal [size, *places], [layout.size, *layout.offsets.values]
      assert_equal size, layout.bytes.bytesize
    end
  end

  test "signatures are the header's" do
    found = TEXT.scan(/PGIAM_EXPORT ([\w\s*]+?)\s*PGIAM_CALL (\w+)\(([^)]*)\);/)
    declared = found.select { |_, name, _| ABI::SIGNATURES.key?(name.to_sym) }.to_h do |result, name, arguments|
      listed = arguments.strip == "void" ? [] : arguments.split(",")
      returned = result.match?(/\bchar\b/) ? :text : kind_of(result)
      [name.to_sym, [returned, listed.map { |argument| kind_of(argument) }]]
    end
    assert_equal ABI::SIGNATURES, declared
  end

  test "the callbacks are the header's" do
    { ask: ABI::ASK_ARGUMENTS, log: ABI::LOG_ARGUMENTS }.each do |name, ours|
      arguments = TEXT[/typedef void\(PGIAM_CALL \*pgiam_#{name}_fn\)\(([^)]*)\);/, 1]
      assert_equal(ours, arguments.split(",").map { |argument| kind_of(argument) })
    end
  end
end
