module pgiam.org/pgiam/tests

go 1.19

require pgiam.org/pgiam v0.1.0

require github.com/ebitengine/purego v0.10.1 // indirect

replace pgiam.org/pgiam => ../../../../bindings/go
