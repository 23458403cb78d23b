"""Reads of workloads: the list as plain rows, one profile with everything on it, and what nobody knows yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Prefetch, QuerySet

from portfolio.accounts.rules import Actor
from portfolio.initiatives.choices import Status
from portfolio.initiatives.models import Initiative
from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.workloads.choices import Knowledge, Origin
from readiness.workloads.models import ProfileValue, ProfileVersion, Requirement, TraceUpload, Workload
from readiness.workloads.rules.demand import Value
from readiness.workloads.rules.fields import BY_NAME, Field, asked
from readiness.workloads.rules.requirements import derive
from readiness.workloads.rules.values import unknown_names

COLUMNS = (
    "id", "name", "task", "workload_class", "experience", "template", "needed_on", "initiative_id", "version", "retired_at",
    "created_at", "updated_at",
)  # fmt: skip
JOINED: dict[str, Any] = {
    "initiative_key": F("initiative__key"),
    "initiative_name": F("initiative__name"),
    "initiative_status": F("initiative__status"),
    "unit_id": F("initiative__unit_id"),
    "unit_name": F("initiative__unit__name"),
}
FROZEN = ("values", "requirements")  # large, and of no use in a list of versions
SORTABLE = {
    "name": "name",
    "initiative": "initiative__number",
    "unit": "initiative__unit__name",
    "needed_on": "needed_on",
    "updated": "updated_at",
}


@dataclass(frozen=True, slots=True)
class Profile:
    """One workload and what hangs on it. `values` has only what somebody answered; `fields` is everything asked, in order.

    Versions and traces come without their contents (see `versions_of`, `traces_of`). `serves` are the served initiatives that
    the reader may see, `hidden_serves` how many more there are.
    """

    workload: Workload
    fields: tuple[Field, ...]
    values: dict[str, ProfileValue]
    requirements: list[Requirement]
    versions: list[ProfileVersion]
    traces: list[TraceUpload]
    serves: list[Initiative]
    hidden_serves: int

    @property
    def unknown(self) -> list[str]:
        """Names of what nobody knows, in the order asked."""
        return unknown_names(*self._kind, {name: Knowledge(one.knowledge) for name, one in self.values.items()})

    @property
    def assumed(self) -> list[str]:
        """Names of working assumptions that somebody may confirm."""
        return [
            one.name
            for one in self.fields
            if (value := self.values.get(one.name)) and value.knowledge == Knowledge.UNKNOWN and value.value is not None
        ]

    @property
    def plain_values(self) -> dict[str, Value]:
        """The values as the rules and the sizing take them."""
        return {name: _value(one.knowledge, one.value, one.low, one.high, one.origin) for name, one in self.values.items()}

    @property
    def how(self) -> dict[str, str]:
        """`{derived_from: the calculation in words}` of the derived requirements."""
        return {one.derived_from: one.how for one in derive(*self._kind, self.plain_values)}

    @property
    def _kind(self) -> tuple[Task, WorkloadClass]:
        return Task(self.workload.task), WorkloadClass(self.workload.workload_class)


def visible_workloads(actor: Actor) -> QuerySet[Workload]:
    """Workloads in use that the actor may see."""
    rows: QuerySet[Workload] = Workload.objects.visible_to(actor).filter(retired_at=None)
    return rows


def workload_rows(actor: Actor, rows: QuerySet[Workload] | None = None) -> QuerySet[Workload, dict[str, Any]]:
    """Dict rows with COLUMNS and JOINED of workloads in use (or of the already filtered visible `rows`), in one statement.

    Page them first, then hand the page to `counted`.
    """
    visible = visible_workloads(actor) if rows is None else rows
    shown: QuerySet[Workload, dict[str, Any]] = visible.annotate(**JOINED).values(*COLUMNS, *JOINED)
    return shown


def ordered(rows: QuerySet[Workload, Any], sort: str) -> QuerySet[Workload, Any]:
    """Sort by one of SORTABLE, `-` in front for descending; empty values last, ties by id. Unknown names: newest first."""
    column = SORTABLE.get(sort.removeprefix("-"))
    if column is None:
        return rows.order_by("-id")
    by = F(column).desc(nulls_last=True) if sort.startswith("-") else F(column).asc(nulls_last=True)
    return rows.order_by(by, "-id")


def counted(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a page with `unknown_count` (said to be unknown, or required and unanswered) and `asked_count`.

    One statement for all of them.
    """
    page = list(rows)
    known = _knowledge([row["id"] for row in page])
    for row in page:
        kind = Task(row["task"]), WorkloadClass(row["workload_class"])
        row["unknown_count"] = len(unknown_names(*kind, known.get(row["id"], {})))
        row["asked_count"] = len(asked(*kind))
    return page


def workloads_of(actor: Actor, initiative_pk: int) -> list[dict[str, Any]]:
    """Counted rows of one initiative's workloads in use, oldest first; `served` marks those of other initiatives' platforms.

    Three statements.
    """
    own = workload_rows(actor, visible_workloads(actor).filter(initiative=initiative_pk)).order_by("id")
    served = workload_rows(actor, visible_workloads(actor).filter(serves=initiative_pk)).order_by("id")
    return counted([row | {"served": False} for row in own] + [row | {"served": True} for row in served])


