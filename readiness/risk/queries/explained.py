"""One initiative's figure for a reader: what is stored of it, why it is so, and how it went.

What stands here is of the current generation, so a page says what lists say. Facts are of now; where an answer is another one
today the page says so, until the next scoring.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from math import isnan

import numpy as np

from portfolio.accounts.rules import EVERYTHING, Actor
from portfolio.initiatives.choices import RiskBand, StageKind, Status
from portfolio.initiatives.models import Initiative
from readiness.assessments.queries.unknowns.rows import Row as UnknownRow
from readiness.assessments.queries.unknowns.rows import page_of
from readiness.assessments.queries.unknowns.wanted import Wanted
from readiness.core.risk.evidence import Weighed
from readiness.core.risk.fit import Effect, Initiatives
from readiness.core.risk.prior import HORIZON_MONTHS
from readiness.gates.models import Decision
from readiness.risk.models import Generation, ModelVersion, Score
from readiness.risk.queries.answers import answers_now, reasons
from readiness.risk.queries.scores import current_generation, weighed_of
from readiness.risk.rules.drivers.telling import Reason
from readiness.risk.rules.explaining import Explained, explained, in_full
from readiness.risk.rules.packing import OtherEngine, inputs_digest

MOST_POINTS = 120  # of the history: daily ones of the last weeks, then one a month
MOST_UNKNOWN = 6


class State(StrEnum):
    """Whether there is a figure, and why not."""

    SCORED = "scored"
    NOT_COMPUTED = "not_computed"
    CLOSED = "closed"
    PRODUCTION = "production"
    OTHER_ENGINE = "other_engine"  # the figure stands, but this release cannot take it apart


@dataclass(frozen=True, slots=True)
class Told:
    """The figure as it is shown, and as if drivers counted in full (None where they do)."""

    shown: Explained
    full: Explained | None
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """One visible initiative. `score` with its generation and version, `weighed` and `rows` only where it is SCORED."""

    initiative: Initiative
    state: State
    score: Score | None = None
    weighed: Weighed | None = None
    rows: Initiatives | None = None

    @property
    def generation(self) -> Generation:
        assert self.score is not None
        return self.score.generation

    @property
    def version(self) -> ModelVersion:
        return self.generation.version

    @property
    def digest(self) -> str:
        """Of the inputs and the version: what a citation of the figure carries."""
        assert self.rows is not None
        return inputs_digest(self.rows, 0, self.version.digest)

    @property
    def band(self) -> RiskBand:
        """Whether the interval lies on one side of the portfolio's average (as initiatives.services.standing writes it)."""
        score, average = self.score, self.generation.average
        assert score is not None
        if average is None or score.low <= average <= score.high:
            return RiskBand.AVERAGE
        return RiskBand.ABOVE if score.low > average else RiskBand.BELOW


