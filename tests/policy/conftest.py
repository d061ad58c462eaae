"""How hypothesis runs: no test depends on how fast or busy the machine is.

In CI the examples are the same in every run, so that none is lost by chance; elsewhere they are
others each time, and look further.
"""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "policy",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("policy")
