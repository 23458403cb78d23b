"""One filterset for the table, the board, the Portfolio page, exports and the API: the same words everywhere."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import django_filters
from django.contrib.postgres.search import SearchQuery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import (
    CLOSURE_LABELS,
    RISK_LABELS,
    RISK_NONE,
    VENUE_LABELS,
    Answer,
    ClosureKind,
    ProcurementRoute,
    Rag,
    RiskBand,
    StageKind,
    Status,
    Venue,
    choices_of,
)
from portfolio.initiatives.models import Closure, ExternalId, Initiative

UNKNOWN = "unknown"
MAX_TEXT = 200
_HALF = Decimal("0.5")
_KEY = re.compile(r"^\s*AI-\d+\s*$", re.IGNORECASE)
_VENUES = choices_of(Venue, VENUE_LABELS)


class InitiativeFilter(django_filters.FilterSet):
    """Filters over `Initiative.objects.visible_to(actor)`. Unknown is a value one can ask for, not an absence."""

    q = django_filters.CharFilter(method="by_text", label=_("Text or key"))
    unit = django_filters.NumberFilter(method="by_unit", label=_("Business unit with its sub-units"))
    stage = django_filters.CharFilter(method="by_stage", label=_("Stage (key, or unknown)"))
    stage_kind = django_filters.ChoiceFilter(
        field_name="stage__kind", choices=choices_of(StageKind), label=_("Before or in production")
    )
    lifecycle = django_filters.CharFilter(field_name="lifecycle__key", label=_("Lifecycle template"))
    status = django_filters.MultipleChoiceFilter(choices=choices_of(Status), label=_("Status"))
    closure = django_filters.MultipleChoiceFilter(
        choices=choices_of(ClosureKind, CLOSURE_LABELS), method="by_closure", label=_("Closure")
    )
    owner = django_filters.NumberFilter(field_name="owner", label=_("Owner"))
    sponsor = django_filters.NumberFilter(field_name="sponsor", label=_("Sponsor"))
    programme = django_filters.NumberFilter(field_name="programme", label=_("Programme"))
    venue = django_filters.ChoiceFilter(method="by_venue", choices=_VENUES, label=_("Venue of any function"))
    venue_storage = django_filters.ChoiceFilter(choices=_VENUES, label=_("Venue of storage"))
    venue_training = django_filters.ChoiceFilter(choices=_VENUES, label=_("Venue of training"))
    venue_inference = django_filters.ChoiceFilter(choices=_VENUES, label=_("Venue of inference"))
    containerised = django_filters.ChoiceFilter(choices=choices_of(Answer), label=_("Containerised"))
    procurement_route = django_filters.ChoiceFilter(choices=choices_of(ProcurementRoute), label=_("Procurement route"))
    rag = django_filters.ChoiceFilter(choices=choices_of(Rag)[:-1], label=_("Status note"))
    tag = django_filters.CharFilter(field_name="tags__name", lookup_expr="iexact", label=_("Tag"))
    register = django_filters.NumberFilter(field_name="register", label=_("Register"))
    missing = django_filters.BooleanFilter(
        field_name="missing_since", lookup_expr="isnull", exclude=True, label=_("Not in the latest import")
    )
    risk = django_filters.ChoiceFilter(
        choices=[*choices_of(RiskBand, RISK_LABELS), (RISK_NONE, _("No figure"))], method="by_risk",
        label=_("Likely abandoned, against the average"),
    )  # fmt: skip
    risk_min = django_filters.NumberFilter(
        method="by_risk_min", min_value=0, max_value=100, decimal_places=0, label=_("Likely abandoned, at least % (whole)")
    )
    risk_max = django_filters.NumberFilter(
        method="by_risk_max", min_value=0, max_value=100, decimal_places=0, label=_("Likely abandoned, at most % (whole)")
    )
    external_id = django_filters.CharFilter(method="by_external_id", label=_("External id (system:id, or id)"))
    updated_after = django_filters.IsoDateTimeFilter(field_name="updated_at", lookup_expr="gte", label=_("Changed since"))

    class Meta:
        model = Initiative
        fields: tuple[str, ...] = ()

    def by_text(self, rows: QuerySet[Initiative], _name: str, value: str) -> QuerySet[Initiative]:
        """A key finds that initiative; words search name, topic, purpose, tags, people and comments."""
        text = value.replace("\x00", "")[:MAX_TEXT]
        if _KEY.match(text):
            return rows.filter(key=text.strip().upper())
        return rows.filter(search=SearchQuery(text, config="english", search_type="websearch"))

    def by_unit(self, rows: QuerySet[Initiative], _name: str, value: Any) -> QuerySet[Initiative]:
        path = BusinessUnit.objects.filter(pk=int(value)).values("path")[:1]
        inside = BusinessUnit.objects.filter(path__startswith=path)
        return rows.filter(unit__in=inside)

    def by_stage(self, rows: QuerySet[Initiative], _name: str, value: str) -> QuerySet[Initiative]:
        if value == UNKNOWN:
            return rows.filter(stage=None)
        return rows.filter(stage__key__in=value.split(","))

    def by_closure(self, rows: QuerySet[Initiative], _name: str, value: list[str]) -> QuerySet[Initiative]:
        if not value:
            return rows
        standing = Closure.objects.filter(initiative=OuterRef("pk"), reopened_at=None, kind__in=value)
        return rows.filter(Exists(standing))

    def by_venue(self, rows: QuerySet[Initiative], _name: str, value: str) -> QuerySet[Initiative]:
        return rows.filter(Q(venue_storage=value) | Q(venue_training=value) | Q(venue_inference=value))

    def by_risk(self, rows: QuerySet[Initiative], _name: str, value: str) -> QuerySet[Initiative]:
        return rows.filter(risk_standing__isnull=True) if value == RISK_NONE else rows.filter(risk_standing__band=value)

    def by_risk_min(self, rows: QuerySet[Initiative], _name: str, value: Decimal) -> QuerySet[Initiative]:
        """Bounds hold for the figure as it is printed, in whole percent."""
        return rows.filter(risk_standing__value__gte=(value - _HALF) / 100)

    def by_risk_max(self, rows: QuerySet[Initiative], _name: str, value: Decimal) -> QuerySet[Initiative]:
        return rows.filter(risk_standing__value__lt=(value + _HALF) / 100)

    def by_external_id(self, rows: QuerySet[Initiative], _name: str, value: str) -> QuerySet[Initiative]:
        """`system:id` where the system is known, else the id in any system."""
        system, colon, rest = value.partition(":")
        wanted = Q(value=value) | (Q(system=system, value=rest) if colon else Q(pk__in=()))
        return rows.filter(Exists(ExternalId.objects.filter(wanted, initiative=OuterRef("pk"))))
