"""The evidence of one workload, put in order once for all of its requirements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from readiness.evidence.choices import FUTURE_S
from readiness.evidence.rules.curve import LENGTHS_WITHIN, ONE_SITTING
from readiness.evidence.rules.verdicts.evidence import Evidence, Setup, Siblings
from readiness.evidence.rules.verdicts.outcome import Barred
from readiness.evidence.rules.verdicts.reasons import Note, Reason


class Gathered:
    """`sound` may decide, `barred` must not whatever is asked. `sittings`: benchmarks of one setup within a day of its newest."""

    def __init__(self, evidence: Iterable[Evidence], now: datetime) -> None:
        self.sound: list[Evidence] = []
        self.barred: list[Barred] = []
        self.next_at: datetime | None = None  # when what lies in the future may decide
        for one in evidence:
            if (why := _invalid(one, now)) is None:
                self.sound.append(one)
            else:
                self.barred.append(Barred(one, why))
                if why.code is Reason.IN_THE_FUTURE:
                    due = one.at - timedelta(seconds=FUTURE_S)
                    self.next_at = due if self.next_at is None else min(self.next_at, due)
        self.siblings = Siblings(self.sound)
        self.services = [one for one in self.sound if not one.is_benchmark]
        self.sittings = list(_sittings(one for one in self.sound if one.is_benchmark))


def _invalid(one: Evidence, now: datetime) -> Note | None:
    """Why it never decides."""
    if one.aside:
        return Note(Reason.SET_ASIDE, {"text": one.aside})
    if one.flaws:
        return Note(Reason.FLAWED, {"flaws": [list(flaw) for flaw in one.flaws]})
    if one.at > now + timedelta(seconds=FUTURE_S):
        return Note(Reason.IN_THE_FUTURE)
    return Note(Reason.MIXED_LOADS) if one.is_benchmark and one.mixes_loads else None


def _sittings(runs: Iterable[Evidence]) -> Iterator[list[Evidence]]:
    """Answers of another length are another test: the same hardware carries more of short ones."""
    by_setup: dict[Setup, list[Evidence]] = {}
    for one in runs:
        by_setup.setdefault(one.setup, []).append(one)
    for of_setup in by_setup.values():
        kinds: list[list[Evidence]] = []
        for one in sorted(of_setup, key=lambda run: (run.at, run.run), reverse=True):
            home = next((kind for kind in kinds if _belongs(kind[0], one)), None)
            if home is None:
                kinds.append([one])
            else:
                home.append(one)
        yield from kinds


def _belongs(newest: Evidence, one: Evidence) -> bool:
    if newest.at - one.at > ONE_SITTING:
        return False
    return all(_near(newest.told(name), one.told(name)) for name in ("input_tokens", "output_tokens"))


def _near(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= LENGTHS_WITHIN * max(abs(one), abs(other))
