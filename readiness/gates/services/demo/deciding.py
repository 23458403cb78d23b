"""Decisions of the demo: votes, conditions and the link of the chain, each by the rules that real ones are held to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from portfolio.initiatives.choices import ReasonCode
from readiness.gates.choices import OUTCOME_OF, Ballot, Mode, Outcome, ProofKind, ReviewState
from readiness.gates.models import GateTemplate
from readiness.gates.rules import canonical
from readiness.gates.rules.conditions import Condition, Proof
from readiness.gates.rules.conditions import Wanted as Asked
from readiness.gates.rules.criteria.judge import Judged, missing_deliverables
from readiness.gates.rules.criteria.reasons import RULES_VERSION
from readiness.gates.rules.decisions import Situation, Wanted, differs, effect, faults
from readiness.gates.rules.recommend import Dependency, Recommendation, recommend
from readiness.gates.rules.record.chain import Head, append
from readiness.gates.rules.record.snapshot import Decided, Ground, Person, Waived, judged_plain, snapshot
from readiness.gates.rules.templates.template import Gate, Template
from readiness.gates.rules.voting.ballots import Cast, effective
from readiness.gates.rules.voting.panel import Filled, Seat, panel
from readiness.gates.rules.voting.tally import Attendance, Tally, tally
from readiness.gates.services.demo.house import House, Story
from readiness.gates.services.demo.tables import ATTENDANCE, CONDITION, DECISION, PROOF, RUN, SEAT, VOTE, Rows

_BALLOT = {outcome: ballot for ballot, outcome in OUTCOME_OF.items()}
_WORDS = {
    Ballot.CONDITIONAL: "With the condition that the figures at load are shown.",
    Ballot.HOLD: "We do not know enough yet.",
    Ballot.RECYCLE: "This part has to be done again.",
    Ballot.KILL: "It will not carry the load at a price that anybody pays.",
}
_CONDITIONS = (
    "Show the latency at the peak of production with real prompts.",
    "Get the accelerators granted in writing, with the day on which they are usable.",
    "Name who is on call after hours.",
    "Compare a venue of our own with the public cloud for inference.",
)
_DIFFERS = {
    Outcome.GO: "What is open is small and has an owner; the panel heard how it will be closed.",
    Outcome.CONDITIONAL_GO: "The panel goes along if the conditions are met by their days.",
    Outcome.HOLD: "The panel wants the open figures on the table first.",
    Outcome.RECYCLE: "The work on the architecture has to be done again before anything is measured.",
    Outcome.KILL: "The panel sees no way to the load of production.",
}
HOUR = timedelta(hours=1)
_SEEN = "as it was"  # nobody of the demo decided from a page that was out of date


@dataclass
class Bench:
    """One review while its past is written. `head`: of the chain of this gate."""

    story: Story
    pk: int
    template: tuple[GateTemplate, Template]
    gate: Gate
    mode: Mode
    dependencies: tuple[Dependency, ...]
    head: Head | None = None
    seats: list[Seat] = field(default_factory=list)
    said: dict[str, int] = field(default_factory=dict)  # the word in effect on each criterion

    @property
    def chain(self) -> str:
        return f"{self.story.key}/{self.gate.key}"


@dataclass(frozen=True)
class Day:
    """What a panel met and came to."""

    at: datetime
    outcome: Outcome
    judged: tuple[Judged, ...]
    waivers: tuple[Waived, ...] = ()
    round: int = 1
    closure: tuple[ReasonCode, str] | None = None
    open_until: datetime | None = None  # conditions that stay open: until now; others are proven


def seat_all(house: House, bench: Bench, rows: Rows) -> None:
    """The unit's gatekeepers, as services.seating does it."""
    for one in house.sitting(bench.story):
        bench.seats.append(Seat(one.person, frozenset(one.functions), one.chair))
        rows.add(SEAT, bench.pk, one.person, [each.value for each in one.functions], one.chair)


