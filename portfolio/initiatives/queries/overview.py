"""One initiative with everything its page shows, in one statement: children come as arrays of JSON objects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Func, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from portfolio.accounts.models import User
from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import (
    Closure,
    Dependency,
    ExternalId,
    FunctionSlot,
    ImportRun,
    Initiative,
    InitiativeDate,
    Link,
    Milestone,
    Programme,
    Register,
    RegisterRow,
    Stage,
    StageEntry,
)
from portfolio.initiatives.queries.initiatives import name_of, with_money

Child = dict[str, Any]
_DATES = ("value", "due", "first_due", "done_on", "entered_on", "left_on", "closed_on")


class _Length(Func):
    """Number of items of a JSON array."""

    function = "jsonb_array_length"
    output_field = IntegerField()


@dataclass(frozen=True, slots=True)
class Overview:
    """`initiative` carries `value`, `currency`, `value_hidden` and the names `of_owner`, `of_sponsor`, `of_programme`,
    `of_register` and `of_missing` (the file of the import that no longer lists it). Children are dicts, their dates dates.

    `unread` is the number of cells that the register's row has and nobody could read whole; None without such a row.
    """

    initiative: Any
    tags: list[str]
    stages: list[Child]
    external_ids: list[Child]
    links: list[Child]
    milestones: list[Child]
    functions: list[Child]
    dates: list[Child]
    stays: list[Child]
    closures: list[Child]
    dependencies: list[Child]
    dependents: list[Child]
    unread: int | None


def overview(actor: Actor, pk: int) -> Overview | None:
    """The initiative if the actor may see it. `dependencies` and `dependents` leave out what the actor may not see."""
    row: Any = (
        with_money(Initiative.objects.visible_to(actor), actor)
        .select_related("unit", "stage", "lifecycle")
        .defer("search_extra", "search")
        .annotate(**_children(), **_names())
        .filter(pk=pk)
        .first()
    )
    if row is None:
        return None
    named = _visible_names(actor, [*(d["on_id"] for d in row.of_dependencies), *(d["other"] for d in row.of_dependents)])
    return Overview(
        initiative=row, tags=row.of_tags, stages=row.of_stages, external_ids=row.of_external_ids, links=row.of_links,
        milestones=_dated(row.of_milestones), functions=row.of_functions, dates=_dated(row.of_dates),
        stays=_dated(row.of_stays), closures=_dated(row.of_closures), unread=row.of_unread,
        dependencies=[_named(d, "on_id", named) for d in row.of_dependencies],
        dependents=[d for child in row.of_dependents if (d := _named(child, "other", named))["initiative"]],
    )  # fmt: skip


def _children() -> dict[str, Any]:
    """What hangs on the initiative, as annotations `of_...`."""
    own = {"initiative": OuterRef("pk")}
    stages = Stage.objects.filter(lifecycle=OuterRef("lifecycle")).order_by("position")
    stays = StageEntry.objects.filter(**own).order_by("-current", "-id")
    closures = Closure.objects.filter(**own).order_by("-id")
    merged = {"stage": "stage__name", "merged_key": "merged_into__key"}
    return {
        "of_tags": ArraySubquery(Initiative.tags.through.objects.filter(**own).order_by("tag__name").values("tag__name")),
        "of_stages": _array(stages, "id key name position kind gate"),
        "of_external_ids": _array(ExternalId.objects.filter(**own).order_by("system", "value"), "id system value"),
        "of_links": _array(Link.objects.filter(**own).order_by("id"), "id label url"),
        "of_milestones": _array(Milestone.objects.filter(**own).order_by("due", "id"), "id name due first_due done_on moved"),
        "of_functions": _array(FunctionSlot.objects.filter(**own), "function name person_id", person="person__name"),
        "of_dates": _array(InitiativeDate.objects.filter(**own), "kind value precision raw unread"),
        "of_stays": _array(stays, "entered_on entered_precision left_on current source raw stage_id", stage="stage__name"),
        "of_closures": _array(closures, "kind reason lesson closed_on precision raw source reopened_at merged_into_id", **merged),
        "of_dependencies": _array(Dependency.objects.filter(**own).order_by("id"), "id platform kind ready note on_id"),
        "of_dependents": _array(
            Dependency.objects.filter(on=OuterRef("pk")).order_by("id"), "id kind ready note", other="initiative_id"
        ),
        "of_unread": Subquery(RegisterRow.objects.filter(**own).values(size=_Length("issues"))[:1]),
    }


def _names() -> dict[str, Any]:
    """Names behind foreign keys; not joins, because planning a star of eight tables costs more than the page."""
    return {
        "of_owner": name_of(User, "owner"),
        "of_sponsor": name_of(User, "sponsor"),
        "of_programme": name_of(Programme, "programme"),
        "of_register": name_of(Register, "register"),
        "of_missing": name_of(ImportRun, "missing_since", "file_name"),
    }


def _array(rows: QuerySet[Any], names: str, **renamed: str) -> ArraySubquery:
    fields = {name: F(name) for name in names.split()} | {name: F(path) for name, path in renamed.items()}
    return ArraySubquery(rows.values(child=JSONObject(**fields)))


def _dated(children: list[Child]) -> list[Child]:
    for child in children:
        for name in _DATES:
            if child.get(name):
                child[name] = date.fromisoformat(child[name])
    return children


def _visible_names(actor: Actor, ids: list[int | None]) -> dict[int, Child]:
    """Key, name, stage and status of the initiatives among `ids` that the actor may see; always one statement."""
    rows: QuerySet[Any] = Initiative.objects.visible_to(actor).filter(pk__in=[pk for pk in ids if pk] or [0])
    return {row["id"]: row for row in rows.values("id", "key", "name", "status", "stage__name")}


def _named(child: Child, name: str, named: dict[int, Child]) -> Child:
    return child | {"initiative": named.get(child[name]) if child[name] else None}
