"""How good kept figures were, with everything that a sceptic asks for, as plain numbers that can be stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from readiness.core.risk.scores import Bin, Calibration, Estimate, brier, calibration, expected_error, log_loss, reliability
from readiness.core.risk.skill import skill
from readiness.risk.rules.backtest.outcomes import ABANDONED, SCORED, Became, counted, left_out

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]
Texts = NDArray[np.str_]
Days = NDArray[np.datetime64]
Flags = NDArray[np.bool_]
Json = dict[str, object]

AVERAGES = ("published", "own", "stage", "status")
WORST = 10
FEWEST = 10  # outcomes of a month of which an intercept is told
EACH = 5  # abandoned and not abandoned, below which drawing them again does not tell how far chance reaches


@dataclass(frozen=True, slots=True)
class Forecasts:
    """Kept figures for one horizon, (n,) each: P(abandoned within it), what each average said then, and what came.

    `status` is what a person's status said, NaN where there was none; `became` is a Became, `until` its day; `shown`: deciders
    had seen a figure of the initiative before that day.
    """

    initiative_id: IntArray
    on: Days
    value: Array
    published: Array
    own: Array
    stage: Array
    status: Array
    became: Texts
    until: Days
    shown: Flags

    def __len__(self) -> int:
        return len(self.initiative_id)

    @property
    def outcome(self) -> Array:
        """1 for abandoned, whatever kind."""
        return np.isin(self.became, [one.value for one in ABANDONED]).astype(np.float64)

    def take(self, rows: ArrayLike) -> Forecasts:
        at = np.asarray(rows)
        return replace(self, **{each.name: getattr(self, each.name)[at] for each in fields(self)})

    def scored(self) -> Forecasts:
        """Without those of whom it is not known what came."""
        return self.take(np.isin(self.became, [one.value for one in SCORED]))


def joined(parts: Sequence[Forecasts]) -> Forecasts:
    """One after the other; there is at least one."""
    return Forecasts(*(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(Forecasts)))


def result(every: Forecasts) -> Json:
    """All figures of one set; `scores` is None where nothing can be scored."""
    counts, kept = counted(every.became), every.scored()
    return {
        "forecasts": len(kept), "initiatives": len(np.unique(kept.initiative_id)),
        "days": [str(day) for day in np.unique(every.on)], "became": counts, "left_out": left_out(counts),
        "abandoned": int(kept.outcome.sum()), "scores": _scores(kept) if len(kept) else None,
    }  # fmt: skip


def _scores(kept: Forecasts) -> Json:
    said, came = clipped(kept.value), kept.outcome
    parts, line = brier(said, came), calibration(said, came)
    return {
        "mean": float(said.mean()),
        "brier": {each.name: getattr(parts, each.name) for each in fields(parts)},
        "log_loss": log_loss(said, came), "error": expected_error(said, came), **_calibration(line),
        "bins": [_bin(one) for one in reliability(said, came)],
        "skills": {name: _against(kept, getattr(kept, name)) for name in AVERAGES},
        "kinds": {kind.value: _kind(kept, kind) for kind in (Became.STOPPED, Became.DRIFTED, Became.ABANDONED_UNKNOWN)},
        "worst": worst(kept),
    }  # fmt: skip


def clipped(said: Array) -> Array:
    """A forecast is neither 0 nor 1."""
    return np.clip(said, 1e-9, 1 - 1e-9)


def _calibration(line: Calibration) -> Json:
    return {"slope": _ends(line.slope), "intercept": _ends(line.intercept)}


def _ends(one: Estimate | None) -> list[float] | None:
    return None if one is None else [one.value, one.low, one.high]


def _bin(one: Bin) -> Json:
    seen = one.observed
    return {
        "from": one.low, "to": one.high, "forecast": one.forecast, "part": seen.part, "whole": seen.whole, "value": seen.value,
        "low": seen.low, "high": seen.high,
    }  # fmt: skip


def _against(kept: Forecasts, reference: Array) -> Json | None:
    """Skill over the rows that have the reference, its interval over initiatives; None without any."""
    told = ~np.isnan(reference)
    if not told.any():
        return None
    _ids, clusters = np.unique(kept.initiative_id[told], return_inverse=True)
    came = kept.outcome[told]
    one = skill(clipped(kept.value[told]), clipped(reference[told]), came, clusters=clusters)
    if min(came.sum(), (1 - came).sum()) < EACH:
        one = replace(one, low=None, high=None)
    return {
        "value": one.value, "low": one.low, "high": one.high, "outcomes": one.outcomes, "initiatives": one.clusters,
        "says": one.says,
    }  # fmt: skip


def _kind(kept: Forecasts, kind: Became) -> Json:
    """Of one kind of abandonment alone: those, against the ones that were not abandoned."""
    these = kept.became == kind.value
    some = kept.take(these | (kept.outcome == 0))
    n = int(these.sum())
    return {"n": n, "mean": float(kept.value[these].mean()) if n else None, "skill": _against(some, some.own) if n else None}


def worst(kept: Forecasts) -> list[Json]:
    """The figures farthest from what came, one an initiative: losers are shown."""
    miss = np.abs(kept.value - kept.outcome)
    found: list[Json] = []
    seen: set[int] = set()
    for at in np.argsort(-miss, kind="stable"):
        pk = int(kept.initiative_id[at])
        if pk not in seen:
            seen.add(pk)
            found.append(
                {
                    "initiative": pk, "on": str(kept.on[at]), "value": float(kept.value[at]), "became": str(kept.became[at]),
                    "until": str(kept.until[at]),
                }
            )  # fmt: skip
        if len(found) == WORST:
            break
    return found


def drift(every: Forecasts) -> list[Json]:
    """Month by month whether figures were too low (above 0) or too high (below): the intercept, None where too few tell."""
    kept, found = every.scored(), []
    for day in np.unique(kept.on):
        month = kept.take(kept.on == day)
        level = calibration(clipped(month.value), month.outcome).intercept if len(month) >= FEWEST else None
        found.append(
            {
                "on": str(day), "n": len(month), "mean": float(month.value.mean()), "observed": float(month.outcome.mean()),
                "intercept": _ends(level),
            }
        )  # fmt: skip
    return found
