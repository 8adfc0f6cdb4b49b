"""All seeds, by kind."""

from . import admin, clock, configuration, credentials, network, server, sources, tls

SEEDS = [seed for part in (credentials, sources, configuration, network, tls, server, admin, clock) for seed in part.SEEDS]
