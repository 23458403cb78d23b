"""What the demo knows of each workload, drawn by seed: the further an initiative came, the more is known. Pure but for ids.

The first sixty initiatives are rich; of those beyond them every third has one profile, so that a large demo stays quick.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import exp, floor, log10
from random import Random

from portfolio.initiatives.services.demo.subjects import Cast, Subject
from readiness.workloads.choices import Knowledge, Origin
from readiness.workloads.rules.fields import BY_NAME
from readiness.workloads.rules.templates import TEMPLATES, Template
from readiness.workloads.services.demo.words import words

RICH = 60
EVERY = 3
KNOWN = {"idea": 0.05, "poc": 0.3, "pilot": 0.5, "scale-up": 0.68, "production": 0.88}
OF_CLOSED = 0.25  # what stopped was seldom sized, which is the articles' claim and the demo's story
LOG_FIELDS = frozenset({"arrival_per_s", "peak_factor", "dispersion", "input_tokens", "output_tokens"})
ASSISTANTS = "Language assistant"
HERO_TEMPLATE = "rag"
HERO_NAME = "Answers in production"
# The demo's sentence: all of this is known, but not the peak. Sized on its sweep it wants more than the four that are free.
HERO = {
    "users": 5400.0, "requests_per_user_day": 30.0, "busy_hours_per_day": 10.0, "arrival_per_s": 4.5, "dispersion": 1.6,
    "burst_s": 40.0, "growth_per_year": 1.4, "horizon_months": 12.0, "input_tokens": 1900.0, "input_tokens_p95": 3600.0,
    "output_tokens": 260.0, "output_tokens_p95": 540.0, "request_kb": 6.0, "response_kb": 9.0, "stored_gb": 900.0,
    "ingest_gb_per_day": 2.5, "retention_months": 36.0, "copies": 2.0, "concurrency": 60.0, "ttft_s": 2.0, "tpot_s": 0.06,
    "latency_s": 20.0, "availability": 0.995,
}  # fmt: skip
HERO_PEAK = (2.6, 3.0, 3.6)  # an assumption, unknown


@dataclass(frozen=True)
class DemoValue:
    """One value; `owner` is an id."""

    name: str
    knowledge: Knowledge
    value: float | None = None
    low: float | None = None
    high: float | None = None
    origin: Origin = Origin.STATED
    note: str = ""
    owner: int | None = None
    due: date | None = None


@dataclass(frozen=True)
class DemoWorkload:
    """A workload of `subject`; `before` are the values that a kept version froze, where somebody kept one."""

    subject: Subject
    name: str
    template: Template
    values: tuple[DemoValue, ...]
    needed_on: date | None
    before: tuple[DemoValue, ...] = ()
    note: str = ""


def hero(subjects: list[Subject]) -> Subject | None:
    """The initiative that tells the demo's sentence: an assistant that is under way, or else anything that is."""
    rich = [one for one in subjects[:RICH] if not one.closed]
    for stages in (("scale-up", "pilot"), ("poc", "production"), ("idea", None)):
        for wanted in (ASSISTANTS, None):
            for one in rich:
                if one.stage in stages and wanted in (None, one.topic):
                    return one
    return None


def workloads(subjects: list[Subject], crew: Cast, seed: int, today: date) -> Iterator[DemoWorkload]:
    """Every workload of the demo, in the order of the initiatives."""
    first = hero(subjects)
    for subject in subjects:
        rng = Random(f"{seed}:workloads:{subject.place}")
        if subject is first:
            yield _hero(rng, subject, crew, today)
        if subject.place < RICH:
            yield from _rich(rng, subject, crew, today)
        elif subject.place % EVERY == 0 and subject.stage != "idea":
            yield _workload(rng, subject, _templates(subject)[0], crew, today)


def _rich(rng: Random, subject: Subject, crew: Cast, today: date) -> Iterator[DemoWorkload]:
    """One or two profiles beyond Idea; of two ideas one has a first."""
    names = _templates(subject)
    if subject.stage == "idea" and subject.place % 2:
        return
    made = _workload(rng, subject, names[0], crew, today)
    yield _with_history(rng, made) if rng.random() < 0.3 else made
    if len(names) > 1 and subject.stage != "idea" and rng.random() < 0.45:
        yield _workload(rng, subject, names[1], crew, today)


def _templates(subject: Subject) -> list[str]:
    if subject.topic == ASSISTANTS and subject.place % 2:
        return ["chat-assistant", "embedding"]
    known: dict[str, list[str]] = words()["templates"]
    return known.get(subject.topic, known["other"])


