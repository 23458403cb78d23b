"""The federal registers of 2023 and 2024, linked in one database: what was learned from the year between them, as Markdown.

So that the year between both counts, each import says of which day its file tells. The files do not say that day; the middle of
December is assumed.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from textwrap import wrap

import numpy as np
from numpy.typing import NDArray

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.models import Closure, Initiative, StageEntry
from readiness.core.risk.cohort import Ending
from readiness.core.risk.evidence import Weighed, undriven
from readiness.core.risk.fit import initiatives
from readiness.core.risk.forecast import figures_of, logits, pushes
from readiness.core.risk.own_rate import own_rate
from readiness.core.stats.proportions import Share, wilson
from readiness.risk.models import Generation, ModelVersion
from readiness.risk.queries.careers import Careers, careers
from readiness.risk.queries.places import second_units
from readiness.risk.queries.published import published
from readiness.risk.queries.scores import Stored, stored, weighed_of
from readiness.risk.rules.careers import LEFT_OUT_WORDS, LeftOut
from readiness.risk.rules.drivers import DRIVERS
from readiness.risk.services.scoring import score_now
from tests.sweeps.two_registers import OF_2023, OF_2024
from tests.sweeps.two_registers import SNAPSHOTS as DAYS

Array = NDArray[np.float64]

SNAPSHOTS = (DAYS[OF_2023], DAYS[OF_2024])
WIDTH = 128
IN_FLIGHT_AT_LEAST, SAMPLED, SEED = 10, 20, 20261130
# Of 210 initiatives before operation, 2023 -> 2024, linked in another way (95 %).
RETIRED, GONE = "17.1 % [12.6, 22.8] explicitly retired", "70 % retired or vanished"


@dataclass(frozen=True, slots=True)
class Learned:
    """`lives` are all careers that were learned from, `ends` those of the closed ones of 2023; `scores` of who is in flight at
    the second snapshot. `closed` and `gone` are shares of those before production in 2023."""

    version: ModelVersion
    generation: Generation
    weighed: Weighed
    scores: Stored
    lives: Careers
    ends: Careers
    closed: Share | None
    gone: Share | None


def told() -> Iterator[str]:
    """Of a database in which both imports ran on the same day."""
    yield from report(learned())


def report(found: Learned) -> Iterator[str]:
    """Lines of Markdown."""
    for part in (_head, _sanity, _lesson, _agencies, _effects, _sampled):
        for line in part(found):
            yield from [line] if not line or line.startswith("|") else wrap(line, WIDTH, break_on_hyphens=False)


def learned() -> Learned:
    """The model fitted to what was known at the second snapshot, and who was in flight then scored with it."""
    on = SNAPSHOTS[1]
    now = datetime.combine(on, time(23, 30), UTC)
    before, closed, missing = _followed()
    generation = score_now(demo=False, why="two registers", today=on, now=now, refit=True)
    assert generation is not None
    version = generation.version
    lives = careers(demo=False, on=on, known_at=now, from_met=True)
    ends = careers(demo=False, on=on, known_at=now, among=closed, from_met=True)
    shares = (wilson(len(part), len(before)) for part in (closed, closed | missing))
    return Learned(version, generation, weighed_of(version), stored(generation), lives, ends, *shares)


def _followed() -> tuple[set[int], set[int], set[int]]:
    """Before production in 2023; of them closed in 2024 (whatever kind of closure "retired" became), and not in the file then."""
    first: dict[int, str | None] = {}
    for pk, kind in StageEntry.objects.order_by("initiative_id", "id").values_list("initiative_id", "stage__kind"):
        first.setdefault(pk, kind)
    met = set(StageEntry.objects.filter(told_on=SNAPSHOTS[0]).values_list("initiative_id", flat=True))
    before = {pk for pk, kind in first.items() if pk in met and kind == "before_production"}
    closed = set(Closure.objects.filter(reopened_at=None, initiative__in=before).values_list("initiative_id", flat=True))
    missing = set(Initiative.objects.filter(pk__in=before, missing_since__isnull=False).values_list("pk", flat=True))
    return before, closed, missing


def _head(found: Learned) -> Iterator[str]:
    version, shares = found.version, published()
    yield "# What the model learns from two real registers"
    yield ""
    yield (
        f"The US federal inventories of 2023 and 2024 in one register, rows linked at 0.95 and more ([imports](imports.md)); the "
        f"model is fitted to what was known on {SNAPSHOTS[1]} and scores who was in flight then. Made by "
        f"`python -m tests.sweeps.risk_registers docs/risk-registers.md`; figures only."
    )
    yield ""
    yield (
        f"Each figure is: likely abandoned before production within {version.horizon_months} months, with the 80 % interval; the "
        f"published share is {100 * shares.abandoned:.0f} %. The days of the snapshots, {SNAPSHOTS[0]} and {SNAPSHOTS[1]}, are "
        "assumed: the files do not tell them. Nobody knows who stopped what is called retired: where it never reached operation "
        "it counts as abandoned, of unknown kind. What the file of 2024 does not list is neither abandoned nor alive and ends "
        "being watched on that day."
    )
    yield ""


def _sanity(found: Learned) -> Iterator[str]:
    yield "## Beside what is known of this wave"
    yield ""
    yield "| of those before operation in 2023 | here | an analysis of its own, linked in another way, 210 initiatives |"
    yield "|---|---|---|"
    yield f"| closed in 2024 | {_share(found.closed)} | {RETIRED} |"
    yield f"| closed, or not in the file of 2024 | {_share(found.gone)} | {GONE} |"
    yield ""
    ends = found.ends
    abandoned = int((ends.ending == Ending.ABANDONED).sum())
    yield (
        f"Of the closed ones {abandoned} teach as abandoned, {len(ends) - abandoned} as something else. Left out: "
        f"{_left_out(ends.left_out) or 'none'}. Where more of the closed are left out than of the others, the figures below are "
        "too low, and what vanished is in none of them. "
        "Agencies hang under one root, so they are shrunk as units (SD 0.4) and not as organisations (SD 0.9)."
    )
    yield ""


def _left_out(reasons: dict[str, int]) -> str:
    ordered = sorted(reasons.items(), key=lambda item: -item[1])
    return ", ".join(f"{count} ({LEFT_OUT_WORDS[LeftOut(reason)].lower()})" for reason, count in ordered)


def _share(share: Share | None) -> str:
    if share is None:
        return "unknown: there are none"
    return f"{share.part} of {share.whole}: {100 * share.value:.1f} % [{100 * share.low:.1f}, {100 * share.high:.1f}]"


def _lesson(found: Learned) -> Iterator[str]:
    version = found.version
    rate, shares = own_rate(version.abandoned, version.resolved), published()
    yield "## What was learned from"
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield f"| initiatives that were watched | {version.initiatives:,} |"
    yield f"| months in which they were watched | {version.months:,} |"
    yield f"| abandoned | {version.abandoned} |"
    yield f"| reached production | {version.produced} |"
    for reason, count in sorted(version.left_out.items(), key=lambda item: -item[1]):
        yield f"| left out: {LEFT_OUT_WORDS[LeftOut(reason)].lower()} | {count:,} |"
    yield f"| own rate, shrunk: abandoned of those that ended | {_figure(rate.value, rate.low, rate.high)} |"
    yield f"| published: abandoned of those that ended | {100 * shares.abandoned / (shares.abandoned + shares.produced):.0f} % |"
    yield f"| in flight and scored | {found.generation.seen:,} |"
    yield f"| mean figure of those | {_average(found)} |"
    yield ""


def _agencies(found: Learned) -> Iterator[str]:
    """Units below the one root that the import makes. The level is that of their initiatives without stages and drivers."""
    names, units = _names(found), found.version.form["units"]
    rows = undriven(initiatives(np.empty((len(units), 0)), 0, np.arange(len(units))))
    level = figures_of(logits(found.weighed.without, rows), found.version.horizon_months)
    counts, ended = Counter(found.scores.rows.unit.tolist()), _ended(found.lives)
    yield f"## Agencies with {IN_FLIGHT_AT_LEAST} and more in flight"
    yield ""
    yield "| agency | in flight | abandoned, learned from | produced, learned from | figure | mean of its initiatives |"
    yield "|---|---|---|---|---|---|"
    for code, count in counts.most_common():
        if count < IN_FLIGHT_AT_LEAST or code < 0:
            continue
        abandoned, produced = (ended[units[code], ending] for ending in (Ending.ABANDONED, Ending.PRODUCED))
        mean = found.scores.value[found.scores.rows.unit == code].mean()
        figure = _figure(*(float(end[code]) for end in (level.value, level.low, level.high)))
        yield f"| {names[code]} | {count} | {abandoned} | {produced} | {figure} | {100 * mean:.0f} % |"
    yield ""


def _names(found: Learned) -> list[str]:
    """Of the form's units, in their order."""
    units = found.version.form["units"]
    names = dict(BusinessUnit.objects.filter(pk__in=units).values_list("pk", "name"))
    return [names[pk] for pk in units]


