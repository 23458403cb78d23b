"""The wall power of a run: the meter's samples between the begin and the end that the log names (both UTC)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_SAMPLE = re.compile(r"Time,(\d\d-\d\d-\d{4} \d\d:\d\d:\d\d\.\d{1,6}),Watts,(-?\d+(?:\.\d+)?)")
_COVERED = 0.9  # of the seconds of the run, at one sample a second
_MOST_SAMPLES = 1_000_000

Samples = list[tuple[datetime, float]]


def moment(raw: object) -> datetime | None:
    """ "07-17-2024 08:06:12.146", UTC; None for anything else."""
    try:
        return datetime.strptime(str(raw)[:30], "%m-%d-%Y %H:%M:%S.%f").replace(tzinfo=UTC)
    except ValueError:
        return None


def samples(content: bytes) -> Samples:
    """Whole-system watts; a meter that writes a negative value had an error."""
    found: Samples = []
    for one in _SAMPLE.finditer(content.decode("ascii", "replace")):
        at, watts = moment(one[1]), float(one[2])
        if at is not None and watts >= 0 and len(found) < _MOST_SAMPLES:
            found.append((at, watts))
    return found


def mean_watts(measured: Samples, begin: datetime | None, end: datetime | None) -> tuple[float, int] | None:
    """Mean and count; None where the meter does not cover the run (its clock may be another zone's)."""
    if begin is None or end is None or end <= begin:
        return None
    inside = [watts for at, watts in measured if begin <= at <= end]
    if len(inside) < _COVERED * (end - begin).total_seconds():
        return None
    return sum(inside) / len(inside), len(inside)
