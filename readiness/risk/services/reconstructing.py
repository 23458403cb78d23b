"""Figures for months in which nothing was frozen, computed from dated history: what the model would have said from it then.

They know the own record alone. What the product held of an initiative on a past day (evidence, budgets, gates) is not kept, so
every driver is unknown in them. They are labelled wherever they are shown and scored apart from frozen ones.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db import connection

from portfolio.accounts.rules import system
from portfolio.kit.acting import acting
from readiness.core.risk.evidence import Weighed, weigh
from readiness.risk.models import Generation, ModelVersion
from readiness.risk.queries.answers import Sheet
from readiness.risk.queries.history import Frozen
from readiness.risk.queries.past import Past, past
from readiness.risk.queries.published import Published, published
from readiness.risk.rules.drivers import DRIVERS
from readiness.risk.rules.packing import ENGINE, codes_of, digest, form_of, packed
from readiness.risk.services.fitting import Lesson, form_for, lesson_of
from readiness.risk.services.scoring import Scored, places_as_rows, scored_with, write_scores

WHY = "reconstructed from dated history"
MONTHS = 18


@dataclass(frozen=True, slots=True)
class Made:
    """What a past month comes to, before it is kept."""

    version: ModelVersion
    scored: Scored


def reconstruct(*, demo: bool, today: date, months: int = MONTHS) -> list[Generation]:
    """A generation for the first day of each of the last `months` months, the present one not among them; those that are new.

    Months with frozen figures are left alone, and so are days on which nobody was in flight. What was reconstructed before is
    replaced where it would be another now: by a later correction of a unit or of a lifecycle. Call it in a transaction. Raises
    core.risk.laplace.NotConverged.
    """
    frozen = {(on.year, on.month) for on in _days(demo, frozen=True, reconstructed=False)}
    shares = published()
    with acting(system("risk")):
        made = [_month(demo, on, shares) for on in firsts(today, months) if (on.year, on.month) not in frozen]
    return [generation for generation in made if generation is not None]


def firsts(today: date, months: int) -> list[date]:
    """The first days of the months before `today`'s, the earliest first."""
    days = [today.replace(day=1)]
    for _month_before in range(months):
        days.append((days[-1] - timedelta(days=1)).replace(day=1))
    return days[:0:-1]


def lesson_then(known: Past) -> Lesson:
    """What could be learned from the own record on that day."""
    nobody = np.empty(0, dtype=np.int64)
    nothing = np.empty((0, len(DRIVERS)))
    sheet = Sheet(nobody, nothing, np.empty(0, dtype=np.bool_), ())
    frozen = Frozen(nobody, np.empty(0, dtype="datetime64[D]"), nothing)
    return lesson_of(known.lives, sheet, known.where, (known.entered, frozen))


def _month(demo: bool, on: date, shares: Published) -> Generation | None:
    began = time.monotonic()
    known = past(demo=demo, on=on)
    if not len(known.where):
        return None
    made = _made(demo, on, known, shares, began)
    before = Generation.objects.filter(demo=demo, reconstructed=True, on=on).first()
    if before is not None:
        if before.digest == made.scored.digest:
            return None
        _drop(before)
    if made.version._state.adding:
        made.version.save()
    generation = Generation.objects.create(
        demo=demo, version=made.version, on=on, why=WHY, seen=len(made.scored.ids), digest=made.scored.digest,
        average=float(made.scored.figures.value.mean()), reconstructed=True, seconds=round(time.monotonic() - began, 3),
    )  # fmt: skip
    write_scores(generation, made.scored)
    return generation


def _made(demo: bool, on: date, known: Past, shares: Published, began: float) -> Made:
    lesson = lesson_then(known)
    form = form_for(lesson, shares)
    found = weigh(form, lesson.rows, lesson.counts, seen=lesson.seen)
    version = _version(demo, on, found, lesson, shares, began)
    answers = np.full((len(known.where), len(DRIVERS)), np.nan)
    rows = places_as_rows(codes_of(version.form), known.where, answers)
    return Made(version, scored_with(version, found, known.where.initiative_id, rows))


def _version(demo: bool, on: date, found: Weighed, lesson: Lesson, shares: Published, began: float) -> ModelVersion:
    """The kept one that learned from the same, or a new one that is not saved yet."""
    form, rows, fit = found.with_drivers.form, lesson.rows, found.without
    seal = digest(ENGINE, form.drivers, form.mix, form.eta, lesson.codes, rows.organisation, rows.unit, rows.stage, lesson.counts)
    ours = ModelVersion.objects.filter(demo=demo, reconstructed=True)
    same = ours.filter(known_on=on, digest=seal).first()
    if same is not None:
        return same
    last = ours.order_by("-number").values_list("number", flat=True).first()
    return ModelVersion(
        demo=demo, reconstructed=True, number=(last or 0) + 1, engine=ENGINE, digest=seal,
        form=form_of(form, lesson.codes, shares.as_dict()), arrays=packed(found), horizon_months=shares.horizon_months,
        known_on=on, initiatives=lesson.initiatives, months=fit.months, abandoned=fit.abandoned, produced=fit.produced,
        left_out=lesson.left_out, log_factor=found.log_factor, share=found.share, why=WHY,
        seconds=round(time.monotonic() - began, 3),
    )  # fmt: skip


def _days(demo: bool, **which: bool) -> list[date]:
    return list(Generation.objects.filter(demo=demo, **which).values_list("on", flat=True))


def _drop(generation: Generation) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM risk_score WHERE generation_id = %s", [generation.pk])
    generation.delete()
