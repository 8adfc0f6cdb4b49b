package pgiampgx

import (
	"context"
	"errors"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"pgiam.org/pgiam"
)

// explainGiven is for a connection whose own password kept the token away. pgx ends with the server's error
// and asks nobody, so what there is to say goes into that, while it is on its way.
func explainGiven(config *pgx.ConnConfig, attempt *pgiam.Attempt) {
	var once sync.Once // the first refusal, or that there was none; a connection that lives has errors, too
	onError := config.OnPgError
	config.OnPgError = func(connection *pgconn.PgConn, refusal *pgconn.PgError) bool {
		once.Do(func() {
			var told *pgiam.Error
			if errors.As(attempt.ExplainGiven(context.Background(), refusal), &told) {
				refusal.Message += "; " + told.Message + ": " + told.Hint
			}
			attempt.Close()
		})
		if onError != nil {
			return onError(connection, refusal)
		}
		return refusal.Severity != "FATAL"
	}
	afterConnect := config.AfterConnect
	config.AfterConnect = func(ctx context.Context, connection *pgconn.PgConn) error {
		once.Do(func() { attempt.Close() })
		if afterConnect != nil {
			return afterConnect(ctx, connection)
		}
		return nil
	}
}
