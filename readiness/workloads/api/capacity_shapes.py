"""What goes in and out of the API of capacity."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.queries import units_where
from portfolio.initiatives.choices import VENUE_LABELS, Venue, choices_of
from readiness.workloads.api.shapes import Shape, Strict
from readiness.workloads.choices import AllocationState, PoolKind
from readiness.workloads.models import Accelerator, Workload
from readiness.workloads.queries.capacity import offerable_units

VENUES = choices_of(Venue, VENUE_LABELS)


class PoolRow(Shape):
    """A pool today. `size`, `available`, `free` and `free_lowest` null: nobody knows its size. Cost is null where hidden.

    `offered`: it belongs to a unit that you hold no role for and is offered to you; its note is empty then.
    """

    id = serializers.IntegerField()
    name = serializers.CharField()
    unit_id = serializers.IntegerField()
    unit_name = serializers.CharField()
    offered_to_id = serializers.IntegerField(allow_null=True, help_text="null: only the people of its owner see it")
    offered_to_name = serializers.CharField(allow_null=True)
    offered = serializers.BooleanField()
    kind = serializers.ChoiceField(choices_of(PoolKind))
    accelerator_key = serializers.CharField(allow_null=True)
    accelerator_name = serializers.CharField(allow_null=True)
    venue = serializers.ChoiceField(VENUES)
    provider = serializers.CharField(allow_blank=True)
    size = serializers.FloatField(allow_null=True)
    committed = serializers.FloatField()
    ordered = serializers.FloatField()
    arrives_on = serializers.DateField(allow_null=True)
    available = serializers.FloatField(allow_null=True, help_text="size and what has arrived of what was ordered")
    allocated = serializers.FloatField()
    free = serializers.FloatField(allow_null=True)
    free_lowest = serializers.FloatField(allow_null=True, help_text="on the tightest day of the next 18 months")
    lowest_on = serializers.DateField(help_text="the first of the tightest days")
    queued = serializers.FloatField(help_text="asked for and not granted")
    queue = serializers.IntegerField(help_text="workloads that wait")
    lead_time_days = serializers.IntegerField(allow_null=True)
    cost_per_month = serializers.DecimalField(16, 2, allow_null=True)
    cost_currency = serializers.CharField(allow_blank=True)
    cost_hidden = serializers.BooleanField()
    note = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField()
    updated_at = serializers.DateTimeField()


class PoolInput(Strict):
    """What one may send; every field is optional in a PATCH. `size` null says that nobody knows it."""

    name = serializers.CharField(max_length=200)
    unit = serializers.PrimaryKeyRelatedField(queryset=BusinessUnit.objects.none())
    offered_to = serializers.PrimaryKeyRelatedField(
        queryset=BusinessUnit.objects.none(), required=False, allow_null=True,
        help_text="the people of this unit and of those below it see the pool, without cost and note, and may ask for it",
    )  # fmt: skip
    kind = serializers.ChoiceField(choices_of(PoolKind))
    accelerator = serializers.SlugRelatedField(
        slug_field="key", queryset=Accelerator.objects.all(), required=False, allow_null=True
    )  # fmt: skip
    venue = serializers.ChoiceField(VENUES, required=False)
    provider = serializers.CharField(max_length=120, required=False, allow_blank=True)
    size = serializers.FloatField(required=False, allow_null=True)
    committed = serializers.FloatField(required=False)
    ordered = serializers.FloatField(required=False)
    arrives_on = serializers.DateField(required=False, allow_null=True)
    lead_time_days = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=3660)
    cost_per_month = serializers.DecimalField(16, 2, required=False, allow_null=True)
    cost_currency = serializers.RegexField(r"^[A-Z]{3}$", required=False, allow_blank=True)
    note = serializers.CharField(max_length=5_000, required=False, allow_blank=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        if "actor" in self.context:
            actor, pool = self.context["actor"], self.context.get("pool")
            kept = BusinessUnit.objects.filter(offered_pools=pool) if pool else BusinessUnit.objects.none()
            fields["unit"].queryset = units_where(actor, Action.CAPACITY)  # type: ignore[attr-defined]
            fields["offered_to"].queryset = offerable_units(actor) | kept  # type: ignore[attr-defined]
        return fields


class AllocationRow(Shape):
    """A part of a pool. Whose it is is null where it belongs to a unit that you may not see (`seen` false)."""

    id = serializers.IntegerField()
    pool_id = serializers.IntegerField()
    quantity = serializers.FloatField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True, help_text="the last day; null: for good")
    state = serializers.ChoiceField(choices_of(AllocationState))
    note = serializers.CharField(allow_blank=True)
    asked_at = serializers.DateTimeField()
    asked_by_name = serializers.CharField(allow_null=True)
    workload_id = serializers.IntegerField(allow_null=True)
    workload_name = serializers.CharField(allow_null=True)
    initiative_id = serializers.IntegerField(allow_null=True)
    initiative_key = serializers.CharField(allow_null=True)
    initiative_name = serializers.CharField(allow_null=True)
    retired = serializers.BooleanField(allow_null=True, help_text="the workload is retired")
    seen = serializers.BooleanField()


class AllocationInput(Strict):
    workload = serializers.PrimaryKeyRelatedField(queryset=Workload.objects.none())
    quantity = serializers.FloatField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True, default=None)
    note = serializers.CharField(max_length=500, allow_blank=True, default="")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        if "actor" in self.context:
            rows = Workload.objects.visible_to(self.context["actor"]).select_related("initiative__unit")
            fields["workload"].queryset = rows  # type: ignore[attr-defined]
        return fields


class ReasonInput(Strict):
    reason = serializers.CharField(max_length=400)


class ReleaseInput(Strict):
    on = serializers.DateField(required=False, allow_null=True, help_text="a day to come on which it ends; else it ends now")


class OrderByRow(Shape):
    """A request that what is free does not cover. `order_by` null: nobody knows the lead time; `missing` null: the size."""

    pool_id = serializers.IntegerField()
    pool_name = serializers.CharField()
    kind = serializers.ChoiceField(choices_of(PoolKind))
    workload_id = serializers.IntegerField(allow_null=True)
    workload_name = serializers.CharField(allow_blank=True)
    initiative_id = serializers.IntegerField(allow_null=True)
    initiative_key = serializers.CharField(allow_blank=True)
    quantity = serializers.FloatField()
    missing = serializers.FloatField(allow_null=True)
    missing_from = serializers.DateField()
    missing_until = serializers.DateField(allow_null=True)
    needed_on = serializers.DateField()
    lead_time_days = serializers.IntegerField(allow_null=True)
    order_by = serializers.DateField(allow_null=True)
    late_days = serializers.IntegerField()