def _ended(lives: Careers) -> Counter[tuple[int, int]]:
    """By id of the unit below the root and `Ending`."""
    return Counter(zip(second_units(lives.unit_path).tolist(), lives.ending.tolist(), strict=True))


def _effects(found: Learned) -> Iterator[str]:
    weighed, labels = found.weighed, {spec.key: spec.label for spec in DRIVERS}
    unknown = np.isnan(found.scores.answers).mean(axis=0)
    yield "## Drivers"
    yield ""
    yield (
        f"Drivers count for {100 * weighed.share:.0f} % of their effect in these figures: the outcomes' evidence for them is a "
        f"Bayes factor of {np.exp(weighed.log_factor):.2g} (log {weighed.log_factor:+.2f}). Odds ratios of a month's abandonment "
        "with the 80 % interval; unknown is the share of those in flight."
    )
    yield ""
    yield "| driver | before any outcome | with the outcomes | badge | unknown |"
    yield "|---|---|---|---|---|"
    for place, effect in enumerate(weighed.with_drivers.effects()):
        if unknown[place] == 1:
            continue
        ratio = f"{np.exp(effect.value):.2f} [{np.exp(effect.low):.2f}, {np.exp(effect.high):.2f}]"
        before, share = np.exp(effect.prior_value), f"{100 * unknown[place]:.0f} %"
        yield f"| {labels[effect.key]} | {before:.2f} | {ratio} | {effect.badge} | {share} |"
    yield ""
    yield f"{int((unknown == 1).sum())} drivers that no register asks about are unknown for everybody: they stay as believed."
    yield ""


