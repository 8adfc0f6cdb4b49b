module pgiam.org/pgiam/pgiampq

go 1.19

require (
	github.com/lib/pq v1.10.9
	pgiam.org/pgiam v0.1.0
)

require github.com/ebitengine/purego v0.10.1 // indirect

replace pgiam.org/pgiam => ../
