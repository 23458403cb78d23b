"""What goes in and out of sources, feeds, tries and query templates."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.queries import units_where
from portfolio.initiatives.choices import choices_of
from readiness.connectors.live import FieldKind
from readiness.evidence.api.reading_shapes import AboutShape
from readiness.evidence.api.shapes import DeclaredEnvironment, Shape, Strict
from readiness.evidence.choices import BROUGHT, Failure, Health, SourceKind, TrialKind
from readiness.workloads.models import CapacityPool, Workload

ASKED_KINDS = [choice for choice in choices_of(SourceKind) if choice[0] not in BROUGHT]


class ConfigFieldShape(Shape):
    """A value that a source or a feed of this kind takes. A secret one goes into `secrets` and never comes out."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    kind = serializers.ChoiceField(choices_of(FieldKind))
    help = serializers.CharField(allow_blank=True)
    required = serializers.BooleanField()  # type: ignore[assignment]
    default = serializers.JSONField()
    choices = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))


class SourceKindShape(Shape):
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    about = serializers.CharField()
    unproven = serializers.BooleanField()
    config = ConfigFieldShape(many=True)
    ask = ConfigFieldShape(many=True, help_text="of a feed")
    discover = serializers.ListField(child=serializers.CharField(), help_text="fields of `ask` that can be looked up")


class EvidenceSourceRow(Shape):
    """A source and how it fares. `secret_names` says which secrets are set; none is ever told."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    unit_id = serializers.IntegerField()
    unit_name = serializers.CharField()
    kind = serializers.ChoiceField(choices_of(SourceKind))
    config = serializers.DictField()
    secret_names = serializers.ListField(child=serializers.CharField())
    interval_s = serializers.IntegerField()
    deadline_s = serializers.IntegerField(help_text="at most so long at a time")
    max_bytes = serializers.IntegerField(help_text="at most so much at a time")
    note = serializers.CharField(allow_blank=True)
    health = serializers.ChoiceField(choices_of(Health))
    failures = serializers.IntegerField(allow_null=True, help_text="in a row")
    failure = serializers.ChoiceField(choices_of(Failure), allow_blank=True, allow_null=True)
    error = serializers.CharField(allow_blank=True, allow_null=True)
    next_pull_at = serializers.DateTimeField(allow_null=True)
    last_pull_at = serializers.DateTimeField(allow_null=True)
    last_ok_at = serializers.DateTimeField(allow_null=True)
    stopped_until = serializers.DateTimeField(allow_null=True, help_text="not asked again before")
    typical_s = serializers.FloatField(allow_null=True)
    remote_version = serializers.CharField(allow_blank=True, allow_null=True)
    feeds = serializers.IntegerField()
    feeds_failing = serializers.IntegerField()
    observations_24h = serializers.IntegerField()
    paused_at = serializers.DateTimeField(allow_null=True)
    retired_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class EvidenceSourceChange(Strict):
    """`config` as a whole. A secret that is empty goes, one that is not named stays; where the address changes, all go."""

    name = serializers.CharField(max_length=200, required=False)
    config = serializers.DictField(required=False, help_text="see /api/v1/evidence/source-kinds/")
    secrets = serializers.DictField(
        child=serializers.CharField(allow_blank=True, allow_null=True, trim_whitespace=False), required=False, write_only=True
    )
    interval_s = serializers.IntegerField(required=False)
    deadline_s = serializers.IntegerField(required=False)
    max_bytes = serializers.IntegerField(required=False)
    note = serializers.CharField(required=False, allow_blank=True, max_length=2000)


class EvidenceSourceInput(EvidenceSourceChange):
    unit = serializers.PrimaryKeyRelatedField(queryset=BusinessUnit.objects.none())
    name = serializers.CharField(max_length=200)
    kind = serializers.ChoiceField(ASKED_KINDS)
    config = serializers.DictField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        if "actor" in self.context:
            fields["unit"].queryset = units_where(self.context["actor"], Action.EVIDENCE)  # type: ignore[attr-defined]
        return fields


class FeedShape(AboutShape):
    """One thing asked of a source, of what it is evidence, and what is declared of the measured place."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    ask = serializers.DictField()
    environment = DeclaredEnvironment()
    read_to = serializers.DateTimeField(allow_null=True, help_text="up to there it was read completely")
    error = serializers.CharField(allow_blank=True)
    paused_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class FeedInput(Strict):
    """`ask` and `environment` as wholes; of a workload, of a pool, or of neither."""

    name = serializers.CharField(max_length=200)
    ask = serializers.DictField(required=False, help_text="see /api/v1/evidence/source-kinds/")
    workload = serializers.PrimaryKeyRelatedField(queryset=Workload.objects.none(), required=False, allow_null=True)
    pool = serializers.PrimaryKeyRelatedField(queryset=CapacityPool.objects.none(), required=False, allow_null=True)
    environment = serializers.DictField(required=False, help_text="as in a push")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """What is hidden reads like what there is not."""
        fields = super().get_fields()
        if "actor" in self.context:
            actor = self.context["actor"]
            workloads = Workload.objects.visible_to(actor).select_related("initiative__unit")
            fields["workload"].queryset = workloads  # type: ignore[attr-defined]
            fields["pool"].queryset = CapacityPool.objects.visible_to(actor).select_related("unit")  # type: ignore[attr-defined]
        return fields


class TestInput(Strict):
    """Without `ask`: whether the source answers; with it: what a feed would find."""

    ask = serializers.DictField(required=False)


class DiscoverInput(Strict):
    field = serializers.CharField(max_length=100)


class TrialShape(Shape):
    """A try. Poll it until `ended_at` is set; it is kept for a day."""

    id = serializers.IntegerField()
    url = serializers.CharField()
    source_id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices_of(TrialKind))
    asked_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    ok = serializers.BooleanField(allow_null=True, help_text="null: not over yet")
    found = serializers.DictField(help_text="{version, facts, remarks} or {choices: [[value, label]]}")
    failure = serializers.ChoiceField(choices_of(Failure), allow_blank=True)
    error = serializers.CharField(allow_blank=True)
    field = serializers.CharField(allow_blank=True, help_text="the one to mend")


class QueryTemplateRow(Shape):
    """Queries that somebody keeps for the next feed."""

    id = serializers.IntegerField()
    unit_id = serializers.IntegerField()
    unit_name = serializers.CharField()
    name = serializers.CharField()
    about = serializers.CharField(allow_blank=True)
    based_on = serializers.CharField(allow_blank=True)
    queries = serializers.ListField(child=serializers.DictField())
    version = serializers.IntegerField()


class ShippedTemplate(Shape):
    """Queries that come with the product; nobody edits them, they are copied."""

    key = serializers.CharField()
    name = serializers.CharField()
    about = serializers.CharField(allow_blank=True)
    queries = serializers.ListField(child=serializers.DictField())


class QueryTemplateInput(Strict):
    unit = serializers.PrimaryKeyRelatedField(queryset=BusinessUnit.objects.none())
    name = serializers.CharField(max_length=200)
    about = serializers.CharField(required=False, allow_blank=True)
    queries = serializers.ListField(child=serializers.DictField(), min_length=1, max_length=500)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        if "actor" in self.context:
            fields["unit"].queryset = units_where(self.context["actor"], Action.EVIDENCE)  # type: ignore[attr-defined]
        return fields