@dataclass(frozen=True, slots=True)
class Point:
    """One past figure, and how it came about."""

    generation: int
    on: date
    at: datetime
    value: float
    low: float
    high: float
    version: int
    frozen: bool
    reconstructed: bool


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision of a gate, as a mark beside the figures."""

    pk: int
    at: datetime
    gate: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Course:
    points: tuple[Point, ...]
    rulings: tuple[Ruling, ...]


@dataclass(frozen=True, slots=True)
class Because:
    """A driver in words. `told` is False where its sentence is about rows that the reader does not see.

    `changed`: today's facts answer otherwise than what the figure was made from.
    """

    reason: Reason
    told: bool
    changed: bool


def seen(actor: Actor, pk: int) -> Seen | None:
    """None if the initiative is not visible. Two statements, one where there can be no figure."""
    rows = Initiative.objects.visible_to(actor).select_related("unit", "stage", "lifecycle", "owner", "sponsor")
    initiative: Initiative | None = rows.filter(pk=pk).first()
    if initiative is None:
        return None
    if initiative.status == Status.CLOSED:
        return Seen(initiative, State.CLOSED)
    if initiative.stage is not None and initiative.stage.kind == StageKind.PRODUCTION:
        return Seen(initiative, State.PRODUCTION)
    found = Score.objects.visible_to(actor).filter(initiative=pk, generation__current=True, generation__demo=initiative.demo)
    score: Score | None = found.select_related("generation__version").first()
    if score is None:
        return Seen(initiative, State.NOT_COMPUTED)
    try:
        weighed = weighed_of(score.generation.version)
    except OtherEngine:
        return Seen(initiative, State.OTHER_ENGINE, score)
    return Seen(initiative, State.SCORED, score, weighed, rows_of(score))


def rows_of(score: Score) -> Initiatives:
    """The stored inputs of one score."""
    codes = (np.array([code], dtype=np.int64) for code in (score.organisation, score.unit, score.stage))
    return Initiatives(np.array([score.answers], dtype=np.float64), *codes)


def told(one: Seen) -> Told:
    """Why the figure is so. Of a Seen that is SCORED; no statement."""
    assert one.weighed is not None
    assert one.rows is not None
    months = one.version.horizon_months
    full = explained(in_full(one.weighed), one.rows, months) if one.weighed.share < 1 else None
    return Told(explained(one.weighed, one.rows, months), full, one.weighed.with_drivers.effects())


def because(actor: Actor, one: Seen, *, today: date, now: datetime) -> dict[str, Because]:
    """Every driver in words as of now, by key. The statements of `answers_now`, for one initiative."""
    sheet = answers_now(demo=one.initiative.demo, today=today, now=now, initiative_ids=[one.initiative.pk])
    if not len(sheet):
        return {}
    stored = one.rows.answers[0].tolist() if one.rows is not None else []
    whole = EVERYTHING in actor.paths("view")
    return {
        reason.key: Because(reason, whole or not reason.beyond, bool(stored) and not _same(reason.answer, stored[at]))
        for at, reason in enumerate(reasons(sheet, 0))
    }


def _same(one: float, other: float) -> bool:
    return (isnan(one) and isnan(other)) or abs(one - other) < 1e-9


def open_questions(actor: Actor, one: Seen, today: date) -> tuple[list[UnknownRow], int]:
    """What nobody knows of the initiative with whoever finds it out by when, the first due on top; and how many there are."""
    page = page_of(actor, Wanted(initiative=one.initiative.pk), 1, today, size=MOST_UNKNOWN)
    return page.rows, page.total


def course(actor: Actor, one: Seen) -> Course:
    """The figures of the generations that are kept, oldest first, and the decisions beside them. Two statements."""
    scores = Score.objects.visible_to(actor).filter(initiative=one.initiative.pk, generation__demo=one.initiative.demo)
    newest = scores.order_by("-generation__on", "-generation").values_list(
        "generation", "generation__on", "generation__at", "value", "low", "high", "generation__version__number",
        "generation__frozen", "generation__reconstructed",
    )[:MOST_POINTS]  # fmt: skip
    decided = Decision.objects.visible_to(actor).filter(initiative=one.initiative.pk, superseded_by=None).order_by("at")
    rulings = [Ruling(*row) for row in decided.values_list("pk", "at", "gate", "outcome")]
    return Course(tuple(Point(*row) for row in reversed(newest)), tuple(rulings))


def generation_for(initiative: Initiative, on: date | None) -> Generation | None:
    """The current generation; or of a day the newest kept one, made on or before it, that has a figure of the initiative.

    One that was computed afterwards from dated history is taken only where nothing else is kept.
    """
    if on is None:
        return current_generation(demo=initiative.demo)
    rows = Generation.objects.filter(demo=initiative.demo, on__lte=on, scores__initiative=initiative.pk)
    return rows.select_related("version").order_by("reconstructed", "-on", "-id").first()


__all__ = ["HORIZON_MONTHS", "Because", "Course", "Point", "Ruling", "Seen", "State", "Told"]
