"""Temporary credentials of a role, as the services that hand them out make them."""

import secrets

from .keys import Key


def temporary_key(keys, arn, expires_at, origin):
    """A new Key that STS will know."""
    key = Key(
        id="ASIA" + secrets.token_hex(8).upper(),
        secret=secrets.token_urlsafe(30),
        session_token="IQoJb3JpZ2luX2VjE/" + secrets.token_urlsafe(300) + "==",
        expires_at=expires_at,
        arn=arn,
        origin=origin,
    )
    keys[key.id] = key
    return key
