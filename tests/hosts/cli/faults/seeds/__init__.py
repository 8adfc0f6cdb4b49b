"""All seeds, by kind."""

from . import clock, configuration, credentials, network, server, sources, tls

SEEDS = [seed for part in (credentials, sources, configuration, network, tls, server, clock) for seed in part.SEEDS]