def _workload(rng: Random, subject: Subject, key: str, crew: Cast, today: date) -> DemoWorkload:
    start = TEMPLATES[key]
    share = OF_CLOSED if subject.closed else KNOWN.get(subject.stage or "", 0.2)
    finders = [*crew.finders(subject.unit), *(person for person in (subject.owner_id,) if person)]
    found = tuple(_values(rng, start, share, finders, today))
    wanted = not subject.closed and subject.stage not in (None, "idea", "production")
    needed = today + timedelta(days=rng.randint(-20, 240)) if wanted and rng.random() < 0.85 else None
    return DemoWorkload(subject, words()["names"][key], start, found, needed)


def _values(rng: Random, start: Template, share: float, finders: list[int], today: date) -> Iterator[DemoValue]:
    lean = {group: rng.gauss(0, 0.5) for group in ("input", "output", "load")}  # a mean and its percentile move together
    logged = rng.random() < share / 2
    for name, (low, likely, high) in start.values.items():
        drawn = rng.random()
        if drawn < share:
            factor = exp(lean.get(name.split("_")[0], rng.gauss(0, 0.5)))
            value = _tidy(name, min(high, max(low, likely * factor)))
            origin = Origin.TRACE if logged and name in LOG_FIELDS else Origin.STATED
            note = rng.choice(words()["found_out"]) if rng.random() < 0.3 else ""
            yield DemoValue(name, Knowledge.KNOWN, value, origin=origin, note=note)
        elif drawn < share + (1 - share) * 0.25:
            note = rng.choice(words()["to_find_out"]) if rng.random() < 0.5 else ""
            yield _asked_of(rng, DemoValue(name, Knowledge.UNKNOWN, note=note), finders, today, 0.8)
        else:
            assumed = DemoValue(name, Knowledge.UNKNOWN, likely, low, high, Origin.TEMPLATE)
            yield _asked_of(rng, assumed, finders, today, 0.35)
    yield from (DemoValue(name, Knowledge.KNOWN, part, origin=Origin.TEMPLATE) for name, part in start.percentiles.items())
    yield from (DemoValue(name, Knowledge.NOT_APPLICABLE, origin=Origin.TEMPLATE) for name in start.not_applicable)


def _asked_of(rng: Random, value: DemoValue, finders: list[int], today: date, share: float) -> DemoValue:
    """With somebody who finds it out; a quarter of the due dates has passed."""
    if rng.random() > share:
        return value
    return replace(value, owner=rng.choice(finders), due=today + timedelta(days=rng.randint(-30, 90)))


def _with_history(rng: Random, made: DemoWorkload) -> DemoWorkload:
    """The same profile as it was kept some time ago: a third of what is known now was an assumption then."""
    before = tuple(
        _as_template(value, made.template) if value.knowledge == Knowledge.KNOWN and rng.random() < 0.35 else value
        for value in made.values
    )
    return replace(made, before=before)


def _as_template(value: DemoValue, start: Template) -> DemoValue:
    if value.name not in start.values:
        return value
    low, likely, high = start.values[value.name]
    return DemoValue(value.name, Knowledge.UNKNOWN, likely, low, high, Origin.TEMPLATE)


def _hero(rng: Random, subject: Subject, crew: Cast, today: date) -> DemoWorkload:
    start = TEMPLATES[HERO_TEMPLATE]
    finders = crew.finders(subject.unit)
    known = [
        DemoValue(name, Knowledge.KNOWN, value, origin=Origin.TRACE if name in LOG_FIELDS else Origin.STATED)
        for name, value in HERO.items()
    ]
    known += [DemoValue(name, Knowledge.KNOWN, share, origin=Origin.TEMPLATE) for name, share in start.percentiles.items()]
    low, likely, high = HERO_PEAK
    note = "The log covers four quiet weeks; nobody has seen a storm day."
    due = today + timedelta(days=12)
    peak = DemoValue("peak_factor", Knowledge.UNKNOWN, likely, low, high, note=note, owner=rng.choice(finders), due=due)
    made = DemoWorkload(subject, HERO_NAME, start, (*known, peak), today + timedelta(days=120))
    return _with_history(rng, made)


def _tidy(name: str, value: float) -> float:
    """Two significant digits, whole where the field is; never outside of what may be typed."""
    field = BY_NAME[name]
    digits = 3 if field.most <= 1 else 2
    rounded = round(value, digits - 1 - floor(log10(value))) if value > 0 else 0.0
    if field.most <= 1:
        rounded = round(value, 4)
    return float(min(field.most, max(field.least, round(rounded) if field.whole else rounded)))