def decide(house: House, bench: Bench, day: Day, rng: Random, rows: Rows) -> bool:
    """Write the decision with its votes; False, and nothing written, where the rules would refuse it."""
    recommendation = _recommended(bench, day)
    filled = panel(bench.seats, recused=bench.story.recused, at=day.at)
    casts, there = _votes(filled, bench, day, rng, rows), _there(filled, bench, day)
    counted = tally_of(bench, filled, casts, there, day.at)
    ground = _ground(house, bench, day, recommendation, filled, casts, there, counted)
    fillers = frozenset(one.person for one in filled if one.eligible and one.person is not None)
    situation = Situation(
        ReviewState.PROPOSED, counted, recommendation, bench.gate.last_before_production, 0, bench.story.recused, fillers,
        _SEEN,
    )  # fmt: skip
    wanted = _wanted(bench, day, situation, rng)
    if wanted is None or faults(wanted, situation, day.at.date()):
        return False
    _write(house, bench, day, wanted, ground, rows)
    return True


def tally_of(
    bench: Bench, filled: Sequence[Filled], casts: Sequence[Cast], there: Sequence[Attendance], at: datetime
) -> Tally:  # fmt: skip
    return tally(
        bench.template[1].voting_of(bench.gate), filled, effective(casts), mode=bench.mode, recused=bench.story.recused,
        present=[one.person for one in there if one.there(at)], window_over=bench.mode is Mode.WRITTEN,
    )  # fmt: skip


def _recommended(bench: Bench, day: Day) -> Recommendation:
    thresholds = bench.template[1].thresholds_of(bench.gate)
    return recommend(
        [one.counted for one in day.judged], thresholds, last_gate=bench.gate.last_before_production,
        dependencies=bench.dependencies,
    )  # fmt: skip


def _votes(filled: Sequence[Filled], bench: Bench, day: Day, rng: Random, rows: Rows) -> tuple[Cast, ...]:
    """Most say what was decided; one sees it otherwise here and there, but nobody with a veto."""
    dissent = rng.randrange(len(filled)) if rng.random() < 0.4 else None
    veto = set(bench.template[1].voting_of(bench.gate).veto.functions)
    casts = []
    for place, one in enumerate(filled):
        if one.person is None:
            continue
        ballot = _BALLOT[day.outcome]
        if place == dissent and not one.seat.functions & veto:
            ballot = Ballot.HOLD if ballot in (Ballot.GO, Ballot.CONDITIONAL) else Ballot.ABSTAIN
        at = day.at - HOUR + timedelta(minutes=5 * place)
        casts.append(Cast(rows.new_id(VOTE), one.seat.person, one.person, ballot, at, _WORDS.get(ballot, "")))
    return tuple(casts)


def _there(filled: Sequence[Filled], bench: Bench, day: Day) -> tuple[Attendance, ...]:
    if bench.mode is Mode.WRITTEN:
        return ()
    return tuple(Attendance(one.person, day.at - 2 * HOUR, day.at + HOUR) for one in filled if one.person is not None)


def _ground(
    house: House, bench: Bench, day: Day, recommendation: Recommendation, filled: tuple[Filled, ...], casts: tuple[Cast, ...],
    there: tuple[Attendance, ...], counted: Tally,
) -> Ground:  # fmt: skip
    (row, template), story = bench.template, bench.story
    named = {one.seat.person for one in filled} | story.recused | {who for one in day.waivers for who in one.asked_by}
    named |= {one.approved_by for one in day.waivers if one.approved_by is not None}
    return Ground(
        chain=bench.chain, initiative={"key": story.key, "name": story.name, "unit": story.unit, "stage": bench.gate.from_stage},
        template={"key": row.key, "version": row.version, "digest": row.digest}, gate=bench.gate.key,
        thresholds=template.thresholds_of(bench.gate), last_gate=bench.gate.last_before_production, judged=day.judged,
        recommendation=recommendation, dependencies=bench.dependencies, waivers=day.waivers, seats=filled, casts=casts,
        attendance=there, tally=counted, people={pk: house.names[pk] for pk in sorted(named) if pk in house.names},
    )  # fmt: skip


