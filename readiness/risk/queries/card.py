"""What the model card shows of the whole organisation, and who may see it: who holds all of it (docs/decisions/0011)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import EVERYTHING, Actor
from portfolio.initiatives.models import Initiative
from portfolio.kit.scope import within
from portfolio.outbox.models import Job
from readiness.core.risk.evidence import Weighed, undriven
from readiness.core.risk.fit import Effect, initiatives
from readiness.core.risk.forecast import figures_of, logits
from readiness.core.stats.proportions import Share, wilson
from readiness.risk.models import Backtest, Generation, ModelVersion
from readiness.risk.queries.published import Published, published
from readiness.risk.queries.scores import current_generation, newest_version, stored, weighed_of
from readiness.risk.rules.backtest.outcomes import HORIZONS
from readiness.risk.rules.packing import OtherEngine

VERSIONS = 12
ORGANISATIONS = 10
JOBS = ("risk.refit", "risk.backtest")


@dataclass(frozen=True, slots=True)
class Level:
    """P(abandoned within the horizon) for an average initiative of one top unit, with its 80 % interval."""

    name: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Answered:
    """How those in flight answer one driver now."""

    yes: int
    partly: int
    no: int
    unknown: int

    @property
    def total(self) -> int:
        return self.yes + self.partly + self.no + self.unknown


@dataclass(frozen=True, slots=True)
class Card:
    """`whole`: the reader holds the whole organisation; otherwise everything but `published` is empty.

    `effects` and `answered` are by driver key; `tests` by horizon, newest; `misses` the initiatives of their worst figures.
    """

    whole: bool
    published: Published
    version: ModelVersion | None = None
    weighed: Weighed | None = None
    generation: Generation | None = None
    effects: Mapping[str, Effect] = field(default_factory=dict)
    answered: Mapping[str, Answered] = field(default_factory=dict)
    levels: Sequence[Level] = ()
    tests: Mapping[int, Backtest] = field(default_factory=dict)
    misses: Mapping[int, Initiative] = field(default_factory=dict)
    versions: Sequence[ModelVersion] = ()
    jobs: Sequence[Job] = ()

    @property
    def ended(self) -> Share | None:
        """Of the initiatives that ended and were learned from, the share that was abandoned."""
        return wilson(self.version.abandoned, self.version.resolved) if self.version is not None else None


def holds_all(actor: Actor) -> bool:
    """Whether the reader's role covers every top unit and every initiative of the portfolio that is shown."""
    paths = actor.paths(Action.VIEW)
    if EVERYTHING in paths:
        return True
    if not paths:
        return False
    tops = BusinessUnit.objects.filter(depth=0, demo=actor.showing_demo).exclude(within("path", paths))
    others = Initiative.objects.filter(demo=actor.showing_demo).exclude(within("unit__path", paths))
    return not tops.exists() and not others.exists()


def card(actor: Actor) -> Card:
    """The newest version in use, how it did, and where its jobs are."""
    shares = published()
    if not holds_all(actor):
        return Card(whole=False, published=shares)
    demo = actor.showing_demo
    version, tests = newest_version(demo=demo), newest_tests(demo=demo)
    known = Card(
        True, shares, version, tests=tests, misses=_misses(actor, tests.values()), versions=_versions(demo=demo),
        jobs=newest_jobs(demo=demo),
    )  # fmt: skip
    return known if version is None else _with_model(known, version)


def newest_tests(*, demo: bool) -> dict[int, Backtest]:
    """By horizon."""
    newest = Backtest.objects.filter(demo=demo, horizon_months__in=HORIZONS).select_related("version")
    return {one.horizon_months: one for one in newest.order_by("horizon_months", "-id").distinct("horizon_months")}


def newest_jobs(*, demo: bool) -> list[Job]:
    """The newest of each kind that is about this portfolio or about both."""
    rows = Job.objects.filter(handler__in=JOBS, payload__in=({}, {"demo": demo}))
    return list(rows.order_by("handler", "-id").distinct("handler"))


def _with_model(known: Card, version: ModelVersion) -> Card:
    generation = current_generation(demo=version.demo)
    try:
        weighed = weighed_of(version)
    except OtherEngine:
        weighed = None
    return Card(
        True, known.published, version, weighed, generation,
        effects={one.key: one for one in weighed.with_drivers.effects()} if weighed else {},
        answered=_answered(generation) if generation else {}, levels=_levels(version, weighed) if weighed else (),
        tests=known.tests, misses=known.misses, versions=known.versions, jobs=known.jobs,
    )  # fmt: skip


def _versions(*, demo: bool) -> list[ModelVersion]:
    rows = ModelVersion.objects.filter(demo=demo, reconstructed=False).defer("arrays", "form")
    return list(rows.order_by("-id")[:VERSIONS])


def _answered(generation: Generation) -> dict[str, Answered]:
    answers = stored(generation).answers
    unknown, yes, no = np.isnan(answers).sum(axis=0), (answers >= 1).sum(axis=0), (answers <= 0).sum(axis=0)
    keys = [row[0] for row in generation.version.form["drivers"]]
    return {
        key: Answered(int(yes[at]), int(len(answers) - yes[at] - no[at] - unknown[at]), int(no[at]), int(unknown[at]))
        for at, key in enumerate(keys)
    }


def _levels(version: ModelVersion, weighed: Weighed) -> list[Level]:
    """Without drivers, of no particular unit below or stage."""
    roots = version.form["organisations"][:ORGANISATIONS]
    names = dict(BusinessUnit.objects.filter(pk__in=roots).values_list("pk", "name"))
    rows = undriven(initiatives(np.empty((len(roots), 0)), np.arange(len(roots))))
    found = figures_of(logits(weighed.without, rows), version.horizon_months)
    return [
        Level(names.get(root, ""), float(found.value[at]), float(found.low[at]), float(found.high[at]))
        for at, root in enumerate(roots)
    ]


def _misses(actor: Actor, tests: Iterable[Backtest]) -> dict[int, Initiative]:
    """Those of the worst figures that the reader sees."""
    ids = {one["initiative"] for test in tests for one in worst_of(test.figures)}
    rows: Any = Initiative.objects.visible_to(actor).filter(pk__in=ids).only("key", "name")
    return {row.pk: row for row in rows}


def worst_of(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """The worst figures of every set that was scored."""
    scores = (figures[name].get("all", {}).get("scores") for name in ("frozen", "reconstructed"))
    return [one for found in scores if found for one in found["worst"]]
