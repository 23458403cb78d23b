"""A pack as pages, of made-up initiatives: what the printer is tried with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from readiness.meetings.rules.packs.page import (
    Badge,
    Band,
    Cell,
    Chart,
    Column,
    Document,
    Fact,
    Headline,
    Part,
    Row,
    Section,
    Table,
)

Say = Callable[[str], str]
_WORDS = {
    "met": "Met",
    "warning": "Warning",
    "not_met": "Not met",
    "unknown": "Unknown",
    "stale": "Stale",
    "waived": "Waived",
    "not_applicable": "Not applicable",
}
_OUTCOMES = ("Hold", "Go", "Conditional Go", "Recycle", "Kill")


def verdict(key: str) -> Badge:
    return Badge(_WORDS[key], key)


def pack(count: int = 3, *, text: str = "", money: bool = True) -> Document:
    """`text` stands in every field that people write, where it is given."""

    def say(own: str) -> str:
        return text or own

    return Document(
        kind="pack",
        kicker=say("Pack 2 · with money"),
        title=say("Gate meeting of the Retail Bank, March"),
        lead=say(f"{count} initiatives ask for a decision; one of them is recommended to go on, for four something is unknown."),
        running=say("Gate meeting of the Retail Bank, March"),
        foot=say("Pack 2 · with money · made 12 Mar 2026, 14:05 UTC"),
        made_at="2026-03-12T14:05:00+00:00",
        facts=(
            Fact("When", say("Fri 13 Mar 2026, 10:00 to 11:40 UTC")),
            Fact("Where", say("Room 4.12, and by call")),
            Fact("Chair", say("Grace Hopper")),
            Fact("Business unit", say("Retail Bank")),
            Fact("Made by", say("Margaret Hamilton")),
            Fact("Expected value", say("not said"), unknown=True),
        ),
        notices=(say("Amounts of money are for those who may see them. Do not pass this variant on."),),
        sections=(_agenda(count, say), *((_scores(count, say),) if count else ())),
        parts=tuple(part(number, say, money=money) for number in range(count)),
        closing=(_heads(count),),
    )


def _agenda(count: int, say: Say) -> Section:
    rows = tuple(
        (
            Cell(f"{10 + number * 20 // 60}:{number * 20 % 60:02d}", "20 min"),
            Cell(say(f"AI-{42 + number:04d} Claims triage {number}"), say("Ada Lovelace, Retail Bank")),
            Cell(say("Production gate")),
            Cell(badge=Badge(_OUTCOMES[number % 5], "outcome")),
            Cell(say("2 not met, 3 unknown")),
        )
        for number in range(count)
    )
    columns = (
        Column("At", 0.7),
        Column("Initiative", 2.6),
        Column("Gate", 1.2),
        Column("Recommended", 1.3),
        Column("Criteria", 1.6),
    )
    return Section(title="Agenda", table=Table(columns, rows))


def _scores(count: int, say: Say) -> Section:
    chart = Chart(
        "scores",
        "Scores of all initiatives against their thresholds.",
        {
            "width": 498,
            "rows": [
                {
                    "label": say(f"AI-{42 + number:04d} Claims triage"),
                    "low": 0.4 + number % 5 / 10,
                    "high": min(1, 0.55 + number % 4 / 8 + number % 5 / 20),
                    "warning": 0.6,
                    "passing": 0.8,
                    "value": "54 to 79 %",
                }
                for number in range(count)
            ],
        },
    )
    return Section(title="Scores", chart=chart, notes=("Solid is sure; hatched is what nobody knows yet.",))


def part(number: int, say: Say, *, money: bool) -> Part:
    return Part(
        mark=say(f"AI-{42 + number:04d}"),
        kicker=say(f"{number + 1} · Production gate · Scale-up to Production"),
        title=say(f"Claims triage {number}"),
        lead=say("Reads incoming claims, proposes a class and a reserve, and hands the rest to people."),
        facts=(
            Fact("Business unit", say("Retail Bank, Claims")),
            Fact("Owner", say("Ada Lovelace")),
            Fact("Sponsor", say("Charles Babbage")),
            Fact("Stage", say("Scale-up, since 4 Nov 2025")),
            Fact("Status", say("Active")),
            Fact("Wanted by", "not said", unknown=True),
            *((Fact("Expected value", say("1,200,000 EUR a year")),) if money else ()),
        ),
        headline=Headline(
            label="Recommended by rule 3 of 5",
            badge=Badge(_OUTCOMES[number % 5], "outcome"),
            lead=say("Hold: what would decide a criterion in the way is unknown or stale."),
            points=(
                say("Unknown or stale: The production workload is written down and known."),
                say("Not ready: data platform of the group (AI-0007)."),
            ),
            chart=Chart(
                "scores",
                "The score lies between 54 % and 79 %; 60 % warns, 80 % passes.",
                {
                    "width": 478,
                    "rows": [{"label": "", "low": 0.54, "high": 0.79, "warning": 0.6, "passing": 0.8, "value": "54 to 79 %"}],
                },
            ),
        ),
        sections=(
            _criteria(say),
            _evidence(say),
            _sizing(say),
            _changes(say),
            _conditions(say),
            _waivers(say),
            _unknowns(say),
            *((_budget(say),) if money else ()),
        ),
    )


def _criteria(say: Say) -> Section:
    columns = (
        Column("Criterion", 2.6),
        Column("Verdict", 1.3),
        Column("Why, and what would decide it", 2.5),
        Column("Stands on", 1.35),
    )
    blocking = tuple(
        (
            Cell(say("The throughput of production was shown."), say("must meet · compute")),
            Cell(badge=verdict(key)),
            Cell(
                say("It was measured with less load than production will bring."),
                points=(say("Run a load test: 25 in flight for 5 minutes"),) if key in ("unknown", "stale", "not_met") else (),
            ),
            Cell(say("benchmark, 12 days old"), say("limit 90 days")),
        )
        for key in _WORDS
    )
    scored = tuple(
        (
            Cell(say("Compute is ready for the pilot."), say("weight 2 · compute")),
            Cell(badge=verdict(key)),
            Cell(say("Within what is asked. 72 to 81 % of the weight is answered yes.")),
            Cell(say("assessment, 20 days old"), say("limit 180 days")),
        )
        for key in ("met", "warning", "unknown")
    )
    first, second = Band("In the way unless met", "must meet, deliverables and key ones"), Band("Scored", "by weight")
    rows: tuple[Row, ...] = (first, *blocking, second, *scored)
    return Section(
        title="Criteria",
        lead=say("Of 10 criteria 2 are met, 1 is not met, 3 are unknown, 1 is stale, 1 is waived."),
        table=Table(columns, rows),
    )


def _evidence(say: Say) -> Section:
    rows: list[dict[str, Any]] = [
        {
            "label": say("Whole answer, p95"),
            "tone": "met",
            "headroom": [0.12, 0.31, 0.42],
            "headroom_text": "+31 %",
            "age": 12.0,
            "limit": 90.0,
            "age_text": "12 of 90",
        },
        {
            "label": say("Time to the first token, p95"),
            "tone": "warning",
            "headroom": [-0.05, 0.04, 0.1],
            "headroom_text": "+4 %",
            "age": 40.0,
            "limit": 90.0,
            "age_text": "40 of 90",
        },
        {
            "label": say("Requests completed"),
            "tone": "not_met",
            "headroom": [-0.5, -0.35, -0.2],
            "headroom_text": "minus 35 %",
            "age": 12.0,
            "limit": 90.0,
            "age_text": "12 of 90",
        },
        {
            "label": say("Availability"),
            "tone": "unknown",
            "headroom": None,
            "headroom_text": "unknown",
            "age": None,
            "limit": 30.0,
            "age_text": "none",
        },
        {
            "label": say("Storage bandwidth"),
            "tone": "stale",
            "headroom": [0.5, 1.4, 2.0],
            "headroom_text": "+140 %",
            "age": 140.0,
            "limit": 90.0,
            "age_text": "140 of 90",
        },
    ]
    columns = (
        Column("Requirement", 2),
        Column("Verdict", 1.15),
        Column("Measured", 0.9, right=True),
        Column("Required", 0.9, right=True),
        Column("Headroom", 1.1, right=True),
        Column("Source", 1.8),
        Column("Age", 1),
    )
    body = tuple(
        (
            Cell(row["label"], say("chat")),
            Cell(badge=verdict(row["tone"])),
            Cell("1.38 s"),
            Cell("≤ 2 s"),
            Cell(row["headroom_text"], "12 to 42 %"),
            Cell(say("guidellm run of 3 Mar"), say("benchmark")),
            Cell(row["age_text"]),
        )
        for row in rows
    )
    return Section(
        title="Evidence",
        lead=say("Five requirements; for one nothing was measured, and one measurement is too old."),
        chart=Chart("evidence", "Headroom and age of five requirements.", {"width": 498, "rows": rows}),
        table=Table(columns, body),
    )


def _sizing(say: Say) -> Section:
    columns = (
        Column("Workload", 1.6),
        Column("Option", 2),
        Column("Needs", 1.2),
        Column("Free for it", 1),
        Column("Verdict", 1),
        Column("Order by", 1.1),
    )
    return Section(
        title="Sizing",
        table=Table(
            columns,
            (
                (
                    Cell(say("chat")),
                    Cell(say("Llama 70B on 4 x H100"), say("measured speed · limited by the KV cache")),
                    Cell("8 to 12, likely 10", "accelerators"),
                    Cell("6"),
                    Cell(badge=verdict("not_met")),
                    Cell(say("1 Feb 2026"), say("40 days late")),
                ),
                (
                    Cell(say("nightly batch")),
                    Cell("we do not know", "nobody has sized it"),
                    Cell("unknown"),
                    Cell("unknown"),
                    Cell(badge=verdict("unknown")),
                    Cell("unknown"),
                ),
            ),
        ),
    )


def _changes(say: Say) -> Section:
    columns = (Column("What", 3), Column("Then", 1), Column("Now", 1), Column("Matters", 1.4))
    return Section(
        title="Changes since the last decision",
        lead=say("Conditional Go at the Scale-up gate on 4 Nov 2025."),
        table=Table(
            columns,
            (
                (
                    Cell(say("Latency was measured")),
                    Cell(badge=verdict("met")),
                    Cell(badge=verdict("stale")),
                    Cell(say("the same evidence, older")),
                ),
            ),
        ),
    )


def _conditions(say: Say) -> Section:
    columns = (
        Column("Condition", 3),
        Column("State", 1),
        Column("Owner", 1.3),
        Column("Due", 1),
        Column("How it is proven", 1.6),
    )
    return Section(
        title="Open conditions",
        table=Table(
            columns,
            (
                (
                    Cell(say("Show the latency at twice the load.")),
                    Cell(badge=Badge("Overdue", "not_met")),
                    Cell(say("Ada Lovelace")),
                    Cell("1 Mar 2026"),
                    Cell(say("the criterion latency-measured turns met")),
                ),
            ),
        ),
    )


def _waivers(say: Say) -> Section:
    columns = (Column("Waived", 2), Column("Reason", 2), Column("Instead", 2), Column("Until", 1), Column("Approved by", 1.2))
    return Section(
        title="Waivers in force",
        table=Table(
            columns,
            (
                (
                    Cell(say("Containers and an orchestrator run it.")),
                    Cell(say("The vendor ships an appliance.")),
                    Cell(say("Snapshots each night.")),
                    Cell("30 Jun 2026"),
                    Cell(say("Grace Hopper")),
                ),
            ),
        ),
    )


def _unknowns(say: Say) -> Section:
    columns = (Column("What nobody knows", 3), Column("Who finds out", 1.5), Column("By", 1))
    return Section(
        title="What we do not know",
        lead=say("Three values, one without an owner."),
        table=Table(
            columns,
            (
                (Cell(say("Peak factor of chat")), Cell(say("Ada Lovelace")), Cell("20 Mar 2026")),
                (Cell(say("Growth per year")), Cell(badge=Badge("nobody", "unknown")), Cell(badge=Badge("no day", "unknown"))),
            ),
        ),
    )


def _budget(say: Say) -> Section:
    return Section(title="Budget", lead=say("Infrastructure is 22 % of what is planned; the band is 40 to 50 %."))


def _heads(count: int) -> Section:
    columns = (Column("Chain", 1), Column("Decision", 0.5, right=True), Column("Hash", 3.2))
    rows = tuple(
        (Cell(f"production/{number}"), Cell(str(number + 1)), Cell(f"{number:x}" * 64, code=True))
        for number in range(min(count, 3))
    )
    return Section(
        title="Heads of the decision record",
        lead="Compare them with what the record says later: a decision that was taken away or changed shows here.",
        table=Table(columns, rows),
    )
