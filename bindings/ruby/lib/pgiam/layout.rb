# frozen_string_literal: true

require "fiddle"

module Pgiam
  # A struct of C's: where its members lie, and how it is read and written. Addresses are Integers.
  class Layout
    # What String#pack calls each kind of member, and its size.
    KINDS = { u32: ["L", 4], i32: ["l", 4], i64: ["q", 8],
              size: ["J", Fiddle::SIZEOF_SIZE_T], pointer: ["J", Fiddle::SIZEOF_VOIDP] }.freeze

    attr_reader :members, :offsets, :size

    def initialize(**members)
      @members = members.freeze
      @offsets = {}
      @size = 0
      @template = members.map { |name, kind| place(name, *KINDS.fetch(kind)) }.join.freeze
      @size += -@size % members.values.map { |kind| KINDS.fetch(kind)[1] }.max
      @place_of_size = members.key?(:struct_size)
    end

    # Its bytes, as the _INIT macros make them.
    def bytes(**values)
      values[:struct_size] = @size if @place_of_size
      @members.each_key.map { |name| values.fetch(name, 0) }.pack(@template).ljust(@size, "\0")
    end

    def make(**values)
      Memory.of(bytes(**values))
    end

    # The values at this address, in their order.
    def read(address)
      Fiddle::Pointer.new(address)[0, @size].unpack(@template)
    end

    def read_hash(address)
      @members.keys.zip(read(address)).to_h
    end

    # One member of a struct whose bytes these are.
    def value(bytes, name)
      bytes.unpack1("@#{@offsets.fetch(name)}#{KINDS.fetch(@members.fetch(name)).first}")
    end

    private

    def place(name, directive, width)
      padding = -@size % width
      @offsets[name] = @size + padding
      @size += padding + width
      padding.zero? ? directive : "x#{padding}#{directive}"
    end
  end

  # Bytes that stay where they are until nobody needs them: Ruby may move its own.
  module Memory
    module_function

    def of(bytes)
      memory = Fiddle::Pointer.malloc(bytes.bytesize, Fiddle::RUBY_FREE)
      memory[0, bytes.bytesize] = bytes
      memory
    end

    def pointer_at(memory, offset = 0)
      memory[offset, Fiddle::SIZEOF_VOIDP].unpack1("J")
    end

    # A text of the library's; what is no UTF-8 in it does not stop a program.
    def text(address)
      return "" if address.zero?

      utf8(Fiddle::Pointer.new(address).to_s)
    end

    def utf8(text)
      text = text.force_encoding(Encoding::UTF_8)
      text.valid_encoding? ? text : text.scrub
    end
  end
end
