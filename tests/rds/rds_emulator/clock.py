"""The verifier's clock: a pure function of real time, as libfaketime's `@START xRATE` is."""

import time
from dataclasses import dataclass
from datetime import datetime, timezone


@dataclass(frozen=True)
class Clock:
    """Shows `start` at the real time `origin` and runs `rate` times as fast (all but rate: epoch seconds)."""

    start: float = 0.0
    origin: float = 0.0
    rate: float = 1.0

    def now(self):
        return self.start + (time.time() - self.origin) * self.rate


def rfc3339(epoch):
    return datetime.fromtimestamp(epoch, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