def _sampled(found: Learned) -> Iterator[str]:
    scores = found.scores
    dice = random.Random(SEED)
    rows = sorted(dice.sample(range(len(scores)), min(SAMPLED, len(scores))))
    pushed = pushes(found.weighed.with_drivers, scores.rows.take(rows))
    names = [*_names(found), "unknown"]
    stages = found.version.form["stages"]
    yield f"## {len(rows)} initiatives in flight, drawn by lot"
    yield ""
    yield f"Drivers are those that push up most, were they counted in full; they count for {100 * found.weighed.share:.0f} %."
    yield ""
    yield "| agency | stage | figure | drivers |"
    yield "|---|---|---|---|"
    for nth, row in enumerate(rows):
        stage = scores.rows.stage[row]
        told_stage = stages[stage] if stage >= 0 else "unknown"
        figure = _figure(scores.value[row], scores.low[row], scores.high[row])
        yield f"| {names[scores.rows.unit[row]]} | {told_stage} | {figure} | {_foremost(pushed[nth])} |"


def _average(found: Learned) -> str:
    return "unknown" if found.generation.average is None else f"{100 * found.generation.average:.0f} %"


def _foremost(pushed: Array) -> str:
    best = np.argsort(-pushed, kind="stable")[:3]
    return ", ".join(DRIVERS[place].label for place in best if pushed[place] > 0) or "none known"


def _figure(value: float, low: float, high: float) -> str:
    return f"{100 * value:.0f} % [{100 * low:.0f}, {100 * high:.0f}]"
