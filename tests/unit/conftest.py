"""How hypothesis looks for counterexamples in all unit tests."""

from hypothesis import HealthCheck, settings

# A test fails for what it shows, never for how long a busy machine took to show it.
settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("unhurried")
