"""Waivers, conditions, templates and gatekeepers."""

from __future__ import annotations

from rest_framework import serializers

from portfolio.initiatives.choices import choices_of
from readiness.gates.api.shapes.parts import AboutShape, Shape
from readiness.gates.api.shapes.reviews import FUNCTIONS
from readiness.gates.choices import ConditionState, ProofKind, TemplateState, WaiverState, WaiverStep


class WaiverRow(AboutShape):
    """Whether it is in force follows from the time: an active one that ran out is expired, whoever notices first."""

    id = serializers.IntegerField()
    gate = serializers.CharField()
    criterion = serializers.CharField()
    criterion_text = serializers.CharField()
    state = serializers.ChoiceField(choices_of(WaiverState))
    begins_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()


class WaiverEventShape(Shape):
    """A step; `reason`, `measure` and the times are set where it proposes or extends."""

    id = serializers.IntegerField()
    step = serializers.ChoiceField(choices_of(WaiverStep))
    by_id = serializers.IntegerField()
    by_name = serializers.CharField()
    at = serializers.DateTimeField()
    reason = serializers.CharField(allow_blank=True)
    measure = serializers.CharField(allow_blank=True)
    begins_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField(allow_blank=True)


class WaiverDetail(WaiverRow):
    reason = serializers.CharField()
    measure = serializers.CharField()
    extension = serializers.DateTimeField(allow_null=True, help_text="an expiry that is asked for and not decided")
    events = WaiverEventShape(many=True)


class ConditionRow(AboutShape):
    """What a Conditional Go asked for."""

    id = serializers.IntegerField()
    decision_id = serializers.IntegerField()
    review_id = serializers.IntegerField()
    gate = serializers.CharField()
    text = serializers.CharField()
    owner_id = serializers.IntegerField()
    owner_name = serializers.CharField()
    due = serializers.DateField()
    proof = serializers.ChoiceField(choices_of(ProofKind))
    ref = serializers.CharField(allow_blank=True, help_text="key of the criterion or id of the requirement that proves it")
    state = serializers.ChoiceField(choices_of(ConditionState), help_text="overdue from the day after it was due")
    set_at = serializers.DateTimeField()
    proven_at = serializers.DateTimeField(allow_null=True)
    proven_note = serializers.CharField(allow_null=True)
    proven_by = serializers.CharField(allow_null=True, help_text="null where evidence proved it")


class GateTemplateRow(Shape):
    """A version; once published it never changes."""

    id = serializers.IntegerField()
    key = serializers.CharField()
    version = serializers.IntegerField()
    name = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    lifecycle = serializers.CharField()
    state = serializers.ChoiceField(choices_of(TemplateState))
    is_default = serializers.BooleanField()
    digest = serializers.CharField()
    published_at = serializers.DateTimeField(allow_null=True)


class GateTemplateDetail(GateTemplateRow):
    """`Accept: application/yaml` answers the YAML alone."""

    content = serializers.DictField(help_text="thresholds, voting, waivers and the gates with their criteria, with defaults")


class GatekeeperRow(Shape):
    """Whoever sits at the gates of a unit and of those below it; without a unit at all gates."""

    id = serializers.IntegerField()
    person_id = serializers.IntegerField()
    person_name = serializers.CharField()
    unit_id = serializers.IntegerField(allow_null=True)
    unit_name = serializers.CharField(allow_null=True)
    functions = serializers.ListField(child=serializers.ChoiceField(FUNCTIONS))
    gates = serializers.ListField(child=serializers.CharField(), help_text="keys of gates; empty: all of them")
    chair = serializers.BooleanField()
