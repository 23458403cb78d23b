"""The drivers of abandonment in their fixed order: columns of every answer matrix are in it. New ones come last."""

from readiness.risk.rules.drivers.measured import MEASURED
from readiness.risk.rules.drivers.registered import REGISTERED
from readiness.risk.rules.drivers.spec import DriverSpec
from readiness.risk.rules.drivers.spent import SPENT
from readiness.risk.rules.drivers.steered import STEERED, TIME

DRIVERS: tuple[DriverSpec, ...] = (*REGISTERED, *TIME, *MEASURED, *SPENT, *STEERED)
KEYS = tuple(driver.key for driver in DRIVERS)
PLACE = {key: place for place, key in enumerate(KEYS)}

__all__ = ["DRIVERS", "KEYS", "PLACE", "DriverSpec"]
