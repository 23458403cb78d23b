"""The verdict for tooling."""

from __future__ import annotations

from rest_framework import serializers

from portfolio.initiatives.choices import choices_of
from readiness.evidence.choices import Verdict
from readiness.gates.api.shapes.parts import OUTCOMES, DriftShape, RecommendationShape, Shape
from readiness.gates.choices import ConditionState, ReviewState
from readiness.gates.rules.passing import Why

ANSWERS = (Verdict.MET, Verdict.WARNING, Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.STALE)


class GateReason(Shape):
    code = serializers.ChoiceField(choices_of(Why))
    text = serializers.CharField()
    criterion = serializers.CharField(allow_null=True, help_text="key of the criterion that it is about")


class DecisionInEffect(Shape):
    id = serializers.IntegerField()
    outcome = serializers.ChoiceField(OUTCOMES)
    at = serializers.DateTimeField()
    by = serializers.CharField()
    review_id = serializers.IntegerField()
    round = serializers.IntegerField()
    hash = serializers.CharField(help_text="of its link in the chain")


class RunningReview(Shape):
    id = serializers.IntegerField()
    state = serializers.ChoiceField(choices_of(ReviewState))
    round = serializers.IntegerField()
    ready = serializers.BooleanField()
    scheduled_at = serializers.DateTimeField(allow_null=True)


class StandingCondition(Shape):
    id = serializers.IntegerField()
    text = serializers.CharField()
    owner = serializers.CharField()
    due = serializers.DateField()
    state = serializers.ChoiceField(choices_of(ConditionState))


class GateChange(DriftShape):
    text = serializers.CharField()


class GateVerdict(Shape):
    """Whether an initiative may pass a gate now. The same state gives the same bytes, which the ETag is of."""

    initiative = serializers.CharField(help_text="key")
    initiative_id = serializers.IntegerField()
    initiative_name = serializers.CharField()
    gate = serializers.CharField(help_text="key")
    gate_name = serializers.CharField()
    met = serializers.BooleanField(help_text="verdict is met or warning")
    verdict = serializers.ChoiceField([(one.value, one.value) for one in ANSWERS])
    reasons = GateReason(many=True)
    decision = DecisionInEffect(allow_null=True)
    recommendation = RecommendationShape(allow_null=True, help_text="as of now; it lets nothing pass")
    review = RunningReview(allow_null=True, help_text="the one that is not decided yet")
    conditions = StandingCondition(many=True, help_text="of the decision, open or overdue")
    expires_at = serializers.DateTimeField(
        allow_null=True, help_text="the next moment at which time alone may change this: evidence ages, a waiver or a day ends"
    )
    changed_since = GateChange(many=True)
    url = serializers.URLField(help_text="page for people")
