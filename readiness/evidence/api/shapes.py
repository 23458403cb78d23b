"""What goes in and out where evidence is brought: pushes, what files seem to be, deliveries and attestations."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from portfolio.initiatives.choices import Venue, choices_of
from readiness.connectors.contract import Bound, Kind, Statistic
from readiness.connectors.metrics import METRICS
from readiness.evidence.choices import DeliveryState, EvidenceKind, Failure, SourceKind, Way
from readiness.evidence.rules.declared import Stage

Shape = serializers.Serializer[dict[str, Any]]
METRIC_CHOICES = [(key, one.label) for key, one in METRICS.items()]
OPTIONAL: dict[str, Any] = {"required": False, "allow_null": True}


class Strict(Shape):
    """An input whose unknown members are an error: a misspelt one must not quietly change nothing."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            raise serializers.ValidationError({key: ["There is no such field."] for key in sorted(map(str, unknown))})
        return super().to_internal_value(data)


class DeclaredEnvironment(Shape):
    """Where it was measured, as far as somebody says. What is left out is unknown, never a no."""

    venue = serializers.ChoiceField([choice for choice in choices_of(Venue) if choice[0] != Venue.UNKNOWN], required=False)
    accelerator = serializers.CharField(required=False, help_text="such as H100 SXM")
    accelerators = serializers.IntegerField(required=False, help_text="all that were measured together; 0: a machine without")
    nodes = serializers.IntegerField(required=False)
    model = serializers.CharField(required=False)
    precision = serializers.CharField(required=False)
    software = serializers.CharField(required=False)
    software_version = serializers.CharField(required=False)
    data_real = serializers.BooleanField(required=False, help_text="false: synthetic")
    users_real = serializers.BooleanField(required=False, help_text="false: simulated")
    stage = serializers.ChoiceField(choices_of(Stage), required=False, help_text="what the measured place is for")
    measured_on = serializers.CharField(required=False, help_text="day or time with its zone, for a file that holds no times")
    extra = serializers.DictField(child=serializers.CharField(), required=False)


class PushedObservation(Shape):
    """One value. Money needs the label `currency`."""

    metric = serializers.ChoiceField(METRIC_CHOICES)
    value = serializers.FloatField()
    unit = serializers.CharField(help_text="of the metric, see /api/v1/evidence/metrics/; it is converted, never guessed")
    observed_at = serializers.CharField(help_text="end of its window: ISO 8601 with zone, or seconds since 1970")
    statistic = serializers.ChoiceField(
        choices_of(Statistic), required=False, help_text="else: percentile where one is given, mean over a window, else point"
    )
    percentile = serializers.FloatField(required=False, help_text="0.95 for p95")
    window_s = serializers.FloatField(required=False)
    samples = serializers.IntegerField(required=False)
    bound = serializers.ChoiceField(["exact", Bound.AT_LEAST.value, Bound.AT_MOST.value], required=False)
    labels = serializers.DictField(child=serializers.CharField(), required=False)


class PushInput(Shape):
    """Exactly one of `workload`, `pool` and `unit`. A word that nobody knows refuses all; a value that cannot be, its row."""

    workload = serializers.CharField(required=False, help_text="id, AI-0042/Chat, AI-0042, jira:AI-7/Chat or {initiative, name}")
    pool = serializers.CharField(required=False, help_text="id or name")
    unit = serializers.CharField(required=False, help_text="id, code or name")
    environment = DeclaredEnvironment(required=False)
    kind = serializers.ChoiceField(choices_of(Kind), required=False, help_text="else telemetry; cost and inventory by the metric")
    note = serializers.CharField(required=False)
    observations = PushedObservation(many=True, help_text="1 to 100,000")


