"""How hypothesis runs: no test depends on how fast or busy the machine is."""

from hypothesis import HealthCheck, settings

settings.register_profile("policy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("policy")
