"""The filters over requirements with what would decide them."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import choices_of
from readiness.evidence.choices import Verdict
from readiness.evidence.rules.missing import Missing, Who
from readiness.workloads.choices import Metric
from readiness.workloads.models import Requirement

OPEN = (Verdict.NOT_MET, Verdict.STALE, Verdict.UNKNOWN, Verdict.WARNING)


class MissingFilter(django_filters.FilterSet):
    """Over `queries.judged.with_verdict(...)`; without a verdict asked for, those that are open."""

    q = django_filters.CharFilter(method="by_text", max_length=200, label=_("Workload, initiative or key"))
    verdict = django_filters.MultipleChoiceFilter(choices=choices_of(Verdict), label=_("Verdict"), distinct=False)
    who = django_filters.ChoiceFilter(choices=choices_of(Who), method="by_entry", label=_("Who could supply it"))
    what = django_filters.ChoiceFilter(choices=choices_of(Missing), method="by_entry", label=_("What is missing"))
    unit = django_filters.NumberFilter(
        method="by_unit", min_value=0, max_value=2**62, label=_("Business unit with its sub-units")
    )
    metric = django_filters.ChoiceFilter(choices=choices_of(Metric), label=_("Metric"))
    initiative = django_filters.NumberFilter(min_value=0, max_value=2**62, label=_("Initiative"))
    workload = django_filters.NumberFilter(min_value=0, max_value=2**62, label=_("Workload"))

    class Meta:
        model = Requirement
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: QuerySet[Requirement]) -> QuerySet[Requirement]:
        rows: QuerySet[Requirement] = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("verdict") else rows.filter(Q(verdict__in=OPEN))

    def by_text(self, rows: QuerySet[Requirement], _name: str, value: str) -> QuerySet[Requirement]:
        text = value.replace("\x00", "").strip()
        of_initiative = Q(initiative__name__icontains=text) | Q(initiative__key__iexact=text)
        return rows.filter(Q(workload__name__icontains=text) | of_initiative)

    def by_entry(self, rows: QuerySet[Requirement], name: str, value: str) -> QuerySet[Requirement]:
        return rows.filter(standing__current__missing__contains=[{"code" if name == "what" else "who": value}])

    def by_unit(self, rows: QuerySet[Requirement], _name: str, value: int) -> QuerySet[Requirement]:
        path = BusinessUnit.objects.filter(pk=int(value)).values("path")[:1]
        return rows.filter(initiative__unit__path__startswith=path)
