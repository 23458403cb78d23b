"""One initiative of the demo, drawn from its own random stream: the same seed, number and day give the same rows. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from portfolio.initiatives.choices import (
    Answer,
    DateKind,
    Developer,
    Precision,
    ProcurementRoute,
    Rag,
    Status,
    Venue,
)
from portfolio.initiatives.services.demo.history import MIX, Fate, Fuzzy, History, fates, fuzzy, history
from portfolio.initiatives.services.demo.intake import intake
from portfolio.initiatives.services.demo.words import Theme, nearby, theme, words

_BLOCK = sum(MIX.values())
_VENUES = (Venue.PUBLIC_CLOUD, Venue.ON_PREMISES, Venue.HYBRID, Venue.COLOCATION, Venue.EDGE, Venue.UNKNOWN)
_VENUE_WEIGHTS = {
    "storage": (42, 24, 9, 5, 1, 19),
    "training": (33, 25, 8, 6, 0, 28),
    "inference": (29, 22, 6, 3, 13, 27),
}


@dataclass(frozen=True)
class DatedFact:
    kind: DateKind
    date: Fuzzy
    raw: str


@dataclass(frozen=True)
class DemoMilestone:
    name: str
    due: date
    first_due: date
    done_on: date | None
    moved: int


@dataclass(frozen=True)
class DemoEntry:
    """A stay as recorded; the last one is current unless the initiative is closed."""

    stage: str | None
    entered: Fuzzy
    left: date | None
    current: bool
    raw: str


@dataclass(frozen=True)
class DemoInitiative:
    """Everything of one initiative but its ids; people are positions in the list of people, others only names."""

    index: int
    theme: Theme
    fate: Fate
    history: History
    status: Status
    entries: tuple[DemoEntry, ...]
    dates: tuple[DatedFact, ...]
    milestones: tuple[DemoMilestone, ...]
    owner: int | None
    owner_name: str
    sponsor: int | None
    functions: dict[str, int | str]
    rag: Rag
    status_note: str
    venues: dict[str, Venue]
    containerised: Answer
    orchestrator: str
    route: ProcurementRoute
    developed_by: Developer
    impact_level: str
    system_name: str
    tags: tuple[str, ...]
    closed_on: Fuzzy
    lesson: str
    platforms: tuple[tuple[str, bool | None], ...]
    depends: bool
    comments: tuple[tuple[int, int, str], ...]  # days ago, person, text
    external_ids: tuple[tuple[str, str], ...] = field(default=())
    intake: dict[str, dict[str, str]] = field(default_factory=dict)


def initiatives(count: int, seed: int, today: date) -> Iterator[DemoInitiative]:
    """`count` initiatives, one at a time."""
    drawn: list[Fate] = []
    for index in range(count):
        if index % _BLOCK == 0:
            drawn = fates(Random(f"{seed}:block:{index // _BLOCK}"))
        yield _initiative(Random(f"{seed}:{index}"), index, drawn[index % _BLOCK], today)


def _initiative(rng: Random, index: int, fate: Fate, today: date) -> DemoInitiative:
    subject, past = theme(index), history(rng, fate, today)
    running = past.closure is None and fate is not Fate.PRODUCTION
    status = Status.CLOSED if past.closure else Status.ON_HOLD if running and rng.random() < 0.2 else Status.ACTIVE
    rag = _rag(rng, fate) if status != Status.CLOSED else Rag.NONE
    containerised = _answer(rng, 50, 23, 27)
    lists, people, near = words().lists, len(words().people), nearby(subject.unit)
    lessons = lists["lessons"].get(past.reason.value, [])
    return DemoInitiative(
        index=index,
        theme=subject,
        fate=fate,
        history=past,
        status=status,
        entries=tuple(_entries(rng, past)),
        dates=(*_dates(rng, past, fate, today), *_commitments(Random(f"{subject.name}:commitments"), past, today)),
        milestones=tuple(_milestones(rng, past, today)),
        owner=(owner := rng.choice(near.owners) if rng.random() < 0.84 else None),
        owner_name=rng.choice(lists["other_people"]) if owner is None and rng.random() < 0.7 else "",
        sponsor=rng.choice(near.sponsors) if rng.random() < 0.8 else None,
        functions=_functions(rng, people),
        rag=rag,
        status_note=rng.choice(lists["status_notes"][rag.value]) if rag else "",
        venues={name: rng.choices(_VENUES, weights)[0] for name, weights in _VENUE_WEIGHTS.items()},
        containerised=containerised,
        orchestrator=rng.choice(lists["orchestrators"]) if containerised == Answer.YES else "",
        route=rng.choices(list(ProcurementRoute), (31, 43, 26))[0],
        developed_by=rng.choices(list(Developer), (46, 22, 14, 18))[0],
        impact_level=rng.choice(lists["impact_levels"]) if rng.random() < 0.75 else "",
        system_name=rng.choice(lists["systems"]) if rng.random() < 0.6 else "",
        tags=tuple(rng.sample(lists["tags"], rng.choice((0, 1, 1, 2, 2, 3)))),
        closed_on=fuzzy(rng, past.closed_on) if past.closed_on else Fuzzy(None, Precision.UNKNOWN),
        lesson=rng.choice(lessons) if lessons and fate in (Fate.STOPPED, Fate.DRIFTED) else "",
        platforms=tuple(
            (name, rng.choice((True, False, None))) for name in rng.sample(lists["platforms"], rng.choice((0, 0, 1, 2)))
        ),
        depends=rng.random() < 0.2,
        comments=_comments(rng, people, index),
        external_ids=_external_ids(rng, index),
        intake=intake(Random(f"{subject.name}:{index}:intake"), fate),
    )


def _entries(rng: Random, past: History) -> Iterator[DemoEntry]:
    """Stays with the precision a register would know; a stay begins when the one before ends, so both agree."""
    began: list[Fuzzy] = []
    for stay in past.stays:
        before = next((entry.value for entry in reversed(began) if entry.value), None)
        unread = stay.stage is None and rng.random() < 0.7
        began.append(Fuzzy(None, Precision.UNKNOWN) if unread else fuzzy(rng, stay.entered, after=before))
    for number, (stay, entered) in enumerate(zip(past.stays, began, strict=True)):
        last = number == len(past.stays) - 1
        left = past.closed_on if last else began[number + 1].value
        raw = "" if stay.stage else rng.choice(("Phase 2b (old tool)", "in progress", "tbc", ""))
        yield DemoEntry(stay.stage, entered, left, last and past.closure is None, raw)


def _dates(rng: Random, past: History, fate: Fate, today: date) -> Iterator[DatedFact]:
    entered = {stay.stage: stay.entered for stay in past.stays}
    yield _dated(DateKind.INITIATED, fuzzy(rng, past.stays[0].entered))
    began = entered.get("poc") or entered.get("pilot")
    if began:
        yield _dated(DateKind.DEVELOPMENT_BEGAN, fuzzy(rng, began))
        if rng.random() < 0.7:
            # The compute architecture should be decided before the model is selected; one in three did it backwards.
            first, second = began + timedelta(days=rng.randint(5, 40)), began + timedelta(days=rng.randint(45, 120))
            backwards = rng.random() < 0.35
            for kind, day in (
                (DateKind.ARCHITECTURE_DECIDED, second if backwards else first),
                (DateKind.MODEL_SELECTED, first if backwards else second),
            ):
                if day <= today:
                    yield _dated(kind, Fuzzy(day, Precision.DAY))
    if "production" in entered:
        yield _dated(DateKind.IMPLEMENTED, fuzzy(rng, entered["production"]))
    elif past.closure is None and rng.random() < 0.8:
        target = (today + timedelta(days=rng.randint(-60, 420))).replace(day=1)
        yield _dated(DateKind.TARGET_PRODUCTION, Fuzzy(target, Precision.MONTH))
    if fate is Fate.RETIRED and past.closed_on:
        yield _dated(DateKind.RETIRED, fuzzy(rng, past.closed_on))


def _commitments(rng: Random, past: History, today: date) -> Iterator[DatedFact]:
    """When scaling began, and when the infrastructure for it was committed: before it, after it, or nobody wrote it down."""
    scaled = next((stay.entered for stay in past.stays if stay.stage == "scale-up"), None)
    if scaled is None or rng.random() < 0.2:
        return
    yield _dated(DateKind.SCALE_START, fuzzy(rng, scaled))
    late = rng.random() < 0.4
    committed = scaled + timedelta(days=rng.randint(20, 120) if late else -rng.randint(15, 150))
    if committed <= today and rng.random() < 0.85:
        yield _dated(DateKind.INFRASTRUCTURE_COMMITTED, fuzzy(rng, committed))


def _dated(kind: DateKind, known: Fuzzy) -> DatedFact:
    wording = {
        Precision.MONTH: "%m/%Y",
        Precision.YEAR: "%Y",
    }.get(known.precision)
    if known.value is None:
        return DatedFact(kind, known, "tbd")
    if known.precision == Precision.QUARTER:
        return DatedFact(kind, known, f"Q{(known.value.month + 2) // 3} {known.value.year}")
    return DatedFact(kind, known, known.value.strftime(wording) if wording else "")


def _milestones(rng: Random, past: History, today: date) -> Iterator[DemoMilestone]:
    names = words().lists["milestones"]
    for stay in past.stays:
        if stay.stage not in names:
            continue
        for name in rng.sample(names[stay.stage], rng.choice((1, 1, 2))):
            over = stay.left is not None or (stay.stage == "production" and past.closure is None)
            moved = rng.choice((0, 0, 0, 1, 1, 2))
            if over:
                done = min(stay.left or today, stay.entered + timedelta(days=rng.randint(10, 90)))
                due = done + timedelta(days=rng.randint(-12, 25))
                kept = rng.random() < 0.92 or past.closure is None
            else:
                due, kept, done = today + timedelta(days=rng.randint(-35, 150)), False, today
            yield DemoMilestone(name, due, due - timedelta(days=moved * rng.randint(14, 45)), done if kept else None, moved)


def _functions(rng: Random, people: int) -> dict[str, int | str]:
    slots: dict[str, int | str] = {}
    for function, share in (("it_operations", 0.55), ("data_science", 0.85), ("business", 0.75)):
        if rng.random() < share:
            named = rng.random() < 0.7
            slots[function] = rng.randrange(people) if named else rng.choice(words().lists["other_people"])
    return slots


def _rag(rng: Random, fate: Fate) -> Rag:
    weights = (70, 10, 3, 17) if fate is Fate.PRODUCTION else (38, 28, 14, 20)
    return rng.choices((Rag.GREEN, Rag.AMBER, Rag.RED, Rag.NONE), weights)[0]


def _answer(rng: Random, yes: int, no: int, unknown: int) -> Answer:
    return rng.choices((Answer.YES, Answer.NO, Answer.UNKNOWN), (yes, no, unknown))[0]


def _comments(rng: Random, people: int, index: int) -> tuple[tuple[int, int, str], ...]:
    """Up to three comments on the hand-written initiatives, one in twelve has one beyond them."""
    few = rng.choice((0, 0, 1, 2, 3)) if index < len(words().themes) else int(rng.random() < 0.08)
    drawn: Sequence[Any] = rng.sample(words().lists["comments"], few)
    return tuple((rng.randint(1, 200), rng.randrange(people), text) for text in drawn)


def _external_ids(rng: Random, index: int) -> tuple[tuple[str, str], ...]:
    ids = []
    if rng.random() < 0.45:
        ids.append(("CMDB", f"APP-{20_000 + index * 7 % 900_000:05d}"))
    if rng.random() < 0.3:
        ids.append(("Jira", f"AIP-{100 + index}"))
    return tuple(ids)
