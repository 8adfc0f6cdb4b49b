"""One version with the library: tests/bindings/python holds it against CMakeLists.txt."""

__version__ = "0.1.0"
