"""Requirements beside what they are judged now, for pages: one statement for any number of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, Count, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from portfolio.accounts.rules import Actor
from portfolio.initiatives.choices import Status
from readiness.evidence.choices import Verdict
from readiness.evidence.models import RequirementVerdict, Run, Source
from readiness.evidence.queries.shown import full_name
from readiness.workloads.models import CapacityPool, Requirement
from readiness.workloads.rules.fields import BY_NAME

_WANTED = ("metric", "comparator", "target", "unit", "percentile", "window_s", "environment", "max_age_days")
_SUBJECT = {
    "workload_name": F("workload__name"), "initiative_key": F("initiative__key"), "initiative_name": F("initiative__name"),
    "unit_id": F("initiative__unit_id"), "unit_name": F("initiative__unit__name"), "owner_id": F("initiative__owner"),
    "owner_name": F("initiative__owner__name"), "since": F("standing__since"), "before": F("standing__before"),
}  # fmt: skip
_JUDGED = (
    "verdict", "reason", "wanted", "headroom", "headroom_low", "headroom_high", "evidence", "others", "capacity", "missing",
    "judged_at",
)  # fmt: skip
NEVER = "never_judged"  # the reason of what nobody judged yet
_NEVER = {"verdict": Verdict.UNKNOWN.value, "reason": NEVER, "others": [], "missing": []}


@dataclass(frozen=True, slots=True)
class Seen:
    """What of that which verdicts cite the reader may open: names of sources, ids of runs and pools."""

    sources: dict[int, str]
    runs: frozenset[int]
    pools: frozenset[int]


def standing_requirements(actor: Actor) -> QuerySet[Requirement]:
    """Requirements in use of workloads in use that the actor may see."""
    rows: QuerySet[Requirement] = Requirement.objects.visible_to(actor)
    return rows.filter(retired_at=None, workload__retired_at=None)


def of_running(actor: Actor) -> QuerySet[Requirement]:
    """Those of initiatives that are not closed."""
    return standing_requirements(actor).exclude(initiative__status=Status.CLOSED)


def judged(rows: QuerySet[Requirement], *names: str) -> list[dict[str, Any]]:
    """Dict rows of requirements with the columns of their current verdict (`names`, or all of them), in the order of profiles.

    What was never judged is unknown, with the reason `never_judged`.
    """
    columns = names or _JUDGED
    current = {f"now_{name}": F(f"standing__current__{name}") for name in columns}
    plain: QuerySet[Any, Any] = rows.annotate(**_SUBJECT, **current)
    found = plain.order_by("initiative_id", "workload_id", "id").values(
        "id", "workload_id", "initiative_id", "derived_from", "note", *_WANTED, *_SUBJECT, *current
    )
    places = {name: place for place, name in enumerate(BY_NAME)}
    made = [_row(row, columns) for row in found]
    return sorted(
        made, key=lambda row: (row["initiative_id"], row["workload_id"], places.get(row["derived_from"], len(places)), row["id"])
    )


def _row(row: dict[str, Any], columns: Iterable[str]) -> dict[str, Any]:
    now = {name: row.pop(f"now_{name}") for name in columns}
    if now.get("verdict") is None:
        now |= {name: value for name, value in _NEVER.items() if name in now}
    wanted = {name: row[name] for name in _WANTED}
    return row | now | {"requirement_id": row["id"], "wanted": wanted}


def history(actor: Actor, requirement_pk: int) -> QuerySet[RequirementVerdict, dict[str, Any]]:
    """Every verdict of a visible requirement, the newest first."""
    rows: QuerySet[Any, Any] = RequirementVerdict.objects.visible_to(actor).filter(requirement=requirement_pk).order_by("-id")
    return rows.values(*_JUDGED, "requirement_id", "workload_id", "observed_at", "rules_version")


def seen_of(actor: Actor, rows: Iterable[dict[str, Any]]) -> Seen:
    """What the rows cite and the reader may open; one statement."""
    cited = [one for row in rows for one in _cited(row)]
    kinds: tuple[tuple[str, QuerySet[Any]], ...] = (
        ("source_id", Source.objects.visible_to(actor)),
        ("run_id", Run.objects.visible_to(actor)),
        ("pool_id", CapacityPool.objects.visible_to(actor)),
    )
    found: dict[str, dict[int, str]] = {name: {} for name, _ in kinds}
    asked = [_named(name, rows.filter(pk__in={one[name] for one in cited if one.get(name)})) for name, rows in kinds]
    for kind, pk, name in asked[0].union(*asked[1:], all=True):
        found[kind][pk] = name
    return Seen(found["source_id"], frozenset(found["run_id"]), frozenset(found["pool_id"]))


def _named(kind: str, rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    named: QuerySet[Any, Any] = rows.order_by().annotate(
        kind_of=Value(kind), called=full_name() if kind == "source_id" else F("name")
    )
    return named.values_list("kind_of", "pk", "called")


def _cited(row: dict[str, Any]) -> Iterable[dict[str, Any]]:
    if row.get("evidence"):
        yield row["evidence"]
    yield from row.get("others") or ()
    yield from row.get("missing") or ()
    yield from (row.get("capacity") or {}).get("pools", ())


def citing(actor: Actor, run_pk: int, workload_pk: int | None) -> list[dict[str, Any]]:
    """Current and former verdicts that a run decided, the newest first."""
    if workload_pk is None:
        return []
    rows: QuerySet[Any, Any] = RequirementVerdict.objects.visible_to(actor).filter(
        Q(workload=workload_pk, evidence__run_id=run_pk)
    )  # fmt: skip
    named = rows.annotate(current=F("requirement__standing__current"), workload_name=F("workload__name")).order_by("-id")
    return list(named.values("id", "requirement_id", "verdict", "wanted", "judged_at", "current", "workload_name")[:20])


def counts(actor: Actor) -> list[dict[str, Any]]:
    """How many requirements of running initiatives there are by verdict, reason, unit and metric; one statement."""
    rows: QuerySet[Any, Any] = of_running(actor).order_by()
    named = rows.annotate(
        verdict=Coalesce(F("standing__verdict"), Value(Verdict.UNKNOWN.value)),
        reason=Coalesce(F("standing__current__reason"), Value(NEVER)), unit_pk=F("initiative__unit_id"),
        unit_name=F("initiative__unit__name"),
    )  # fmt: skip
    return list(named.values("verdict", "reason", "unit_pk", "unit_name", "metric").annotate(n=Count("id")))


def with_verdict(rows: QuerySet[Requirement]) -> QuerySet[Requirement]:
    """Annotated with `verdict` and `severity`, to filter and sort by."""
    verdict = Coalesce(F("standing__verdict"), Value(Verdict.UNKNOWN.value))
    named = rows.annotate(verdict=verdict)
    order = Case(*(When(Q(verdict=one), then=Value(place)) for place, one in enumerate(_SEVERITY)), default=Value(len(_SEVERITY)))
    return named.annotate(severity=order)


def pressing(rows: QuerySet[Requirement]) -> QuerySet[Requirement]:
    """The worst verdict first, of equal ones what is needed first."""
    return rows.order_by("severity", F("workload__needed_on").asc(nulls_last=True), "initiative_id", "workload_id", "id")


def missing_page(rows: QuerySet[Requirement]) -> list[dict[str, Any]]:
    """Dict rows as `judged` makes them of some ordered requirements, in their order; one statement."""
    keys = list(rows.values_list("pk", flat=True))
    found = {row["id"]: row for row in judged(Requirement.objects.filter(pk__in=keys), "verdict", "reason", "missing")}
    return [found[pk] for pk in keys if pk in found]


class Facet(NamedTuple):
    """How many requirements lack a kind of thing ("what"), could be decided by a kind of person ("who"), are of a unit."""

    by: str
    key: str
    name: str
    requirements: int


def facets(rows: QuerySet[Requirement]) -> list[Facet]:
    """What is missing over all of `rows`, each requirement once in each line, the longest lines first; one statement."""
    asked: QuerySet[Any, Any] = rows.order_by().annotate(
        missing=F("standing__current__missing"), unit_pk=F("initiative__unit_id"), unit_name=F("initiative__unit__name")
    )
    try:
        sql, given = asked.values("id", "unit_pk", "unit_name", "missing").query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_FACETS.format(asked=sql), given)
        return [Facet(*row) for row in cursor]


_SEVERITY = (Verdict.NOT_MET, Verdict.STALE, Verdict.UNKNOWN, Verdict.WARNING, Verdict.MET)
_FACETS = """
SELECT CASE WHEN grouping(code) = 0 THEN 'what' WHEN grouping(who) = 0 THEN 'who' ELSE 'unit' END,
       coalesce(code, who, unit_pk::text), coalesce(unit_name, ''), count(DISTINCT id)
FROM (
    SELECT asked.id, asked.unit_pk, asked.unit_name, one->>'code' AS code, one->>'who' AS who
    FROM ({asked}) AS asked CROSS JOIN LATERAL jsonb_array_elements(asked.missing) AS one
) AS told
GROUP BY GROUPING SETS ((code), (who), (unit_pk, unit_name)) ORDER BY 4 DESC, 2
"""
