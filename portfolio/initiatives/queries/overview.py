"""One initiative with everything its page shows, in one statement: children come as arrays of JSON objects."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
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
_PLACE = -7_777_777_777  # no id, so it is found again among the parameters
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
        .filter(pk=pk)
        .first()
    )
    if row is None:
        return None
    found = _hanging_on(pk)
    for name in _names():
        setattr(row, name, found[name])
    dependencies, dependents = found["of_dependencies"], found["of_dependents"]
    named = _visible_names(actor, [*(d["on_id"] for d in dependencies), *(d["other"] for d in dependents)])
    return Overview(
        initiative=row, tags=found["of_tags"], stages=found["of_stages"], external_ids=found["of_external_ids"],
        links=found["of_links"], milestones=_dated(found["of_milestones"]), functions=found["of_functions"],
        dates=_dated(found["of_dates"]), stays=_dated(found["of_stays"]), closures=_dated(found["of_closures"]),
        dependencies=[_named(d, "on_id", named) for d in dependencies], unread=found["of_unread"],
        dependents=[d for child in dependents if (d := _named(child, "other", named))["initiative"]],
    )  # fmt: skip


def _hanging_on(pk: int) -> dict[str, Any]:
    """Every child and name of one initiative, by annotation."""
    text, params, columns = _statement()
    with connection.cursor() as cursor:
        cursor.execute(text, [pk if param == _PLACE else param for param in params])
        values = cursor.fetchone()
    found = dict(zip(columns, values, strict=True))
    plain = ("of_tags", "of_unread", *_names())
    return {name: value if name in plain else [json.loads(item) for item in value] for name, value in found.items()}


@cache
def _statement() -> tuple[str, tuple[Any, ...], tuple[str, ...]]:
    """SQL, parameters (the id stands at _PLACE) and columns of what hangs on an initiative.

    Built once in a process: putting its dozen subqueries together costs several times what PostgreSQL takes for them.
    """
    rows = Initiative.objects.annotate(**_children(), **_names()).filter(pk=_PLACE).order_by()
    columns = (*_children(), *_names())
    text, params = rows.values_list(*columns).query.sql_with_params()
    return text, tuple(params), columns


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
