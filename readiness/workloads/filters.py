"""One filterset a list for its page, exports and API: the same words everywhere. Here those of pools and workloads."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import VENUE_LABELS, Status, Venue, choices_of
from portfolio.initiatives.models import Initiative
from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.workloads.choices import Experience, PoolKind
from readiness.workloads.models import CapacityPool, Workload


class PoolFilter(django_filters.FilterSet):
    """Filters over `CapacityPool.objects.visible_to(actor)`. An unknown venue or size is a value one can ask for."""

    q = django_filters.CharFilter(field_name="name", lookup_expr="icontains", max_length=200, label=_("Name"))
    kind = django_filters.ChoiceFilter(choices=choices_of(PoolKind), label=_("Kind"))
    venue = django_filters.ChoiceFilter(choices=choices_of(Venue, VENUE_LABELS), label=_("Venue"))
    accelerator = django_filters.CharFilter(field_name="accelerator__key", max_length=60, label=_("Accelerator (key)"))
    unit = django_filters.NumberFilter(
        method="by_unit", min_value=0, max_value=2**62, label=_("Business unit with its sub-units")
    )
    size_known = django_filters.BooleanFilter(field_name="size", lookup_expr="isnull", exclude=True, label=_("Its size is known"))

    class Meta:
        model = CapacityPool
        fields: tuple[str, ...] = ()

    def by_unit(self, rows: QuerySet[CapacityPool], _name: str, value: int) -> QuerySet[CapacityPool]:
        path = BusinessUnit.objects.filter(pk=int(value)).values("path")[:1]
        return rows.filter(unit__path__startswith=path)


class WorkloadFilter(django_filters.FilterSet):
    """Filters over workloads in use that the actor of `request` may see."""

    q = django_filters.CharFilter(method="by_text", max_length=200, label=_("Name, initiative or key"))
    initiative = django_filters.NumberFilter(
        method="by_initiative", min_value=0, max_value=2**62, label=_("Initiative, shared platforms that serve it among them")
    )
    unit = django_filters.NumberFilter(
        method="by_unit", min_value=0, max_value=2**62, label=_("Business unit with its sub-units")
    )
    task = django_filters.ChoiceFilter(choices=choices_of(Task), label=_("What the model does"))
    workload_class = django_filters.ChoiceFilter(choices=choices_of(WorkloadClass), label=_("Class"))
    experience = django_filters.ChoiceFilter(choices=choices_of(Experience), label=_("Experience"))
    initiatives = django_filters.ChoiceFilter(
        choices=(("running", _("running")), ("closed", _("closed"))), method="by_status", label=_("Initiatives")
    )

    class Meta:
        model = Workload
        fields: tuple[str, ...] = ()

    def by_text(self, rows: QuerySet[Workload], _name: str, value: str) -> QuerySet[Workload]:
        text = value.replace("\x00", "").strip()
        of_initiative = Q(initiative__name__icontains=text) | Q(initiative__key__iexact=text)
        return rows.filter(Q(name__icontains=text) | of_initiative)

    def by_status(self, rows: QuerySet[Workload], _name: str, value: str) -> QuerySet[Workload]:
        closed = Q(initiative__status=Status.CLOSED)
        return rows.filter(closed if value == "closed" else ~closed)

    def by_initiative(self, rows: QuerySet[Workload], _name: str, value: int) -> QuerySet[Workload]:
        """Whom a workload serves besides is told of visible initiatives alone, so it is not found by a hidden one's id."""
        seen = Initiative.objects.visible_to(self.request.actor).filter(pk=int(value))
        serving = Workload.serves.through.objects.filter(initiative__in=seen).values("workload")
        return rows.filter(Q(initiative=int(value)) | Q(pk__in=serving))

    def by_unit(self, rows: QuerySet[Workload], _name: str, value: int) -> QuerySet[Workload]:
        path = BusinessUnit.objects.filter(pk=int(value)).values("path")[:1]
        return rows.filter(initiative__unit__path__startswith=path)
