"""Where the figures come from, and whether the machine was busy with something else."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import psutil
from django.db import connection

PACKAGES = ("Django", "djangorestframework", "granian", "psycopg", "orjson")
BUSY = 0.2
_LOOK_S = 1.0


@dataclass(frozen=True)
class Busy:
    """Load average of a minute, and the share of all cores in use within one second while the bench itself did nothing."""

    load: float
    used: float

    @classmethod
    def now(cls) -> Busy:
        return cls(os.getloadavg()[0], psutil.cpu_percent(_LOOK_S) / 100)

    def told(self, when: str) -> str:
        busy = self.used > BUSY or self.load > (os.cpu_count() or 1)
        warning = "  WARNING: the machine is busy with something else, read ratios only" if busy else ""
        return f"{when}: load average {self.load:.2f}, {self.used:.0%} of the cores in use by others{warning}"


def environment() -> dict[str, Any]:
    """Versions and sizes, of the server that the database in use runs on."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (server,) = cursor.fetchone()
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "postgresql": server,
        "packages": {name: version(name) for name in PACKAGES},
    }


def told(found: dict[str, Any]) -> str:
    packages = ", ".join(f"{name} {number}" for name, number in found["packages"].items())
    return (
        f"{found['cores']} cores, {found['memory_gb']} GB, {found['system']}, Python {found['python']}, "
        f"PostgreSQL {found['postgresql']}, {packages}"
    )