def _wanted(bench: Bench, day: Day, situation: Situation, rng: Random) -> Wanted | None:
    """By the chair, or by whoever fills a seat; None where nobody does."""
    order = sorted(bench.seats, key=lambda one: not one.chair)
    by = next((one.person for one in order if one.person in situation.fillers), None)
    if by is None:
        return None
    asked = []
    if day.outcome is Outcome.CONDITIONAL_GO:
        owner = bench.story.owner or bench.story.sponsor
        texts = rng.sample(_CONDITIONS, rng.randint(1, 2))
        due = [_due(day, rng) for _ in texts]
        asked = [Asked(text, owner, when, Proof(ProofKind.PERSON)) for text, when in zip(texts, due, strict=True)]
    code, lesson = day.closure or (None, "")
    reason = _DIFFERS[day.outcome] if differs(day.outcome, situation) else ""
    return Wanted(day.outcome, by, situation.current, reason, tuple(asked), code, lesson)


def _due(day: Day, rng: Random) -> date:
    """Of what is left open about now, so that some are overdue."""
    soonest = day.at.date() + timedelta(days=20)
    if day.open_until is None:
        return soonest + timedelta(days=rng.randint(0, 70))
    return max(soonest, day.open_until.date() + timedelta(days=rng.randint(-25, 60)))


def _write(house: House, bench: Bench, day: Day, wanted: Wanted, ground: Ground, rows: Rows) -> None:
    pk = rows.new_id(DECISION)
    conditions = tuple(
        Condition(rows.new_id(CONDITION), one.text, one.owner or 0, one.due or day.at.date(), one.proof, day.at)
        for one in wanted.conditions
    )
    code = wanted.reason_code.value if wanted.reason_code else ""
    decided = Decided(
        id=pk, review=bench.pk, round=day.round, turn=1, supersedes=None, outcome=day.outcome,
        by=Person(wanted.by, house.names[wanted.by]), at=day.at, mode=bench.mode, reason=wanted.reason, reason_code=code,
        lesson=wanted.lesson,
    )  # fmt: skip
    link = append(
        snapshot(decided, ground, effect=effect(day.outcome, bench.gate), conditions=conditions), bench.chain, bench.head
    )
    bench.head = link.head
    rows.add(
        DECISION, pk, bench.story.pk, bench.pk, bench.gate.key, day.round, 1, None, day.outcome,
        ground.recommendation.outcome, bench.mode, wanted.reason, code, wanted.lesson, wanted.by, day.at, link.chain,
        link.sequence, link.previous, link.content, link.digest, link.hash,
    )  # fmt: skip
    for vote in ground.casts:
        rows.add(VOTE, vote.id, bench.pk, day.round, vote.seat, vote.by, vote.ballot, vote.rationale, vote.at)
    for one in ground.attendance:
        rows.add(ATTENDANCE, bench.pk, day.round, one.person, one.arrived_at, one.left_at)
    _conditions(bench, day, conditions, pk, wanted.by, rows)
    content = {
        "criteria": [judged_plain(one) for one in day.judged], "recommendation": ground.recommendation.plain(),
        "dependencies": canonical.plain(ground.dependencies),
    }  # fmt: skip
    rows.add(
        RUN, bench.pk, day.round, "review.opened", content, canonical.digest([RULES_VERSION, content]),
        ground.recommendation.outcome, not missing_deliverables(day.judged), RULES_VERSION, day.at - 2 * HOUR,
    )  # fmt: skip


def _conditions(
    bench: Bench, day: Day, conditions: Sequence[Condition], decision: int, by: int, rows: Rows
) -> None:  # fmt: skip
    """Proven by somebody of the panel who did not decide, but for those that are left open."""
    shown_by = next((one.person for one in bench.seats if one.person not in (by, *bench.story.recused)), None)
    for one in conditions:
        rows.add(CONDITION, one.id, bench.story.pk, decision, one.text, one.owner, one.due, one.proof.kind, "", day.at)
        if day.open_until is None and shown_by is not None:
            at = datetime.combine(one.due, day.at.timetz()) - timedelta(days=3)
            rows.add(PROOF, one.id, "proven", shown_by, "Shown at the weekly meeting; the record is in the folder.", {}, at)
