"""Assessments of the demo: the further an initiative came, the more is answered and the more of it with yes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from portfolio.accounts.rules import Actor
from portfolio.initiatives.services.demo.subjects import Cast, Subject, cast, subjects
from portfolio.initiatives.services.demo.tables import noon
from portfolio.kit.acting import acting
from portfolio.kit.copying import copy_rows, next_ids
from readiness.assessments.choices import Component, Presence, Reply
from readiness.assessments.models import QuestionBank

PACK = Path(__file__).resolve().parents[1] / "packs" / "demo.yaml"
ASSESSMENT, ANSWER, CHECK = "assessments_assessment", "assessments_assessmentanswer", "assessments_componentcheck"
COLUMNS: dict[str, str] = {
    ASSESSMENT: "id initiative_id bank_id number note started_at closed_at closed_by_id",
    ANSWER: "assessment_id initiative_id question_id reply note evidence_url owner_id due answered_by_id answered_at"
    " carried_from",
    CHECK: "initiative_id component presence note owner_id due",
}
RICH = 60
EVERY = 40  # beyond the rich ones every fortieth has an assessment
# stage -> share of questions answered, and what yes, partly, no weigh among the answers
SHARES: dict[str, tuple[float, tuple[int, int, int]]] = {
    "idea": (0.15, (30, 30, 40)),
    "poc": (0.45, (35, 30, 35)),
    "pilot": (0.7, (48, 30, 22)),
    "scale-up": (0.85, (62, 25, 13)),
    "production": (0.95, (78, 16, 6)),
}
OF_CLOSED = (0.4, (25, 25, 50))
PRESENT = {"idea": 0.1, "poc": 0.3, "pilot": 0.5, "scale-up": 0.65, "production": 0.9}


@dataclass(frozen=True)
class Answered:
    """What one question got, and whose word it is."""

    question: int
    reply: Reply
    note: str = ""
    url: str = ""
    owner: int | None = None
    due: date | None = None


@cache
def pack() -> dict[str, Any]:
    """The pack, read once."""
    read: dict[str, Any] = yaml.safe_load(PACK.read_text(encoding="utf-8"))
    return read


def load_demo(*, by: Actor, seed: int, today: date) -> int:
    """Add assessments and components to the demo that stands; returns how many. Inside the caller's transaction."""
    bank = QuestionBank.objects.filter(is_default=True).first()
    if bank is None:  # an installation may have retired it
        return 0
    questions, crew = list(bank.questions.order_by("position").values_list("id", flat=True)), cast()
    rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in COLUMNS}
    chosen = [one for one in subjects() if _assessed(one)]
    ids = iter(next_ids(ASSESSMENT, 2 * len(chosen)))
    for subject in chosen:
        rng = Random(f"{seed}:assessments:{subject.place}")
        for table, row in _rows(rng, subject, crew, (bank.pk, questions), ids, today):
            rows[table].append(row)
    with acting(by, note="demo"):
        for table, columns in COLUMNS.items():
            copy_rows(table, columns, rows[table])
    return len(rows[ASSESSMENT])


def _assessed(one: Subject) -> bool:
    if one.place >= RICH:
        return one.place % EVERY == 0
    return one.stage != "idea" or one.place % 2 == 0


def _rows(
    rng: Random, subject: Subject, crew: Cast, asked: tuple[int, list[int]], ids: Iterator[int], today: date
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """One assessment, or two: the first closed some months ago, the second begun from its answers."""
    bank, questions = asked
    finders = [*crew.finders(subject.unit), *(person for person in (subject.owner_id,) if person)]
    share, weights = OF_CLOSED if subject.closed else SHARES.get(subject.stage or "", (0.3, (30, 30, 40)))
    twice = _again(rng, subject)
    earlier = {one.question: one for one in _answers(rng, questions, share * 0.7, (35, 30, 35), finders, today)} if twice else {}
    now = {one.question: one for one in _answers(rng, questions, share, weights, finders, today)}
    carried = {question: 1 for question in earlier if rng.random() < 0.3}
    if twice:
        began, closed = (today - timedelta(days=rng.randint(*span)) for span in ((150, 300), (60, 140)))
        yield from _assessment(next(ids), subject, bank, 1, "Before the last gate.", began, closed, finders[0], earlier, {})
        now |= {question: earlier[question] for question in carried}
    began = today - timedelta(days=rng.randint(5, 50))
    ended = began + timedelta(days=4) if subject.closed else None
    yield from _assessment(next(ids), subject, bank, 1 + twice, "", began, ended, finders[0], now, carried)
    yield from _components(rng, subject, finders, today)


def _again(rng: Random, subject: Subject) -> bool:
    """Whether it was assessed before: most of those that passed a gate."""
    past = subject.place < RICH and not subject.closed and subject.stage in ("pilot", "scale-up", "production")
    return past and rng.random() < 0.6


def _assessment(
    pk: int, subject: Subject, bank: int, number: int, note: str, began: date, done: date | None, who: int,
    answers: dict[int, Answered], carried: dict[int, int],
) -> Iterator[tuple[str, tuple[Any, ...]]]:  # fmt: skip
    closed = noon(done) if done else None
    yield ASSESSMENT, (pk, subject.pk, bank, number, note, noon(began), closed, who if done else None)
    for one in answers.values():
        yield ANSWER, (
            pk, subject.pk, one.question, one.reply, one.note, one.url, one.owner, one.due, who, noon(done or began),
            carried.get(one.question),
        )  # fmt: skip


def _answers(
    rng: Random, questions: list[int], share: float, weights: tuple[int, int, int], finders: list[int], today: date
) -> Iterator[Answered]:
    """Answers in the order of the bank; a question without one is unknown and nobody's."""
    for question in questions:
        drawn = rng.random()
        if drawn < share:
            reply = Reply.NOT_APPLICABLE if rng.random() < 0.05 else rng.choices((Reply.YES, Reply.PARTLY, Reply.NO), weights)[0]
            proven = reply == Reply.YES and rng.random() < 0.35
            url = rng.choice(pack()["evidence"]) if proven else ""
            yield Answered(question, reply, _note(rng, reply, 1.0 if reply == Reply.NOT_APPLICABLE else 0.25), url)
        elif drawn < share + (1 - share) * 0.4:
            due = today + timedelta(days=rng.randint(-25, 80))
            yield Answered(question, Reply.UNKNOWN, _note(rng, Reply.UNKNOWN, 0.4), "", rng.choice(finders), due)


def _note(rng: Random, reply: Reply, share: float) -> str:
    return rng.choice(pack()["notes"][reply.value]) if rng.random() < share else ""


def _components(rng: Random, subject: Subject, finders: list[int], today: date) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The checklist; what nobody looked at has no row."""
    there = 0.3 if subject.closed else PRESENT.get(subject.stage or "", 0.3)
    for component in Component:
        drawn = rng.random()
        if drawn < there:
            presence = Presence.PRESENT
        elif drawn < there + (1 - there) * 0.75:
            presence = rng.choices((Presence.PLANNED, Presence.MISSING, Presence.UNKNOWN), (40, 35, 25))[0]
        else:
            continue
        note = rng.choice(pack()["components"][presence.value]) if rng.random() < 0.5 else ""
        asked = presence != Presence.PRESENT and rng.random() < 0.5
        due = today + timedelta(days=rng.randint(-20, 120)) if asked else None
        yield CHECK, (subject.pk, component, presence, note, rng.choice(finders) if asked else None, due)
