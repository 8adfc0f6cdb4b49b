module pgiam.org/pgiam/tests/drivers

go 1.19

require (
	pgiam.org/pgiam v0.1.0
	pgiam.org/pgiam/pgiampq v0.1.0
)

require (
	github.com/ebitengine/purego v0.10.1 // indirect
	github.com/lib/pq v1.10.9 // indirect
)

replace (
	pgiam.org/pgiam => ../../../../bindings/go
	pgiam.org/pgiam/pgiampq => ../../../../bindings/go/pgiampq
)
