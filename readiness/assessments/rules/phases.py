"""Which part of the way an initiative is going for next, whatever its lifecycle template calls its stages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from portfolio.initiatives.choices import StageKind
from readiness.assessments.choices import Phase

# Wordings of stages that say their phase themselves.
_NAMED = {
    "poc": Phase.POC,
    "proof-of-concept": Phase.POC,
    "pilot": Phase.PILOT,
    "scale-up": Phase.SCALE_UP,
    "scale": Phase.SCALE_UP,
    "rollout": Phase.SCALE_UP,
    "production": Phase.PRODUCTION,
}
_BEFORE_PRODUCTION = (Phase.POC, Phase.PILOT, Phase.SCALE_UP)


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of a template, as far as phases care."""

    key: str
    name: str
    kind: str
    position: int


@dataclass(frozen=True, slots=True)
class Next:
    """What an initiative is going for: the phase whose questions count, and the stage's own name for pages.

    `reached` is true where it is in production already: no gate is left, the questions are those of staying there.
    `unknown` is true where nobody knows its stage: production is asked, because anything less would be a guess.
    """

    phase: Phase
    name: str
    reached: bool = False
    unknown: bool = False

    @property
    def gate_ahead(self) -> bool:
        return not self.reached


def next_of(steps: Iterable[Step], at: str | None) -> Next:
    """What comes after the stage with the key `at` (None: unknown) in a template of these steps."""
    ordered = sorted(steps, key=lambda step: step.position)
    here = next((step for step in ordered if step.key == at), None)
    if here is None:
        return Next(Phase.PRODUCTION, _name_of_production(ordered), unknown=True)
    if here.kind == StageKind.PRODUCTION:
        return Next(Phase.PRODUCTION, here.name, reached=True)
    ahead = next((step for step in ordered if step.position > here.position), None)
    if ahead is None:  # a template that ends before production: what would come is production
        return Next(Phase.PRODUCTION, _name_of_production(ordered))
    return Next(phase_of(ahead, ordered), ahead.name)


def phase_of(step: Step, steps: Iterable[Step]) -> Phase:
    """A stage's phase: by its kind, by its key, else by its place between the first stage and production."""
    if step.kind == StageKind.PRODUCTION:
        return Phase.PRODUCTION
    named = _NAMED.get(step.key.replace("_", "-").lower())
    if named is not None:
        return named
    before = sorted(one.position for one in steps if one.kind != StageKind.PRODUCTION)
    if len(before) < 2 or step.position not in before:
        return Phase.POC
    # The first stage is where ideas wait; those after it spread evenly over PoC, pilot and scale-up.
    place = (before.index(step.position) - 1) / max(1, len(before) - 2)
    return _BEFORE_PRODUCTION[min(2, max(0, round(place * 2)))]


def _name_of_production(steps: list[Step]) -> str:
    return next((step.name for step in steps if step.kind == StageKind.PRODUCTION), "Production")
