"""What comes out where evidence is read: metrics, series, values, runs."""

from __future__ import annotations

from rest_framework import serializers

from portfolio.initiatives.choices import choices_of
from readiness.connectors.contract import Statistic
from readiness.connectors.metrics import Area, Better, Nature
from readiness.evidence.api.shapes import METRIC_CHOICES, DeclaredEnvironment, Shape, Strict
from readiness.evidence.choices import EvidenceKind, SourceKind

BOUNDS = ["exact", "at_least", "at_most", "between"]


class MetricShape(Shape):
    """A canonical metric; `units` are spellings that are converted into `unit`, and nothing else is."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    unit = serializers.CharField()
    units = serializers.ListField(child=serializers.CharField())
    better = serializers.ChoiceField(choices_of(Better))
    nature = serializers.ChoiceField(choices_of(Nature))
    area = serializers.ChoiceField(choices_of(Area))
    meaning = serializers.CharField()
    percentiles = serializers.BooleanField()
    of_percentile = serializers.CharField()
    of_window = serializers.CharField()
    money = serializers.BooleanField(help_text="shown to those who may see amounts")


class AboutShape(Shape):
    """Whose evidence it is. Null: there is none, or you may not see it."""

    source_id = serializers.IntegerField(allow_null=True)
    source_name = serializers.CharField(allow_null=True)
    source_kind = serializers.ChoiceField(choices_of(SourceKind))
    initiative_id = serializers.IntegerField(allow_null=True)
    initiative_key = serializers.CharField(allow_null=True)
    workload_id = serializers.IntegerField(allow_null=True)
    workload_name = serializers.CharField(allow_null=True)
    pool_id = serializers.IntegerField(allow_null=True)
    pool_name = serializers.CharField(allow_null=True)


class SeriesShape(AboutShape):
    """Values that can be compared: one source, subject, metric, statistic, percentile, window, labels and environment."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices_of(EvidenceKind))
    metric = serializers.ChoiceField(METRIC_CHOICES)
    unit = serializers.CharField(help_text="canonical, of every value")
    statistic = serializers.ChoiceField(choices_of(Statistic))
    percentile = serializers.FloatField(allow_null=True)
    window_s = serializers.FloatField(allow_null=True)
    labels = serializers.DictField(child=serializers.CharField())
    environment = DeclaredEnvironment()
    raw_name = serializers.CharField(allow_blank=True)
    raw_unit = serializers.CharField(allow_blank=True)


class LatestShape(SeriesShape):
    """The newest value of a series, sound and flawed ones apart. Where several came for that time, `low` and `high` differ."""

    observed_at = serializers.DateTimeField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    bound = serializers.ChoiceField(BOUNDS)
    flawed = serializers.BooleanField(help_text="it never decides")
    samples = serializers.IntegerField(allow_null=True)
    run_id = serializers.IntegerField()
    tool = serializers.CharField()


class ObservationShape(AboutShape):
    """One value at the end of its window."""

    observed_at = serializers.DateTimeField()
    value = serializers.FloatField(help_text="in the canonical unit")
    bound = serializers.ChoiceField(BOUNDS)
    flawed = serializers.BooleanField()
    samples = serializers.IntegerField(allow_null=True)
    run_id = serializers.IntegerField()
    series_id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices_of(EvidenceKind))
    metric = serializers.ChoiceField(METRIC_CHOICES)
    unit = serializers.CharField()
    statistic = serializers.ChoiceField(choices_of(Statistic))
    percentile = serializers.FloatField(allow_null=True)
    window_s = serializers.FloatField(allow_null=True)
    labels = serializers.DictField(child=serializers.CharField())


class EvidenceRunRow(AboutShape):
    """One benchmark point, telemetry window, cost window, inventory or attestation."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices_of(EvidenceKind))
    tool = serializers.CharField()
    tool_version = serializers.CharField(allow_blank=True)
    format = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)
    place = serializers.CharField(allow_blank=True)
    observed_at = serializers.DateTimeField()
    flawed = serializers.BooleanField()
    set_aside = serializers.BooleanField(help_text="by a person; it does not decide")
    unproven = serializers.BooleanField()
    delivery_id = serializers.IntegerField()


class FlawShape(Shape):
    code = serializers.CharField()
    text = serializers.CharField()


class SaidShape(Shape):
    """What a person said about a run."""

    aside = serializers.BooleanField()
    reason = serializers.CharField()
    by = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField()


class RunReading(Shape):
    series_id = serializers.IntegerField()
    metric = serializers.ChoiceField(METRIC_CHOICES)
    unit = serializers.CharField()
    statistic = serializers.ChoiceField(choices_of(Statistic))
    percentile = serializers.FloatField(allow_null=True)
    labels = serializers.DictField(child=serializers.CharField())
    observed_at = serializers.DateTimeField()
    value = serializers.FloatField()
    bound = serializers.ChoiceField(BOUNDS)
    samples = serializers.IntegerField(allow_null=True)


class PayloadShape(Shape):
    """The raw answer or file: `excerpt` is its beginning without what looks like a secret; `file` null: not kept or not yours."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    media_type = serializers.CharField(allow_blank=True)
    size_bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    excerpt = serializers.CharField(allow_blank=True)
    file = serializers.CharField(allow_null=True)


class EvidenceRunDetail(EvidenceRunRow):
    """The row and everything on it."""

    started_at = serializers.DateTimeField(allow_null=True)
    local_time = serializers.BooleanField(help_text="its source's times carry no zone")
    duration_s = serializers.FloatField(allow_null=True)
    load = serializers.DictField(help_text="what was offered and what came of it; rates per second")
    environment = serializers.DictField(help_text="as measured, filled in with what was declared")
    flaws = FlawShape(many=True)
    said = SaidShape(many=True, help_text="the newest first")
    readings = RunReading(many=True, help_text="the first 300")
    more_readings = serializers.BooleanField()
    unread = serializers.DictField(help_text="what the importer does not understand, kept")
    payload = PayloadShape(allow_null=True)


class EvidenceReason(Strict):
    reason = serializers.CharField(max_length=500)
