"""What goes in and out of the API of silos."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from portfolio.initiatives.choices import choices_of
from readiness.silos.choices import (
    KIND_LABELS,
    PROPOSAL_LABELS,
    STATE_LABELS,
    STEP_LABELS,
    FindingKind,
    FindingState,
    FindingStep,
    ProofTable,
    Proposal,
)
from readiness.workloads.api.shapes import Shape, Strict

Amount: Any = serializers.DecimalField


class FindingRow(Shape):
    """A finding. `whole`: you hold every unit of it; else the fields that tell of others are null and `own_rows`, `own_amount`
    are yours. Amounts are null where `money_hidden`, and where nobody knows them."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices_of(FindingKind, KIND_LABELS))
    title = serializers.CharField()
    state = serializers.ChoiceField(choices_of(FindingState, STATE_LABELS))
    current = serializers.BooleanField(help_text="found by the last run")
    capability = serializers.CharField(allow_null=True, help_text="key; null: unknown, or several")
    units = serializers.ListField(child=serializers.CharField(), help_text="names of the units that you hold")
    whole = serializers.BooleanField()
    vendor_id = serializers.IntegerField(allow_null=True)
    vendor = serializers.CharField(allow_null=True)
    rows = serializers.IntegerField(allow_null=True)
    money_hidden = serializers.BooleanField()
    amount = serializers.DecimalField(20, 2, allow_null=True)
    amount_is_at_least = serializers.BooleanField(allow_null=True, help_text="some of its amounts are unknown")
    currency = serializers.CharField(allow_null=True)
    own_rows = serializers.IntegerField(allow_null=True)
    own_amount = serializers.DecimalField(
        20, 2, allow_null=True, help_text="null where fewer than two amounts show and others of your rows are hidden"
    )
    proposal = serializers.ChoiceField(choices_of(Proposal, PROPOSAL_LABELS))
    saving_low = serializers.DecimalField(20, 2, allow_null=True, help_text="a year")
    saving_high = serializers.DecimalField(20, 2, allow_null=True)
    assumptions = serializers.ListField(child=serializers.CharField(), allow_null=True)
    act_by = serializers.DateField(allow_null=True)
    owner_id = serializers.IntegerField(allow_null=True)
    owner = serializers.CharField(allow_null=True)
    reason = serializers.CharField(allow_null=True)
    found_at = serializers.DateTimeField()
    seen_on = serializers.DateField()
    version = serializers.IntegerField()


class ProofRow(Shape):
    """A row that proves it; `row_id` is its id in `table`."""

    table = serializers.ChoiceField(choices_of(ProofTable))
    row_id = serializers.IntegerField()
    name = serializers.CharField(allow_blank=True)
    unit_id = serializers.IntegerField(allow_null=True)
    unit = serializers.CharField(allow_null=True)
    amount = serializers.DecimalField(20, 2, allow_null=True)
    amount_hidden = serializers.BooleanField()


class StepRow(Shape):
    """A step of its history; `by` is empty for a run of the detection."""

    step = serializers.ChoiceField(choices_of(FindingStep, STEP_LABELS))
    at = serializers.DateTimeField()
    by = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)
    amount = serializers.DecimalField(20, 2, allow_null=True)


class FindingDetail(FindingRow):
    """With its proof (the first 200 visible rows) and history; `others`: rows of units that you do not hold."""

    proof = ProofRow(many=True)
    others = serializers.BooleanField()
    history = StepRow(many=True)


class JudgeInput(Strict):
    """What becomes of it. `reason` is needed to dismiss."""

    state = serializers.ChoiceField(choices_of(FindingState, STATE_LABELS))
    reason = serializers.CharField(required=False, allow_blank=True, max_length=2000, default="")


class MapCell(Shape):
    """Running purchases of a unit (with what is below it; of the root alone where `unit` is the root) in a capability."""

    unit_id = serializers.IntegerField(allow_null=True)
    unit = serializers.CharField()
    capability = serializers.CharField(allow_blank=True, help_text="empty: unknown")
    purchases = serializers.IntegerField()
    in_plan = serializers.IntegerField()
    out_of_plan = serializers.IntegerField()
    plan_unknown = serializers.IntegerField()
    amount = serializers.DecimalField(
        20, 2, allow_null=True, help_text="null where none is known, or you may see one of several at most"
    )
    currency = serializers.CharField(allow_blank=True)
    amounts_unknown = serializers.IntegerField()


class MapPlan(Shape):
    """Shares of the whole; the range counts the unknown out at its low end and in at its high end."""

    in_plan = serializers.IntegerField()
    out_of_plan = serializers.IntegerField()
    unknown = serializers.IntegerField()
    outside_low = serializers.FloatField(allow_null=True)
    outside_high = serializers.FloatField(allow_null=True)


class MapScatter(Shape):
    """1 minus the sum of squared shares, over units and over vendor families; by amount where two amounts are known."""

    capability = serializers.CharField(allow_blank=True)
    units = serializers.IntegerField()
    vendors = serializers.IntegerField()
    by_unit = serializers.FloatField()
    by_vendor = serializers.FloatField()
    by_amount = serializers.BooleanField()


class MapAnswer(Shape):
    unit_id = serializers.IntegerField(allow_null=True)
    unit = serializers.CharField(allow_null=True)
    cells = MapCell(many=True)
    plan = MapPlan()
    fragmentation = MapScatter(many=True)
