module pgiam.org/pgiam/pgiampgx

go 1.24.0

require (
	github.com/jackc/pgx/v5 v5.8.0
	pgiam.org/pgiam v0.1.0
)

require (
	github.com/ebitengine/purego v0.10.1 // indirect
	github.com/jackc/pgpassfile v1.0.0 // indirect
	github.com/jackc/pgservicefile v0.0.0-20240606120523-5a60cdf6a761 // indirect
	golang.org/x/text v0.29.0 // indirect
)

replace pgiam.org/pgiam => ../
