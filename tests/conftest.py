"""What holds for every test."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A machine that is busy with other tests is no finding: an example may take what it takes, to run as to be made up.
settings.register_profile("opstui", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("opstui")
