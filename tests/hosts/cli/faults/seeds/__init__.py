"""All seeds, by kind."""

from . import admin, clock, cloud, configuration, credentials, network, server, sources, tls

SEEDS = [seed for part in (credentials, sources, configuration, network, tls, server, cloud, admin, clock) for seed in part.SEEDS]
