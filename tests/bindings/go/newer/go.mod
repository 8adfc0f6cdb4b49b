module pgiam.org/pgiam/tests/newer

go 1.25.0

require (
	github.com/jackc/pgx/v5 v5.13.0
	pgiam.org/pgiam v0.1.0
	pgiam.org/pgiam/pgiampgx v0.1.0
	pgiam.org/pgiam/tests/drivers v0.0.0
)

require github.com/lib/pq v1.12.3

require (
	github.com/ebitengine/purego v0.10.1 // indirect
	github.com/jackc/pgpassfile v1.0.0 // indirect
	github.com/jackc/pgservicefile v0.0.0-20240606120523-5a60cdf6a761 // indirect
	github.com/jackc/puddle/v2 v2.2.3 // indirect
	golang.org/x/sync v0.22.0 // indirect
	golang.org/x/text v0.41.0 // indirect
)

replace (
	pgiam.org/pgiam => ../../../../bindings/go
	pgiam.org/pgiam/pgiampgx => ../../../../bindings/go/pgiampgx
	pgiam.org/pgiam/pgiampq => ../../../../bindings/go/pgiampq
	pgiam.org/pgiam/tests/drivers => ../drivers
)
