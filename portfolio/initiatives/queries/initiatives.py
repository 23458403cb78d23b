"""Hot reads as plain rows: the table, the board and the API never build model instances for a list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import (
    Closure,
    Dependency,
    FunctionSlot,
    Initiative,
    InitiativeDate,
    RegisterRow,
    StageEntry,
)
from portfolio.kit.scope import within

OWN_COLUMNS = (
    "id",
    "key",
    "name",
    "unit_id",
    "stage_since",
    "status",
    "rag",
    "owner_id",
    "sponsor_id",
    "topic",
    "impact_level",
    "venue_storage",
    "venue_training",
    "venue_inference",
    "containerised",
    "procurement_route",
    "created_at",
    "updated_at",
    "version",
)
JOINED_COLUMNS: dict[str, Any] = {
    "unit_name": F("unit__name"),
    "stage_key": F("stage__key"),
    "stage_name": F("stage__name"),
    "stage_position": F("stage__position"),
    "stage_kind": F("stage__kind"),
    "lifecycle_key": F("lifecycle__key"),
    "owner_label": Coalesce(F("owner__name"), F("owner_name")),
    "sponsor_label": Coalesce(F("sponsor__name"), F("sponsor_name")),
    "programme_name": F("programme__name"),
    "register_name": F("register__name"),
    "missing": Case(When(missing_since__isnull=True, then=Value(False)), default=Value(True)),
}
# what a person or tool may sort by -> column; "value" is the amount as far as the reader may see it
SORTABLE = {
    "key": "number",
    "name": "name",
    "unit": "unit__name",
    "stage": "stage__position",
    "stage_since": "stage_since",
    "status": "status",
    "owner": "owner_label",
    "updated": "updated_at",
    "value": "value",
}


def money_visible(actor: Actor) -> Q:
    """Rows whose amounts the actor may see: by role for the unit, or as owner or sponsor. An empty Q is every row."""
    by_role = within("unit__path", actor.paths(Action.MONEY))
    if not by_role or actor.user_id is None or actor.scopes is not None:
        return by_role
    return by_role | Q(owner=actor.user_id) | Q(sponsor=actor.user_id)


def with_money(rows: QuerySet[Initiative], actor: Actor) -> QuerySet[Initiative]:
    """Adds `value` and `currency`, empty where hidden, and `value_hidden`; filters and sorting use these alone."""
    seen = money_visible(actor)
    if not seen:
        return rows.annotate(value=F("expected_value"), currency=F("expected_value_currency"), value_hidden=Value(False))
    return rows.annotate(
        value=Case(When(seen, then=F("expected_value"))),
        currency=Case(When(seen, then=F("expected_value_currency")), default=Value("")),
        value_hidden=Case(When(seen, then=Value(False)), default=Value(True)),
    )


def list_rows(
    actor: Actor, rows: QuerySet[Initiative] | None = None, *, extra: Iterable[str] = ()
) -> QuerySet[Initiative, dict[str, Any]]:
    """Dict rows with OWN_COLUMNS, JOINED_COLUMNS, `tag_names`, `closure`, `value`, `currency`, `value_hidden`.

    One SQL statement. `rows` is an already filtered queryset of visible initiatives; `extra` names further own columns.
    """
    visible = Initiative.objects.visible_to(actor) if rows is None else rows
    closure = Closure.objects.filter(initiative=OuterRef("pk"), reopened_at=None).values("kind")[:1]
    tags = Initiative.tags.through.objects.filter(initiative=OuterRef("pk")).order_by("tag__name").values("tag__name")
    shown: QuerySet[Initiative, dict[str, Any]] = (
        with_money(visible, actor)
        .annotate(tag_names=ArraySubquery(tags), closure=Subquery(closure), **JOINED_COLUMNS)
        .values(*OWN_COLUMNS, *JOINED_COLUMNS, *extra, "tag_names", "closure", "value", "currency", "value_hidden")
    )
    return shown


def ordered(rows: QuerySet[Any, Any], sort: str) -> QuerySet[Any, Any]:
    """Sort by one of SORTABLE, `-` in front for descending; empty values last, ties by id. Unknown names: newest first."""
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    column = SORTABLE.get(name)
    if column is None:
        return rows.order_by("-id")
    expression = F(column).desc(nulls_last=True) if descending else F(column).asc(nulls_last=True)
    return rows.order_by(expression, "-id")


def detail(actor: Actor, pk: int) -> Initiative | None:
    """One initiative with everything its overview shows, in a constant number of statements; None if not visible.

    `value`, `currency` and `value_hidden` are set as in list_rows; read the amount from nowhere else.
    """
    return (
        with_money(Initiative.objects.visible_to(actor), actor)
        .select_related("unit", "programme", "lifecycle", "stage", "owner", "sponsor", "register", "missing_since")
        .prefetch_related(
            "tags",
            "lifecycle__stages",
            "external_ids",
            "links",
            "milestones",
            Prefetch("functions", FunctionSlot.objects.select_related("person").order_by("function")),
            Prefetch("dates", InitiativeDate.objects.order_by("kind")),
            Prefetch("stage_entries", StageEntry.objects.select_related("stage").order_by("-current", "-id")),
            Prefetch("closures", Closure.objects.select_related("stage", "merged_into").order_by("-id")),
            Prefetch("dependencies", Dependency.objects.select_related("on").order_by("id")),
            Prefetch("dependents", Dependency.objects.select_related("initiative").order_by("id")),
        )
        .filter(pk=pk)
        .first()
    )


def source_row(initiative: Initiative) -> RegisterRow | None:
    """What the register said, raw beside interpreted."""
    return RegisterRow.objects.select_related("run", "register").filter(initiative=initiative).first()


def unit_trail(unit: BusinessUnit) -> list[BusinessUnit]:
    """The unit and what it belongs to, outermost first; one statement."""
    ids = [int(part) for part in unit.path.strip("/").split("/")]
    return list(BusinessUnit.objects.filter(pk__in=ids).order_by("depth"))
