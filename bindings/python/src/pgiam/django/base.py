"""Django's backend for PostgreSQL, each of whose connections logs in with a fresh token."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.postgresql import base as postgresql

from .. import _attempt
from .._libpq import resolved
from .._request import READ_KEYWORDS


class DatabaseWrapper(postgresql.DatabaseWrapper):  # type: ignore[misc]
    def get_connection_params(self) -> Any:
        """Django's own without ours, which psycopg would not know."""
        if self.settings_dict["OPTIONS"].get("pool"):
            raise ImproperlyConfigured('pgiam.django has no place in OPTIONS["pool"]: leave it out, and set CONN_MAX_AGE.')
        params = super().get_connection_params()
        self._pgiam = _attempt.taken(params)
        return params

    def get_new_connection(self, conn_params: Any) -> Any:
        options, credentials, context = self._pgiam
        keywords = {("dbname" if key == "database" else key): value for key, value in conn_params.items()}
        given = {key: value for key, value in keywords.items() if key in READ_KEYWORDS or key in ("service", "servicefile")}
        attempt = _attempt.start(context, resolved(given), options, "*", credentials)
        dial = super().get_new_connection
        return _attempt.connect(
            attempt, lambda apply: dial(_attempt.merged(conn_params, apply)), self.Database.OperationalError
        )