def profile(actor: Actor, pk: int) -> Profile | None:
    """One visible workload (retired ones too) with everything on it in a constant number of statements; None if not visible."""
    visible = Initiative.objects.visible_to(actor)
    related: list[Any] = [
        "values__owner",
        Prefetch("requirements", Requirement.objects.filter(retired_at=None).order_by("id")),
        Prefetch("versions", ProfileVersion.objects.select_related("made_by").defer(*FROZEN).order_by("-number")),
        Prefetch("traces", TraceUpload.objects.select_related("uploaded_by").defer("summary").order_by("-id")),
    ]
    rows = Workload.objects.visible_to(actor).select_related("initiative__unit").prefetch_related(*related)
    found: Workload | None = rows.filter(pk=pk).first()
    if found is None:
        return None
    served = found.serves.order_by("id").values_list("id", flat=True)
    seen = list(visible.filter(pk__in=served).order_by("id")) if served else []
    return Profile(
        workload=found,
        fields=asked(Task(found.task), WorkloadClass(found.workload_class)),
        values={one.name: one for one in found.values.all()},
        requirements=_in_order(list(found.requirements.all())),
        versions=list(found.versions.all()),
        traces=list(found.traces.all()),
        serves=seen,
        hidden_serves=len(served) - len(seen),
    )


def stored_values(workload_pk: int) -> dict[str, Value]:
    """What was answered, as the rules take it. For services and sizing: the caller has checked that it may be read."""
    rows = ProfileValue.objects.filter(workload=workload_pk)
    return {row[0]: _value(*row[1:]) for row in rows.values_list("name", "knowledge", "value", "low", "high", "origin")}


def values_of(workload_pks: Sequence[int]) -> dict[int, dict[str, Value]]:
    """`stored_values` of many workloads in one statement; those without any answer have an empty dict."""
    found: dict[int, dict[str, Value]] = {pk: {} for pk in workload_pks}
    rows = ProfileValue.objects.filter(workload__in=workload_pks)
    for row in rows.values_list("workload_id", "name", "knowledge", "value", "low", "high", "origin"):
        found[row[0]][row[1]] = _value(*row[2:])
    return found


def unknown_values(actor: Actor, rows: QuerySet[Workload] | None = None) -> list[dict[str, Any]]:
    """Every value that nobody knows, of workloads in use of initiatives that are not closed; two statements.

    A row: workload_id, workload_name, initiative_id, initiative_key, initiative_name, unit_id, unit_name, name (of the field),
    label, question, unit, required, answered (somebody said "unknown"; else nobody said anything), value, low, high (the working
    assumption), owner_id, owner_name, due, note.
    """
    visible = visible_workloads(actor) if rows is None else rows
    workloads = list(workload_rows(actor, visible.exclude(initiative__status=Status.CLOSED)).order_by("initiative_id", "id"))
    stored: dict[int, dict[str, dict[str, Any]]] = {}
    of_these = ProfileValue.objects.filter(workload__in=[row["id"] for row in workloads])
    for one in of_these.values(
        "workload_id", "name", "knowledge", "value", "low", "high", "owner_id", "owner__name", "owner__email", "due", "note"
    ):
        stored.setdefault(one["workload_id"], {})[one["name"]] = dict(one)
    return [line for row in workloads for line in _unknown_of(row, stored.get(row["id"], {}))]


def _unknown_of(row: dict[str, Any], stored: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    knowledge = {name: Knowledge(one["knowledge"]) for name, one in stored.items()}
    names = unknown_names(Task(row["task"]), WorkloadClass(row["workload_class"]), knowledge)
    return [_unknown_line(row, BY_NAME[name], stored.get(name)) for name in names]


def _unknown_line(row: dict[str, Any], one: Field, said: dict[str, Any] | None) -> dict[str, Any]:
    where = ("initiative_id", "initiative_key", "initiative_name", "unit_id", "unit_name")
    told = said or {}
    return {
        "workload_id": row["id"], "workload_name": row["name"], **{name: row[name] for name in where},
        "name": one.name, "label": one.label, "question": one.question, "unit": one.unit, "required": one.required,
        "answered": said is not None, "value": told.get("value"), "low": told.get("low"), "high": told.get("high"),
        "owner_id": told.get("owner_id"), "owner_name": told.get("owner__name") or told.get("owner__email") or "",
        "due": told.get("due"), "note": told.get("note", ""),
    }  # fmt: skip


def _knowledge(pks: Sequence[int]) -> dict[int, dict[str, Knowledge]]:
    found: dict[int, dict[str, Knowledge]] = {}
    rows = ProfileValue.objects.filter(workload__in=pks).values_list("workload_id", "name", "knowledge")
    for pk, name, knowledge in rows:
        found.setdefault(pk, {})[name] = Knowledge(knowledge)
    return found


def _value(knowledge: str, value: float | None, low: float | None, high: float | None, origin: str) -> Value:
    return Value(Knowledge(knowledge), value, low, high, Origin(origin))


def _in_order(rows: list[Requirement]) -> list[Requirement]:
    """Derived ones in the order of the fields they follow, then those added by hand."""
    places = {name: place for place, name in enumerate(BY_NAME)}
    return sorted(rows, key=lambda row: (places.get(row.derived_from, len(places)), row.pk))


def versions_of(actor: Actor, workload_pk: int) -> QuerySet[ProfileVersion]:
    """The kept versions of a visible workload, newest first."""
    rows: QuerySet[ProfileVersion] = ProfileVersion.objects.visible_to(actor).filter(workload=workload_pk)
    return rows.select_related("made_by").order_by("-number")


def traces_of(actor: Actor, workload_pk: int) -> QuerySet[TraceUpload]:
    """The uploaded logs of a visible workload, newest first."""
    rows: QuerySet[TraceUpload] = TraceUpload.objects.visible_to(actor).filter(workload=workload_pk)
    return rows.select_related("workload__initiative__unit", "uploaded_by").order_by("-id")


def requirements_of(actor: Actor, workload_pk: int) -> QuerySet[Requirement]:
    """The standing requirements of a visible workload."""
    rows: QuerySet[Requirement] = Requirement.objects.visible_to(actor).filter(workload=workload_pk, retired_at=None)
    return rows.select_related("workload__initiative__unit").order_by("id")
