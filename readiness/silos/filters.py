"""One filterset for the list of findings, its exports and its API. Hidden parts are never found by: a vendor, an owner or a
unit narrows only what the reader sees of it."""

from __future__ import annotations

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import choices_of
from portfolio.kit.scope import within
from readiness.silos.choices import (
    KIND_LABELS,
    PROPOSAL_LABELS,
    STATE_LABELS,
    FindingKind,
    FindingState,
    FindingStep,
    Proposal,
)
from readiness.silos.models import Finding
from readiness.silos.models import FindingStep as Step
from readiness.silos.queries.findings import of_initiative, whole_to

MOST = 2**62
SEEN = (("now", _("found by the last run")), ("gone", _("no longer found")), ("all", _("either")))


class FindingFilter(django_filters.FilterSet):
    """Filters over `Finding.objects.visible_to(actor)`; what is no longer found shows only when asked for."""

    kind = django_filters.ChoiceFilter(choices=choices_of(FindingKind, KIND_LABELS), label=_("Kind"))
    state = django_filters.ChoiceFilter(choices=choices_of(FindingState, STATE_LABELS), label=_("State"))
    proposal = django_filters.ChoiceFilter(choices=choices_of(Proposal, PROPOSAL_LABELS), label=_("Proposal"))
    capability = django_filters.CharFilter(method="by_capability", max_length=60, label=_("Capability"))
    unit = django_filters.NumberFilter(method="by_unit", min_value=0, max_value=MOST, label=_("Business unit with its sub-units"))
    vendor = django_filters.NumberFilter(method="by_vendor", min_value=0, max_value=MOST, label=_("Vendor"))
    owner = django_filters.NumberFilter(method="by_owner", min_value=0, max_value=MOST, label=_("Looked after by"))
    initiative = django_filters.NumberFilter(method="by_initiative", min_value=0, max_value=MOST, label=_("Initiative"))
    run = django_filters.NumberFilter(method="by_run", min_value=0, max_value=MOST, label=_("Opened by the run"))
    seen = django_filters.ChoiceFilter(choices=SEEN, method="by_seen", label=_("Found"))

    class Meta:
        model = Finding
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: QuerySet[Finding]) -> QuerySet[Finding]:
        rows: QuerySet[Finding] = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("seen") else rows.filter(current=True)

    def by_capability(self, rows: QuerySet[Finding], _name: str, value: str) -> QuerySet[Finding]:
        return rows.filter(capability=None) if value == "unknown" else rows.filter(capability__key=value)

    def by_unit(self, rows: QuerySet[Finding], _name: str, value: int) -> QuerySet[Finding]:
        """Findings with a unit at or below this one, among the units that the reader holds."""
        held = BusinessUnit.objects.filter(within("path", self.request.actor.paths(Action.VIEW)))
        path = held.filter(pk=int(value)).values("path")[:1]
        links = Finding.units.through.objects.filter(finding=OuterRef("pk"), businessunit__path__startswith=path)
        return rows.filter(Exists(links))

    def by_vendor(self, rows: QuerySet[Finding], _name: str, value: int) -> QuerySet[Finding]:
        return rows.filter(whole_to(self.request.actor), vendor=int(value))

    def by_owner(self, rows: QuerySet[Finding], _name: str, value: int) -> QuerySet[Finding]:
        return rows.filter(whole_to(self.request.actor), owner=int(value))

    def by_initiative(self, rows: QuerySet[Finding], _name: str, value: int) -> QuerySet[Finding]:
        return rows.filter(pk__in=of_initiative(self.request.actor, int(value)).values("pk"))

    def by_run(self, rows: QuerySet[Finding], _name: str, value: int) -> QuerySet[Finding]:
        news = (FindingStep.OPENED, FindingStep.REOPENED, FindingStep.RETURNED)
        return rows.filter(Exists(Step.objects.filter(finding=OuterRef("pk"), detection=int(value), step__in=news)))

    def by_seen(self, rows: QuerySet[Finding], _name: str, value: str) -> QuerySet[Finding]:
        return rows if value == "all" else rows.filter(current=value == "now")
