"""Fitting the model to what became of a portfolio: everything that closed is in it, and nobody's outcome is looked at early."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from portfolio.accounts.rules import system
from portfolio.kit.acting import acting
from readiness.core.risk.answers import answer_mix
from readiness.core.risk.evidence import Weighed, weigh
from readiness.core.risk.fit import Form, Initiatives
from readiness.core.risk.prior import prior_hazards
from readiness.risk.models import ModelVersion
from readiness.risk.queries.answers import Sheet
from readiness.risk.queries.careers import Careers, careers
from readiness.risk.queries.history import Entries, Frozen, entries, frozen_answers
from readiness.risk.queries.places import Places, coded, second_units
from readiness.risk.queries.published import Published, published
from readiness.risk.queries.scores import newest_version
from readiness.risk.rules.careers import DAYS_PER_MONTH
from readiness.risk.rules.drivers import DRIVERS, KEYS
from readiness.risk.rules.packing import ENGINE, Codes, digest, form_of, packed
from readiness.risk.rules.spans import SAME, UNKNOWN, Changes, spans

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a fit learns from: rows with their months (k, 3), codes of their groups, and the answers in flight (m, drivers)."""

    rows: Initiatives
    counts: Array
    codes: Codes
    seen: Array
    initiatives: int
    left_out: dict[str, int]


def fit_now(*, demo: bool, why: str, today: date, now: datetime, sheet: Sheet, where: Places) -> ModelVersion:
    """A new version, or the newest one where nothing that it learned from has changed.

    `sheet` are the answers of today: of closed initiatives only what was known at intake is taken from it. Raises
    core.risk.laplace.NotConverged.
    """
    began = time.monotonic()
    shares = published()
    lesson = lesson_of(careers(demo=demo, on=today, known_at=now, from_met=True), sheet, where, _past(demo, now))
    form = form_for(lesson, shares)
    seal = digest(ENGINE, form.drivers, form.mix, form.eta, lesson.codes, lesson.rows.answers, lesson.rows.organisation,
                  lesson.rows.unit, lesson.rows.stage, lesson.counts, lesson.seen)  # fmt: skip
    newest = newest_version(demo=demo)
    if newest is not None and newest.digest == seal:
        return newest
    found = weigh(form, lesson.rows, lesson.counts, seen=lesson.seen)
    return _kept(newest, found, lesson, shares, demo=demo, why=why, today=today, seal=seal, seconds=time.monotonic() - began)


def _past(demo: bool, now: datetime) -> tuple[Entries, Frozen]:
    return entries(demo=demo, known_at=now), frozen_answers(demo=demo, known_at=now, keys=KEYS)


def form_for(lesson: Lesson, shares: Published) -> Form:
    """The columns: every driver, and every organisation, unit and stage that anybody was in or is."""
    hazards = prior_hazards(shares.abandoned, shares.produced, shares.horizon_months)
    codes = lesson.codes
    return Form(
        tuple(spec.prior for spec in DRIVERS), answer_mix(lesson.seen), len(codes.organisations), len(codes.units),
        len(codes.stages), (hazards.eta_abandon, hazards.eta_produce),
    )  # fmt: skip


def lesson_of(lives: Careers, sheet: Sheet, where: Places, past: tuple[Entries, Frozen]) -> Lesson:
    """Careers cut into spans, each with its stage and the answers that were frozen before it."""
    entered, frozen = past
    second = second_units(lives.unit_path)
    roots = np.array([lives.organisations[code] for code in lives.organisation], dtype=np.int64)
    codes = _codes(lives, where, roots, second)
    cut = spans(lives.entry_month, lives.leaving_month, lives.ending, _changes(lives, entered, frozen, codes))
    answers = _answers(lives, sheet, frozen)[cut.row]
    known = cut.answers >= 0
    answers[known] = frozen.answers[cut.answers[known]]
    rows = Initiatives(
        answers, coded(roots, codes.organisations)[cut.row], coded(second, codes.units)[cut.row], cut.stage,
    )  # fmt: skip
    return Lesson(rows, cut.counts, codes, sheet.answers[sheet.in_flight], len(lives), lives.left_out)


def _codes(lives: Careers, where: Places, roots: IntArray, second: IntArray) -> Codes:
    units = np.unique(np.concatenate([second, where.unit]))
    stages = dict(zip(lives.stage_keys, lives.stages, strict=True))
    for key in where.stage.tolist():
        if key:
            stages.setdefault(key, key)
    organisations = np.unique(np.concatenate([roots, where.root]))
    return Codes(
        tuple(organisations.tolist()), tuple(units[units >= 0].tolist()), tuple(stages), tuple(stages.values()),
    )  # fmt: skip


def _changes(lives: Careers, entered: Entries, frozen: Frozen, codes: Codes) -> Changes:
    """Entries into stages and frozen answers, by the age at which they came."""
    row, kept = _rows(lives, entered.initiative_id)
    stage = coded(entered.stage, codes.stage_keys)[kept]
    later, known = _rows(lives, frozen.initiative_id)
    at = np.flatnonzero(known)
    return Changes(
        row=np.concatenate([row, later]),
        age=np.concatenate([_age(lives, row, entered.on[kept]), _age(lives, later, frozen.on[known])]),
        stage=np.concatenate([stage, np.full(len(later), SAME)]),
        answers=np.concatenate([np.full(len(row), SAME), at]),
    )


def _rows(lives: Careers, ids: IntArray) -> tuple[IntArray, NDArray[np.bool_]]:
    """Places in `lives` of those ids that it has, and which have one."""
    if not len(lives):
        return np.empty(0, dtype=np.int64), np.zeros(len(ids), dtype=bool)
    at = np.minimum(np.searchsorted(lives.initiative_id, ids), len(lives) - 1)
    kept = lives.initiative_id[at] == ids
    return at[kept], kept


def _age(lives: Careers, row: IntArray, on: NDArray[np.datetime64]) -> Array:
    days = (on - lives.began_on[row]).astype("timedelta64[D]").astype(np.float64)
    return np.asarray(days / DAYS_PER_MONTH)


def _answers(lives: Careers, sheet: Sheet, frozen: Frozen) -> Array:
    """Before anything was frozen: what was known at intake, everything else unknown."""
    intake = np.array([spec.intake for spec in DRIVERS])
    found = np.full((len(lives), len(DRIVERS)), np.nan)
    row, kept = _rows(lives, sheet.initiative_id)
    found[np.ix_(row, np.flatnonzero(intake))] = sheet.answers[kept][:, intake]
    return found


def _kept(
    newest: ModelVersion | None, found: Weighed, lesson: Lesson, shares: Published, *, demo: bool, why: str, today: date,
    seal: str, seconds: float,
) -> ModelVersion:  # fmt: skip
    fit = found.without
    with acting(system("risk")):
        return ModelVersion.objects.create(
            demo=demo, number=newest.number + 1 if newest else 1, engine=ENGINE, digest=seal,
            form=form_of(found.with_drivers.form, lesson.codes, shares.as_dict()), arrays=packed(found),
            horizon_months=shares.horizon_months, known_on=today, initiatives=lesson.initiatives, months=fit.months,
            abandoned=fit.abandoned, produced=fit.produced, left_out=lesson.left_out, log_factor=found.log_factor,
            share=found.share, why=why[:60], seconds=round(seconds, 3),
        )  # fmt: skip


__all__ = ["UNKNOWN", "Lesson", "fit_now", "form_for", "lesson_of"]
