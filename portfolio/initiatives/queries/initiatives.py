"""Hot reads as plain rows: the table, the board and the API never build model instances for a list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Exists, F, FloatField, Model, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, JSONObject

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit, User
from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import (
    Closure,
    Dependency,
    FunctionSlot,
    Initiative,
    InitiativeDate,
    Programme,
    Register,
    RegisterRow,
    RiskStanding,
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


def name_of(model: type[Model], column: str, name: str = "name") -> Subquery:
    """The name of a row that `column` points at, read for the rows of the page alone.

    Not a join: planning a star of eight tables takes PostgreSQL ten times as long as the whole list.
    """
    return Subquery(model._default_manager.filter(pk=OuterRef(column)).order_by().values(name)[:1])


LEVEL = 0.8  # of the interval of a risk figure
RISK_FIELDS = ("value", "low", "high", "months", "band", "counts", "resolved", "drivers", "on", "version")
# For the rows of the page alone, as name_of: joined, all ten thousand figures are looked up to show fifty (docs/performance.md).
_JSON = JSONObject(level=Value(LEVEL, output_field=FloatField()), **{name: F(name) for name in RISK_FIELDS})
RISK = Subquery(RiskStanding.objects.filter(initiative=OuterRef("pk")).order_by().values(figure=_JSON)[:1])


def risk_of(standing: RiskStanding | None) -> dict[str, Any] | None:
    """The same of a row that is read whole."""
    if standing is None:
        return None
    return {"level": LEVEL} | {name: getattr(standing, name) for name in RISK_FIELDS}


JOINED_COLUMNS: dict[str, Any] = {
    "unit_name": F("unit__name"),
    "stage_key": F("stage__key"),
    "stage_name": F("stage__name"),
    "stage_position": F("stage__position"),
    "stage_kind": F("stage__kind"),
    "lifecycle_key": F("lifecycle__key"),
    "owner_label": Coalesce(name_of(User, "owner"), F("owner_name")),
    "sponsor_label": Coalesce(name_of(User, "sponsor"), F("sponsor_name")),
    "programme_name": name_of(Programme, "programme"),
    "register_name": name_of(Register, "register"),
    "missing": Case(When(missing_since__isnull=True, then=Value(False)), default=Value(True)),
    "risk": RISK,
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
    "risk": "risk_standing__value",
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
    visible = Initiative.objects.visible_to(actor)
    # Names of other units' initiatives must not show through a dependency or a merger.
    needs = Dependency.objects.select_related("on").annotate(on_visible=Exists(visible.filter(pk=OuterRef("on"))))
    closures = Closure.objects.select_related("stage", "merged_into").annotate(
        merged_into_visible=Exists(visible.filter(pk=OuterRef("merged_into")))
    )
    return (
        with_money(visible, actor)
        .select_related(
            "unit", "programme", "lifecycle", "stage", "owner", "sponsor", "register", "missing_since", "risk_standing"
        )
        .prefetch_related(
            "tags",
            "lifecycle__stages",
            "external_ids",
            "links",
            "milestones",
            Prefetch("functions", FunctionSlot.objects.select_related("person").order_by("function")),
            Prefetch("dates", InitiativeDate.objects.order_by("kind")),
            Prefetch("stage_entries", StageEntry.objects.select_related("stage").order_by("-current", "-id")),
            Prefetch("closures", closures.order_by("-id")),
            Prefetch("dependencies", needs.order_by("id")),
            Prefetch(
                "dependents",
                Dependency.objects.filter(initiative__in=visible).select_related("initiative").order_by("id"),
            ),
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