class PushedShape(Shape):
    """Taken in; `url` says what has become of it."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField([DeliveryState.QUEUED.value])
    url = serializers.CharField()


class DetectedShape(Shape):
    """What a file seems to be, the surest first. `unproven`: read from documentation, no real file of it has been seen."""

    tool = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    format = serializers.CharField()
    unproven = serializers.BooleanField()


class LookedForShape(Shape):
    label = serializers.CharField()  # type: ignore[assignment]
    looks_for = serializers.CharField()


class InspectionShape(Shape):
    """What a file seems to be; nothing of it was stored. Without candidates, `looked_for` says what is looked for."""

    name = serializers.CharField()
    size_bytes = serializers.IntegerField()
    candidates = DetectedShape(many=True)
    looked_for = LookedForShape(many=True)
    archive = serializers.BooleanField()
    members = serializers.ListField(child=serializers.CharField(), help_text="those in the first MiB of an archive")
    more_members = serializers.BooleanField()


class FileInput(Strict):
    """multipart/form-data"""

    file = serializers.FileField(allow_empty_file=True)


class AttestationInput(Strict):
    """multipart/form-data. What a person vouches for, and the file that shows it; of a workload or a pool."""

    file = serializers.FileField()
    workload = serializers.CharField(required=False, help_text="as in a push")
    pool = serializers.CharField(required=False)
    metric = serializers.ChoiceField(METRIC_CHOICES)
    value = serializers.FloatField()
    unit = serializers.CharField(max_length=40)
    statistic = serializers.ChoiceField(choices_of(Statistic), required=False)
    percentile = serializers.FloatField(required=False)
    window_s = serializers.FloatField(required=False)
    samples = serializers.IntegerField(required=False)
    currency = serializers.CharField(required=False, max_length=3, help_text="of an amount")
    observed_on = serializers.DateField()
    note = serializers.CharField(required=False, max_length=2000)
    environment = serializers.JSONField(required=False, help_text="an object, as in a push")


class DeliveryProblem(Shape):
    place = serializers.CharField()
    text = serializers.CharField()


class DeliveryRow(Shape):
    """One act of bringing evidence in, and what came of it. Names of the other side are null where you may not see it."""

    id = serializers.IntegerField()
    url = serializers.CharField()
    way = serializers.ChoiceField(choices_of(Way))
    state = serializers.ChoiceField(
        choices_of(DeliveryState), help_text="queued, running (poll) -> done, partly (see problems), failed (see error), dropped"
    )
    source_id = serializers.IntegerField(allow_null=True)
    source_name = serializers.CharField(allow_null=True)
    source_kind = serializers.ChoiceField(choices_of(SourceKind))
    initiative_id = serializers.IntegerField(allow_null=True)
    initiative_key = serializers.CharField(allow_null=True)
    workload_id = serializers.IntegerField(allow_null=True)
    workload_name = serializers.CharField(allow_null=True)
    pool_id = serializers.IntegerField(allow_null=True)
    pool_name = serializers.CharField(allow_null=True)
    file_name = serializers.CharField(allow_blank=True)
    size_bytes = serializers.IntegerField()
    detected = DetectedShape(many=True)
    runs = serializers.IntegerField(help_text="new ones")
    runs_known = serializers.IntegerField(help_text="delivered before")
    runs_flawed = serializers.IntegerField(help_text="kept and shown, and never deciding anything")
    observations = serializers.IntegerField(help_text="new ones")
    repeated = serializers.IntegerField(help_text="delivered before")
    refused = serializers.IntegerField(help_text="not taken, see problems")
    failure = serializers.ChoiceField(choices_of(Failure), allow_blank=True)
    error = serializers.CharField(allow_blank=True)
    attempt = serializers.IntegerField()
    asked_by = serializers.CharField(allow_null=True)
    asked_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class DeliveryDetail(DeliveryRow):
    """The row, and what hangs on it."""

    sha256 = serializers.CharField(allow_blank=True)
    environment = DeclaredEnvironment()
    note = serializers.CharField(allow_blank=True)
    problems = DeliveryProblem(many=True, help_text="the first 200")
    feeds = serializers.ListField(child=serializers.DictField(), help_text="of a pull: what came of each feed")
    asked_through = serializers.CharField(allow_blank=True)


KINDS = choices_of(EvidenceKind)
