"""Prints how the risk model does where the truth is known: python -m tests.sweeps.risk_simulated [organisations [seed]]

Organisations are drawn from the prior. Each has a history of about so many closed initiatives, to which the model is fitted, and
open ones, for which it says P(abandoned within 24 months) before their outcomes are drawn. One answer in seven is unknown.
With fewer than 1,000 organisations and 5,000 outcomes a perfect model fails such bars by luck (RISK.md, "How to test").
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from readiness.core.risk.answers import answer_mix, spread
from readiness.core.risk.drivers import OPINIONS, PUBLISHED, scale
from readiness.core.risk.evidence import weigh
from readiness.core.risk.fit import Form, initiatives
from readiness.core.risk.forecast import forecast
from readiness.core.risk.hazards import abandoned_within
from readiness.core.risk.own_rate import own_rate
from readiness.core.risk.prior import ABANDONED
from readiness.core.risk.scores import calibration, expected_error
from readiness.core.risk.skill import Skill, skill
from tests.readiness.core.risk.world import lived

Array = NDArray[np.float64]

DRIVERS = PUBLISHED + OPINIONS
SETTINGS = (0, 10, 100, 1_000)  # closed initiatives
RESOLVED = 0.79  # of those followed for the horizon, in the reference class
MONTHS, OPEN, UNITS, UNKNOWN, PREVALENCE = 24, 8, 4, 1 / 7, 0.35


@dataclass(frozen=True)
class Forecasts:
    """Of the open initiatives of all organisations, (n,) each; `organisation` is where each belongs."""

    said: Array
    inside: Array  # whether the true probability lies in the 80 % interval
    truth: Array
    own: Array  # the organisation's own rate, shrunk
    came: Array
    organisation: NDArray[np.int64]


@dataclass(frozen=True)
class Measured:
    """What the issue's bars are about; `best` is the skill of the truth itself against the own rate."""

    closed: int
    effects: bool
    outcomes: int
    published: Skill
    own: Skill
    best: float
    slope: float | None
    error: float
    coverage: float

    def line(self) -> str:
        slope = "unknown" if self.slope is None else f"{self.slope:.2f}"
        return (
            f"{self.closed:5} closed, drivers {'matter' if self.effects else 'do not matter':13} {self.outcomes} outcomes: "
            f"skill against the published rate {_interval(self.published)}, own rate {_interval(self.own)} "
            f"(the truth {self.best:+.3f}), slope {slope}, ECE {self.error:.3f}, coverage {self.coverage:.3f}"
        )


def _interval(found: Skill) -> str:
    return f"{found.value:+.3f} [{found.low:+.3f}, {found.high:+.3f}]"


def _organisation(rng: np.random.Generator, closed: int, effects: bool) -> tuple[Array, Array, Array, Array, Array]:
    """Said, inside, truth, own rate and what came, of the open initiatives of one organisation."""
    history = round(closed / RESOLVED)
    answers = (rng.random((history + OPEN, len(DRIVERS))) < PREVALENCE).astype(float)
    shown = np.where(rng.random(answers.shape) < UNKNOWN, np.nan, answers)
    form = Form(DRIVERS, answer_mix(shown), units=UNITS)
    people = initiatives(answers, unit=rng.integers(0, UNITS, len(answers)))
    mean, variance = form.prior(scale(DRIVERS, spread(shown, form.mix)))
    truth = mean + rng.standard_normal(mean.shape) * np.sqrt(variance)
    if not effects:
        truth[:, form.first_driver :] = 0.0
    eta = np.array(form.eta) + form.design(people) @ truth.T
    counts, past, now = lived(rng, eta, MONTHS), np.arange(history), np.arange(history, len(answers))
    seen = people.with_answers(shown)
    found = forecast(weigh(form, seen.take(past), counts[:history], seen=shown), seen.take(now), MONTHS)
    likely = abandoned_within(eta[history:].T, MONTHS)
    rate = own_rate(int(counts[:history, 1].sum()), history).value
    inside = ((found.low <= likely) & (likely <= found.high)).astype(float)
    return found.value, inside, likely, np.full(OPEN, rate), counts[history:, 1]


def simulate(closed: int, effects: bool, organisations: int, seed: int) -> Forecasts:
    """Every organisation from a stream of its own, so more of them do not change the first."""
    seeds = np.random.SeedSequence((seed, closed, effects)).spawn(organisations)
    parts = [_organisation(np.random.default_rng(one), closed, effects) for one in seeds]
    said, inside, truth, own, came = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Forecasts(said, inside, truth, own, came, np.repeat(np.arange(organisations), OPEN))


def measure(closed: int, effects: bool, organisations: int, seed: int) -> Measured:
    one = simulate(closed, effects, organisations, seed)
    slope = calibration(one.said, one.came).slope
    return Measured(
        closed, effects, len(one.came),
        published=skill(one.said, np.full(len(one.said), ABANDONED), one.came, clusters=one.organisation),
        own=skill(one.said, one.own, one.came, clusters=one.organisation),
        best=skill(one.truth, one.own, one.came).value,
        slope=None if slope is None else slope.value,
        error=expected_error(one.said, one.came),
        coverage=float(one.inside.mean()),
    )  # fmt: skip


def main(organisations: int = 1_000, seed: int = 7) -> None:
    for effects in (True, False):
        for closed in SETTINGS:
            started = time.perf_counter()
            measured = measure(closed, effects, organisations, seed)
            sys.stdout.write(f"{measured.line()}  {time.perf_counter() - started:.0f} s\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:3]))
