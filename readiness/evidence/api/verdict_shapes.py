"""What comes out of verdicts."""

from __future__ import annotations

from rest_framework import serializers

from portfolio.initiatives.choices import choices_of
from readiness.evidence.api.shapes import Shape
from readiness.evidence.choices import Verdict
from readiness.workloads.choices import Comparator, Metric


class WantedShape(Shape):
    """The requirement as it was judged; its target and window in `unit`."""

    metric = serializers.ChoiceField(choices_of(Metric))
    comparator = serializers.ChoiceField(choices_of(Comparator))
    target = serializers.FloatField(allow_null=True, help_text="null: nobody knows it")
    unit = serializers.CharField()
    percentile = serializers.FloatField(allow_null=True)
    window_s = serializers.FloatField(allow_null=True)
    environment = serializers.DictField()
    max_age_days = serializers.IntegerField()


class JudgedShape(Shape):
    """Headroom is measured / required - 1, signed so that more is better; an end that is null has none."""

    verdict = serializers.ChoiceField(choices_of(Verdict))
    reason = serializers.CharField(help_text="code")
    wanted = WantedShape()
    headroom = serializers.FloatField(allow_null=True)
    headroom_low = serializers.FloatField(allow_null=True)
    headroom_high = serializers.FloatField(allow_null=True)
    evidence = serializers.DictField(allow_null=True, help_text="what decided; ids are null where you may not see what they name")
    others = serializers.ListField(child=serializers.DictField(), help_text="what else there is, and why it did not decide")
    capacity = serializers.DictField(allow_null=True, help_text="what was counted on")
    missing = serializers.ListField(child=serializers.DictField(), help_text="what would decide it, and who could supply it")
    judged_at = serializers.DateTimeField(allow_null=True, help_text="null: nobody judged it yet")


class VerdictShape(JudgedShape):
    """What a requirement is judged now."""

    requirement_id = serializers.IntegerField()
    workload_id = serializers.IntegerField()
    workload_name = serializers.CharField()
    initiative_id = serializers.IntegerField()
    initiative_key = serializers.CharField()
    initiative_name = serializers.CharField()
    unit_id = serializers.IntegerField()
    unit_name = serializers.CharField()
    since = serializers.DateTimeField(allow_null=True, help_text="when this verdict was first given without another since")
    before = serializers.CharField(allow_blank=True, allow_null=True, help_text="the verdict before it")
    derived_from = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)


class PastVerdict(JudgedShape):
    """What it was judged, each time that the answer changed."""

    id = serializers.IntegerField()
    requirement_id = serializers.IntegerField()
    workload_id = serializers.IntegerField()
    observed_at = serializers.DateTimeField(allow_null=True)
    rules_version = serializers.CharField()


class MissingFacet(Shape):
    """How many open requirements lack a kind of thing (`by` what), could be decided by a kind of person (who), are of a unit."""

    by = serializers.ChoiceField(["what", "who", "unit"])
    key = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    requirements = serializers.IntegerField()
