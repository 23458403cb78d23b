"""Parts that several answers share."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from portfolio.initiatives.choices import RISK_LABELS, RiskBand, choices_of
from readiness.evidence.choices import Verdict
from readiness.gates.choices import OUTCOME_LABELS, CriterionDimension, CriterionKind, Outcome

Shape = serializers.Serializer[dict[str, Any]]
OUTCOMES = choices_of(Outcome, OUTCOME_LABELS)
VERDICTS = choices_of(Verdict)


class Strict(Shape):
    """An input whose unknown members are an error: a misspelt one must not quietly change nothing."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            raise serializers.ValidationError({key: ["There is no such field."] for key in sorted(map(str, unknown))})
        return super().to_internal_value(data)


class AboutShape(Shape):
    """Of which initiative."""

    initiative_id = serializers.IntegerField()
    initiative_key = serializers.CharField()
    initiative_name = serializers.CharField()
    unit_id = serializers.IntegerField()
    unit_name = serializers.CharField()


class FrozenRisk(Shape):
    """How likely it is abandoned before production within `months` months, with its 80 % interval. Ratios are texts of four
    places, as the record keeps them.
    """

    value = serializers.CharField(help_text="a ratio")
    low = serializers.CharField()
    high = serializers.CharField()
    months = serializers.IntegerField(help_text="the horizon")
    band = serializers.ChoiceField(choices_of(RiskBand, RISK_LABELS))
    counts = serializers.BooleanField(help_text="false: drivers are opinions and do not move the figure")
    resolved = serializers.IntegerField(help_text="ended initiatives that it was learned from; 0: reference class only")
    drivers = serializers.ListField(child=serializers.CharField(), help_text="keys of up to three that push it up most")
    on = serializers.DateField()
    version = serializers.CharField(help_text="of the model")
    generation = serializers.IntegerField(help_text="of the scoring")
    digest = serializers.CharField(help_text="of the inputs of that scoring")


class CauseShape(Shape):
    """`keys` are those of criteria; of dependencies and conditions their ids as texts."""

    cause = serializers.CharField(help_text="code")
    keys = serializers.ListField(child=serializers.CharField())


class GateScore(Shape):
    """Of should-meet criteria, 0..1; what nobody knows counts 0 at the low end and 1 at the high end."""

    low = serializers.FloatField()
    high = serializers.FloatField()


class RecommendationShape(Shape):
    """Computed. `rule` (1 Kill, 2 Recycle, 3 Hold, 4 Conditional Go, 5 Go) fired because of `because`."""

    outcome = serializers.ChoiceField(OUTCOMES)
    rule = serializers.IntegerField()
    by_rule = serializers.ChoiceField(OUTCOMES, help_text="what the rule gave before it was turned to Hold")
    because = CauseShape(many=True)
    score = GateScore()
    turned = serializers.ListField(child=serializers.CharField(), help_text="last_gate, open_conditions")
    open_conditions = serializers.ListField(child=serializers.IntegerField())


class CriterionShape(Shape):
    """A criterion with its verdict and what it stands on. Waived is waived, never met; unknown and stale are verdicts."""

    key = serializers.CharField()
    text = serializers.CharField()
    kind = serializers.ChoiceField(choices_of(CriterionKind))
    dimension = serializers.ChoiceField(choices_of(CriterionDimension))
    weight = serializers.FloatField()
    is_key = serializers.BooleanField()
    verdict = serializers.ChoiceField(VERDICTS)
    reason = serializers.CharField(help_text="code")
    impossible = serializers.BooleanField(help_text="not met, and by the template's declared rule it never can be")
    waiver = serializers.IntegerField(allow_null=True, help_text="id of the waiver in force over it")
    beneath = serializers.ChoiceField(VERDICTS, help_text="the verdict without the waiver")
    beneath_reason = serializers.CharField()
    figures = serializers.DictField(help_text="the figures that the reason speaks of")
    needs = serializers.ListField(child=serializers.DictField(), help_text="what would decide it, and who could supply it")
    cited = serializers.ListField(child=serializers.DictField(), help_text="the rows it stands on, with their digests")
    observed_at = serializers.DateTimeField(allow_null=True)


class GateDependency(Shape):
    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.CharField()
    ready = serializers.BooleanField(allow_null=True, help_text="null: nobody knows")


class DriftShape(Shape):
    """What moved since a decision. That time passes alone is told and is not material."""

    why = serializers.CharField(help_text="code")
    key = serializers.CharField(allow_blank=True, help_text="of a criterion, or the id of a dependency")
    figure = serializers.CharField(allow_blank=True)
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)
    material = serializers.BooleanField()
