"""Running the backtest: kept figures whose horizon is over, against what is known of them now. Jobs call it, pages read it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from portfolio.accounts.rules import system
from portfolio.kit.acting import acting
from readiness.core.risk.evidence import Weighed
from readiness.core.risk.fit import Initiatives
from readiness.core.risk.forecast import forecast
from readiness.risk.models import Backtest, Generation
from readiness.risk.queries.careers import careers
from readiness.risk.queries.past import end_of, ends, first_shown, past, shown_before, statuses
from readiness.risk.queries.scores import newest_version, stored, weighed_of
from readiness.risk.rules.backtest.outcomes import HORIZONS, SCORED, Ends, became, over_on, spaced
from readiness.risk.rules.backtest.rates import rates, status_rates
from readiness.risk.rules.backtest.scoring import Forecasts, Json, clipped, drift, joined, result
from readiness.risk.rules.backtest.shuffling import Day, shuffled
from readiness.risk.rules.packing import ENGINE, codes_of, digest
from readiness.risk.services.reconstructing import lesson_then

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]
Days = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What is known on the day of the backtest."""

    ends: Ends
    shown: dict[int, date]
    today: np.datetime64


def run_backtest(*, demo: bool, today: date, now: datetime) -> list[Backtest]:
    """A row for each horizon whose figures differ from the newest kept ones. Call it in a transaction."""
    lives = careers(demo=demo, on=today, known_at=now, from_met=True)
    known = Outcomes(ends(lives), first_shown(demo=demo), np.datetime64(today, "D"))
    kept = Generation.objects.filter(Q(frozen=True) | Q(reconstructed=True), demo=demo, version__engine=ENGINE)
    generations = list(kept.select_related("version").order_by("on", "id"))
    return [row for months in HORIZONS if (row := _horizon(generations, known, months, demo=demo)) is not None]


def _horizon(generations: Sequence[Generation], known: Outcomes, months: int, *, demo: bool) -> Backtest | None:
    began = time.monotonic()
    figures = {
        name: _set([one for one in generations if one.reconstructed == again], known, months)
        for name, again in (("frozen", False), ("reconstructed", True))
    }
    seal = digest(ENGINE, months, figures)
    newest = Backtest.objects.filter(demo=demo, horizon_months=months).first()
    if newest is not None and newest.digest == seal:
        return None
    with acting(system("risk")):
        return Backtest.objects.create(
            demo=demo, version=newest_version(demo=demo), on=known.today.astype(object), horizon_months=months, figures=figures,
            digest=seal, seconds=round(time.monotonic() - began, 3),
        )  # fmt: skip


def _set(generations: Sequence[Generation], known: Outcomes, months: int) -> dict[str, Any]:
    """Of frozen or of reconstructed figures. `next`: when the earliest that cannot be scored yet can be."""
    days = np.array([one.on for one in generations], dtype="datetime64[D]")
    over = over_on(days, months)
    complete = [one for one, day in zip(generations, over, strict=True) if day <= known.today]
    later = over[over > known.today]
    found: dict[str, Any] = {"next": str(later[0]) if len(later) else None, "kept": len(generations)}
    if not complete:
        return found
    picked = set(spaced(np.unique(days[: len(complete)]), months).tolist())
    monthly = [_plain(one, known, months) for one in complete]
    scored = [(one, part) for one, part in zip(complete, monthly, strict=True) if one.on in picked]
    every = joined([_against_averages(one, part, months) for one, part in scored])
    every = _with_status(every, [one for one, _part in scored])
    return found | {
        "all": result(every), "shown": result(every.take(every.shown)), "not_shown": result(every.take(~every.shown)),
        "drift": drift(joined(monthly)),
        "shuffle": None if scored[0][0].reconstructed else _shuffle(scored, months),
    }  # fmt: skip


def _day_of(generation: Generation) -> np.datetime64:
    return np.datetime64(generation.on, "D")


def _known_at(generation: Generation) -> datetime:
    """A reconstructed figure knows what was recorded by the end of its day."""
    return end_of(generation.on) if generation.reconstructed else generation.at


def _plain(generation: Generation, known: Outcomes, months: int) -> Forecasts:
    """The kept inputs under the kept version, for this horizon, with what came; averages are still unknown."""
    kept = stored(generation)
    on = _day_of(generation)
    words, until = became(known.ends, kept.initiative_id, on, months)
    value = clipped(forecast(weighed_of(generation.version), kept.rows, months).value)
    unknown = np.full(len(kept), np.nan)
    return Forecasts(
        kept.initiative_id, np.full(len(kept), on), value, unknown, unknown, unknown, unknown, words, until,
        shown_before(known.shown, kept.initiative_id, until),
    )  # fmt: skip


def _against_averages(generation: Generation, part: Forecasts, months: int) -> Forecasts:
    """With what each average said then: months at risk as known at the moment of the figure."""
    lesson = lesson_then(past(demo=generation.demo, on=generation.on, known_at=_known_at(generation)))
    keys = lesson.codes.stage_keys
    eta_a, eta_p = generation.version.form["eta"]
    told = rates(lesson.counts, lesson.rows.stage, len(keys), (float(eta_a), float(eta_p)))
    published, own, stage = told.of(_stages(generation, keys), months)
    return replace(part, published=published, own=own, stage=stage)


def _stages(generation: Generation, keys: tuple[str, ...]) -> IntArray:
    """The stages of a generation's rows as codes of what was learned from on its day."""
    place = {key: at for at, key in enumerate(keys)}
    codes = [place.get(key, -1) for key in codes_of(generation.version.form).stage_keys]
    return np.array([*codes, -1], dtype=np.int64)[stored(generation).rows.stage]


def _with_status(every: Forecasts, generations: Sequence[Generation]) -> Forecasts:
    """A person's colour counts by how those of the colour did on earlier days, of those whose outcome is known."""
    parts = [statuses(every.initiative_id[every.on == _day_of(one)], known_at=_known_at(one)) for one in generations]
    colors = np.concatenate(parts)
    known = np.isin(every.became, [one.value for one in SCORED])
    told = np.full(len(every), np.nan)
    told[known] = status_rates(colors[known], every.on[known], every.own[known], every.outcome[known])
    return replace(every, status=told)


def _shuffle(scored: Sequence[tuple[Generation, Forecasts]], months: int) -> Json | None:
    return shuffled([_day(one, part) for one, part in scored], months)


def _day(generation: Generation, part: Forecasts) -> Day:
    known = np.flatnonzero(np.isin(part.became, [one.value for one in SCORED]))
    weighed: Weighed = weighed_of(generation.version)
    rows: Initiatives = stored(generation).rows.take(known)
    return Day(weighed, rows, part.outcome[known])
