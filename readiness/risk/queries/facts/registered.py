"""What the register holds: intake answers, who stands for it, its stage, and whether it is in flight. One statement."""

# ruff: noqa: S608 (the statement is put together from constants, values are parameters)

from __future__ import annotations

from dataclasses import dataclass

from portfolio.initiatives.choices import StageKind, Status, TeamFunction
from readiness.risk.queries.facts.asked import ASKED, Asked
from readiness.risk.rules.drivers.facts import Intake, People
from readiness.risk.rules.drivers.steered import ROLES

QUESTIONS = ("infra_provisioned", "ato", "existing_reuse", "dev_tools_wait")
_FUNCTIONS = (TeamFunction.IT_OPERATIONS, TeamFunction.DATA_SCIENCE, TeamFunction.BUSINESS)
_ANSWERS = ", ".join(
    f"CASE jsonb_typeof(i.answers->'{name}') WHEN 'object' THEN i.answers #>> '{{{name},value}}' ELSE i.answers->>'{name}' END"
    for name in QUESTIONS
)
_STATEMENT = f"""
WITH {ASKED}, place AS (
    SELECT s.id, s.kind, (count(*) FILTER (WHERE b.position < s.position))::float8 / nullif(count(b.id), 0) AS gone
    FROM initiatives_stage s
    LEFT JOIN initiatives_stage b ON b.lifecycle_id = s.lifecycle_id AND b.kind = '{StageKind.BEFORE.value}'
    GROUP BY s.id, s.kind
), named AS (
    SELECT f.initiative_id, array_agg(f.function ORDER BY f.function) AS functions FROM initiatives_functionslot f
    JOIN asked ON asked.id = f.initiative_id WHERE f.person_id IS NOT NULL OR f.name <> '' GROUP BY f.initiative_id
)
SELECT i.id, i.status, p.kind, p.gone, i.developed_by, i.procurement_route, i.updated_at,
       i.sponsor_id IS NOT NULL OR i.sponsor_name <> '', i.register_id IS NULL, named.functions, {_ANSWERS}
FROM asked JOIN initiatives_initiative i ON i.id = asked.id
LEFT JOIN place p ON p.id = i.stage_id LEFT JOIN named ON named.initiative_id = i.id
ORDER BY i.id
"""


@dataclass(frozen=True, slots=True)
class Registered:
    """`gone` (0..1): share of the stages before production that lie behind it; None in an unknown stage."""

    id: int
    in_flight: bool
    gone: float | None
    intake: Intake
    people: People


def registered(asked: Asked) -> list[Registered]:
    """In ascending order of ids. In flight: not closed, and in no stage of production (an unknown one is none)."""
    return [_one(*row) for row in asked.rows(_STATEMENT)]


def _one(*row: object) -> Registered:
    pk, status, kind, gone, developer, route, at, sponsor, own, functions, *said = row
    answers = {name: str(word) for name, word in zip(QUESTIONS, said, strict=True) if word is not None}
    there = (bool(sponsor), *(function in (functions or ()) for function in _FUNCTIONS))  # type: ignore[operator]
    missing = tuple(role for role, known in zip(ROLES, there, strict=True) if not known)
    named = len(ROLES) - len(missing)
    return Registered(
        pk, status != Status.CLOSED and kind != StageKind.PRODUCTION, gone,  # type: ignore[arg-type]
        Intake(answers, str(developer), str(route), at),  # type: ignore[arg-type]
        People(named, missing, bool(own) or named > 0, at),  # type: ignore[arg-type]
    )  # fmt: skip
