"""One set of filters for the audit page, its exports and the API; and those of a person's notices."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.queries import units_where
from portfolio.activity import queries
from portfolio.activity.choices import ACTION_LABELS, KIND_LABELS, OBJECT_LABELS, THROUGH_LABELS
from portfolio.activity.models import AuditEntry, Notice

_DAY = {"type": "date", "class": "form-control"}


class TreeField(django_filters.fields.ModelChoiceField):
    """Units with the depth of the tree before their names."""

    def label_from_instance(self, obj: BusinessUnit) -> str:
        return f"{chr(0x2003) * obj.depth}{obj.name}"


class TreeFilter(django_filters.ModelChoiceFilter):
    field_class = TreeField


def audited_units(request: Any) -> QuerySet[BusinessUnit]:
    """Units whose trail the reader may see; none where nobody asks (the API's description)."""
    actor = getattr(request, "actor", None)
    return BusinessUnit.objects.none() if actor is None else units_where(actor, Action.AUDIT)


class AuditFilter(django_filters.FilterSet):
    """Filters over `queries.trail(actor)`."""

    q = django_filters.CharFilter(method="by_text", label=_("Text in the changes"))
    who = django_filters.CharFilter(field_name="actor", lookup_expr="icontains", label=_("Who"))
    kind = django_filters.MultipleChoiceFilter(
        field_name="object_type", choices=sorted(OBJECT_LABELS.items(), key=lambda pair: pair[1]), label=_("What")
    )
    action = django_filters.ChoiceFilter(choices=[(a.value, label) for a, label in ACTION_LABELS.items()], label=_("Done"))
    through = django_filters.ChoiceFilter(choices=list(THROUGH_LABELS.items()), label=_("Through"))
    unit = TreeFilter(queryset=audited_units, method="by_unit", label=_("Unit"))
    initiative = django_filters.CharFilter(method="by_initiative", label=_("Initiative (key)"))
    since = django_filters.DateFilter(field_name="at", lookup_expr="date__gte", label=_("From"), widget=forms.DateInput(_DAY))
    until = django_filters.DateFilter(field_name="at", lookup_expr="date__lte", label=_("To"), widget=forms.DateInput(_DAY))
    request_id = django_filters.CharFilter(field_name="request_id", lookup_expr="exact", label=_("Request id"))

    class Meta:
        model = AuditEntry
        fields: tuple[str, ...] = ()

    def by_text(self, entries: QuerySet[AuditEntry], _name: str, value: str) -> QuerySet[AuditEntry]:
        return queries.with_text(entries, value, self.request.actor)

    def by_unit(self, entries: QuerySet[AuditEntry], _name: str, value: BusinessUnit) -> QuerySet[AuditEntry]:
        return entries.filter(queries.in_units((value.path,)))

    def by_initiative(self, entries: QuerySet[AuditEntry], _name: str, value: str) -> QuerySet[AuditEntry]:
        number = queries.initiative_named(value)
        return entries.none() if number is None else entries.filter(initiative_id=number)


class NoticeFilter(django_filters.FilterSet):
    """Filters over `queries.notices(actor)`."""

    state = django_filters.ChoiceFilter(
        method="by_state", choices=[("unread", _("Unread")), ("read", _("Read"))], label=_("Read or not"), empty_label=_("all")
    )
    kind = django_filters.MultipleChoiceFilter(
        choices=[(kind.value, label) for kind, label in KIND_LABELS.items()], label=_("What")
    )

    class Meta:
        model = Notice
        fields: tuple[str, ...] = ()

    def by_state(self, notices: QuerySet[Notice], _name: str, value: str) -> QuerySet[Notice]:
        return notices.filter(read_at__isnull=value == "unread")
