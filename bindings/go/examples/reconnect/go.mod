module pgiam.org/pgiam/examples/reconnect

go 1.19

require pgiam.org/pgiam/pgiampq v0.1.0

require (
	github.com/ebitengine/purego v0.10.1 // indirect
	github.com/lib/pq v1.10.9 // indirect
	pgiam.org/pgiam v0.1.0 // indirect
)

replace (
	pgiam.org/pgiam => ../..
	pgiam.org/pgiam/pgiampq => ../../pgiampq
)
