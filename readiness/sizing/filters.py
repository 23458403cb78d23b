"""Filters of the API's lists of options and measurements."""

from __future__ import annotations

import django_filters

from portfolio.initiatives.choices import choices_of
from readiness.sizing.choices import Approach
from readiness.sizing.models import Measurement, SizingOption


class OptionFilter(django_filters.FilterSet):
    """Over options that the actor may see."""

    workload = django_filters.NumberFilter(field_name="workload")
    initiative = django_filters.NumberFilter(field_name="initiative")
    chosen = django_filters.BooleanFilter()
    approach = django_filters.MultipleChoiceFilter(choices=choices_of(Approach))

    class Meta:
        model = SizingOption
        fields: tuple[str, ...] = ()


class MeasurementFilter(django_filters.FilterSet):
    """Over measurements that the actor may see; accelerators and models by key."""

    unit = django_filters.NumberFilter(field_name="unit")
    accelerator = django_filters.CharFilter(field_name="accelerator__key")
    model = django_filters.CharFilter(field_name="model__key")

    class Meta:
        model = Measurement
        fields: tuple[str, ...] = ()
