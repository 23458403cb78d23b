"""One filterset a list for its page, exports and API: the same words everywhere. None of them asks for an amount."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import VENUE_LABELS, Venue, choices_of
from portfolio.initiatives.models import Initiative
from portfolio.kit import clock
from portfolio.procurement.choices import LIVE, Ask, Function, InPlan, Kind, State
from portfolio.procurement.models import PlanItem, PriceTier, Purchase, PurchaseRequest, Vendor
from portfolio.procurement.queries.purchases import IN_PLAN

TERMS = (
    ("running", _("running")), ("ahead", _("yet to begin")), ("over", _("over")), ("open", _("no end known")),
)  # fmt: skip
MOST = 2**62


def _number(label: Any, **more: Any) -> django_filters.NumberFilter:
    return django_filters.NumberFilter(label=label, min_value=0, max_value=MOST, **more)


class _UnitFilter(django_filters.FilterSet):
    """What every list of this slice is narrowed by: a unit with those below it, and a capability ("unknown" is one)."""

    unit = _number(_("Business unit with its sub-units"), method="by_unit")
    capability = django_filters.CharFilter(method="by_capability", max_length=60, label=_("Capability"))

    def by_unit(self, rows: QuerySet[Any], _name: str, value: int) -> QuerySet[Any]:
        path = BusinessUnit.objects.filter(pk=int(value)).values("path")[:1]
        return rows.filter(unit__path__startswith=path)

    def by_capability(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return rows.filter(capability=None) if value == "unknown" else rows.filter(capability__key=value)

    def by_vendor(self, rows: QuerySet[Any], _name: str, value: int) -> QuerySet[Any]:
        """A vendor with those that belong to it."""
        return rows.filter(Q(vendor=int(value)) | Q(vendor__parent=int(value)))


class PurchaseFilter(_UnitFilter):
    """Filters over `Purchase.objects.visible_to(actor)`."""

    q = django_filters.CharFilter(method="by_text", max_length=200, label=_("Title, vendor or number"))
    vendor = _number(_("Vendor, those that belong to it among them"), method="by_vendor")
    kind = django_filters.ChoiceFilter(choices=choices_of(Kind), label=_("Kind"))
    venue = django_filters.ChoiceFilter(choices=choices_of(Venue, VENUE_LABELS), label=_("Venue"))
    function = django_filters.ChoiceFilter(choices=choices_of(Function), label=_("Function"))
    in_plan = django_filters.ChoiceFilter(choices=choices_of(InPlan), method="by_plan", label=_("In the IT plan"))
    state = django_filters.ChoiceFilter(choices=choices_of(State), label=_("State"))
    term = django_filters.ChoiceFilter(choices=TERMS, method="by_term", label=_("Term"))
    initiative = _number(_("Initiative that it serves"), method="by_initiative")
    plan_item = _number(_("Item of the IT plan"), field_name="plan_item")

    class Meta:
        model = Purchase
        fields: tuple[str, ...] = ()

    def by_text(self, rows: QuerySet[Purchase], _name: str, value: str) -> QuerySet[Purchase]:
        text = value.replace("\x00", "").strip()
        numbers = Q(order_number__icontains=text) | Q(contract_number__icontains=text)
        return rows.filter(Q(title__icontains=text) | Q(vendor_name__icontains=text) | Q(vendor__name__icontains=text) | numbers)

    def by_plan(self, rows: QuerySet[Purchase], _name: str, value: str) -> QuerySet[Purchase]:
        return rows.alias(_counts=IN_PLAN).filter(_counts=value)

    def by_term(self, rows: QuerySet[Purchase], _name: str, value: str) -> QuerySet[Purchase]:
        today = clock.today()
        over = Q(ends_on__lt=today) | ~Q(state__in=LIVE)
        terms = {
            "over": over, "ahead": Q(starts_on__gt=today) & ~over, "open": Q(ends_on=None) & ~over,
            "running": ~over & (Q(starts_on=None) | Q(starts_on__lte=today)),
        }  # fmt: skip
        return rows.filter(terms[value])

    def by_initiative(self, rows: QuerySet[Purchase], _name: str, value: int) -> QuerySet[Purchase]:
        """Of visible initiatives alone, so that no purchase is found by a hidden one's id."""
        seen = Initiative.objects.visible_to(self.request.actor).filter(pk=int(value))
        return rows.filter(shares__initiative__in=seen)


class RequestFilter(_UnitFilter):
    """Filters over `PurchaseRequest.objects.visible_to(actor)`."""

    q = django_filters.CharFilter(method="by_text", max_length=200, label=_("What is wanted"))
    state = django_filters.ChoiceFilter(choices=choices_of(Ask), label=_("State"))
    vendor = _number(_("Vendor, those that belong to it among them"), method="by_vendor")
    initiative = _number(_("Initiative"), method="by_initiative")

    class Meta:
        model = PurchaseRequest
        fields: tuple[str, ...] = ()

    def by_text(self, rows: QuerySet[PurchaseRequest], _name: str, value: str) -> QuerySet[PurchaseRequest]:
        text = value.replace("\x00", "").strip()
        return rows.filter(Q(title__icontains=text) | Q(note__icontains=text))

    def by_initiative(self, rows: QuerySet[PurchaseRequest], _name: str, value: int) -> QuerySet[PurchaseRequest]:
        seen = Initiative.objects.visible_to(self.request.actor).filter(pk=int(value))
        return rows.filter(initiative__in=seen)


class PlanFilter(_UnitFilter):
    """Filters over `PlanItem.objects.visible_to(actor)`."""

    q = django_filters.CharFilter(method="by_text", max_length=200, label=_("Name or code"))
    year = django_filters.NumberFilter(min_value=0, max_value=9999, label=_("Year"))

    class Meta:
        model = PlanItem
        fields: tuple[str, ...] = ()

    def by_text(self, rows: QuerySet[PlanItem], _name: str, value: str) -> QuerySet[PlanItem]:
        text = value.replace("\x00", "").strip()
        return rows.filter(Q(name__icontains=text) | Q(code__icontains=text))


class VendorFilter(django_filters.FilterSet):
    """Filters over `Vendor.objects.visible_to(actor)`."""

    q = django_filters.CharFilter(method="by_text", max_length=200, label=_("Name, or another name of it"))
    parent = _number(_("Belongs to"), field_name="parent")

    class Meta:
        model = Vendor
        fields: tuple[str, ...] = ()

    def by_text(self, rows: QuerySet[Vendor], _name: str, value: str) -> QuerySet[Vendor]:
        text = value.replace("\x00", "").strip()
        return rows.filter(Q(name__icontains=text) | Q(aliases__name__icontains=text)).distinct()


class TierFilter(django_filters.FilterSet):
    """Filters over `queries.vendors.visible_tiers(actor)`."""

    vendor = _number(_("Vendor, those that belong to it among them"), method="by_vendor")
    capability = django_filters.CharFilter(method="by_capability", max_length=60, label=_("Capability"))
    product = _number(_("Product"), field_name="product")
    on = django_filters.DateFilter(method="by_day", label=_("In force on this day"))

    class Meta:
        model = PriceTier
        fields: tuple[str, ...] = ()

    by_vendor, by_capability = _UnitFilter.by_vendor, _UnitFilter.by_capability

    def by_day(self, rows: QuerySet[PriceTier], _name: str, value: date) -> QuerySet[PriceTier]:
        return rows.filter(Q(ends_on=None) | Q(ends_on__gte=value), effective_on__lte=value)
