"""What goes in and out of the API of workloads, in DOMAIN's words."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from portfolio.accounts.models import User
from portfolio.initiatives.choices import choices_of
from portfolio.initiatives.models import Initiative
from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.workloads.choices import Comparator, Experience, Knowledge, Metric, Origin, TraceState
from readiness.workloads.rules.fields import FIELDS
from readiness.workloads.rules.templates import TEMPLATES

Shape = serializers.Serializer[dict[str, Any]]
NUMBER_OR_NULL: dict[str, Any] = {"allow_null": True, "default": None}


class Strict(Shape):
    """An input whose unknown members are an error: a misspelt one must not quietly change nothing."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            raise serializers.ValidationError({key: ["There is no such field."] for key in sorted(map(str, unknown))})
        return super().to_internal_value(data)


class WorkloadRow(Shape):
    """A row of the list. `unknown_count`: values said to be unknown, and required ones that nobody answered."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    task = serializers.ChoiceField(choices_of(Task))
    workload_class = serializers.ChoiceField(choices_of(WorkloadClass))
    experience = serializers.ChoiceField(choices_of(Experience))
    template = serializers.CharField(allow_blank=True)
    needed_on = serializers.DateField(allow_null=True)
    initiative_id = serializers.IntegerField()
    initiative_key = serializers.CharField()
    initiative_name = serializers.CharField()
    initiative_status = serializers.CharField()
    unit_id = serializers.IntegerField()
    unit_name = serializers.CharField()
    unknown_count = serializers.IntegerField()
    asked_count = serializers.IntegerField()
    version = serializers.IntegerField()
    retired_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class FieldShape(Shape):
    """A value that a profile may have. `plausible` stands for an unknown in a sizing: our own working assumption."""

    name = serializers.CharField()
    question = serializers.ChoiceField(["scale", "demands"])
    group = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    unit = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]
    whole = serializers.BooleanField()
    least = serializers.FloatField()
    most = serializers.FloatField()
    plausible = serializers.ListField(child=serializers.FloatField(), help_text="[low, likely, high]")
    why = serializers.CharField()
    helps = serializers.CharField(help_text="how to find it out")
    tasks = serializers.ListField(child=serializers.ChoiceField(choices_of(Task)))
    classes = serializers.ListField(child=serializers.ChoiceField(choices_of(WorkloadClass)))


class ValueShape(Shape):
    """One value; `knowledge` is unknown where nobody answered (`answered` false)."""

    name = serializers.CharField()
    question = serializers.ChoiceField(["scale", "demands"])
    label = serializers.CharField()  # type: ignore[assignment]
    unit = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]
    answered = serializers.BooleanField()
    knowledge = serializers.ChoiceField(choices_of(Knowledge))
    value = serializers.FloatField(allow_null=True, help_text="of an unknown: a working assumption")
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    plausible = serializers.ListField(child=serializers.FloatField(), help_text="[low, likely, high]")
    origin = serializers.ChoiceField(choices_of(Origin), allow_null=True)
    note = serializers.CharField(allow_blank=True)
    owner_id = serializers.IntegerField(allow_null=True, help_text="who finds an unknown out")
    owner_name = serializers.CharField(allow_blank=True)
    due = serializers.DateField(allow_null=True)
    updated_at = serializers.DateTimeField(allow_null=True)


class RequirementShape(Shape):
    """`target` null: nobody knows it, so its verdict is unknown. `derived_from` "": added by hand."""

    id = serializers.IntegerField()
    metric = serializers.ChoiceField(choices_of(Metric))
    label = serializers.CharField()  # type: ignore[assignment]
    comparator = serializers.ChoiceField(choices_of(Comparator))
    target = serializers.FloatField(allow_null=True)
    unit = serializers.CharField()
    percentile = serializers.FloatField(allow_null=True)
    window_s = serializers.FloatField(allow_null=True)
    environment = serializers.DictField()
    max_age_days = serializers.IntegerField()
    derived_from = serializers.CharField(allow_blank=True)
    how = serializers.CharField(allow_blank=True, help_text="the calculation in words")
    note = serializers.CharField(allow_blank=True)


class WorkloadDetail(WorkloadRow):
    """The row and everything on it."""

    note = serializers.CharField(allow_blank=True)
    values = ValueShape(many=True)
    set_aside = serializers.ListField(child=serializers.CharField(), help_text="answered, but not asked of this task and class")
    requirements = RequirementShape(many=True)
    serves = serializers.ListField(child=serializers.IntegerField(), help_text="ids of initiatives beside its own")
    hidden_serves = serializers.IntegerField(help_text="how many more it serves that you may not see")
    versions = serializers.IntegerField(help_text="number of the newest kept version, 0 without one")


class WorkloadInput(Strict):
    """Without a template task, class and experience are needed; with one they override it."""

    initiative = serializers.PrimaryKeyRelatedField(queryset=Initiative.objects.none())
    name = serializers.CharField(max_length=200)
    template = serializers.ChoiceField(sorted(TEMPLATES), required=False, allow_blank=True)
    task = serializers.ChoiceField(choices_of(Task), required=False)
    workload_class = serializers.ChoiceField(choices_of(WorkloadClass), required=False)
    experience = serializers.ChoiceField(choices_of(Experience), required=False)
    note = serializers.CharField(required=False, allow_blank=True)
    needed_on = serializers.DateField(required=False, allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Another unit's initiative reads like a missing one."""
        fields = super().get_fields()
        if "initiatives" in self.context:
            fields["initiative"].queryset = self.context["initiatives"]  # type: ignore[attr-defined]
        return fields


class WorkloadChange(Strict):
    name = serializers.CharField(max_length=200, required=False)
    task = serializers.ChoiceField(choices_of(Task), required=False)
    workload_class = serializers.ChoiceField(choices_of(WorkloadClass), required=False)
    experience = serializers.ChoiceField(choices_of(Experience), required=False)
    note = serializers.CharField(required=False, allow_blank=True)
    needed_on = serializers.DateField(required=False, allow_null=True)
    serves = serializers.PrimaryKeyRelatedField(queryset=Initiative.objects.none(), many=True, required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        if "initiatives" in self.context:
            fields["serves"].child_relation.queryset = self.context["initiatives"]  # type: ignore[attr-defined]
        return fields


class ValueAnswer(Strict):
    """One answer, whole: what is left out is empty. An unknown may carry an assumption, its owner and a due date."""

    knowledge = serializers.ChoiceField(choices_of(Knowledge))
    value = serializers.FloatField(**NUMBER_OR_NULL)
    low = serializers.FloatField(**NUMBER_OR_NULL)
    high = serializers.FloatField(**NUMBER_OR_NULL)
    note = serializers.CharField(allow_blank=True, default="")
    owner = serializers.PrimaryKeyRelatedField(queryset=User.objects.none(), allow_null=True, default=None)
    due = serializers.DateField(allow_null=True, default=None)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        if "people" in self.context:
            fields["owner"].queryset = self.context["people"]  # type: ignore[attr-defined]
        return fields


class ValuesInput(Shape):
    """Any of the values that are asked of the workload."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {one.name: ValueAnswer(required=False) for one in FIELDS}


class NamesInput(Strict):
    names = serializers.ListField(child=serializers.CharField(max_length=40), min_length=1, max_length=100)


class RequirementInput(Strict):
    metric = serializers.ChoiceField(choices_of(Metric))
    comparator = serializers.ChoiceField(choices_of(Comparator), required=False, help_text="else the metric's usual one")
    target = serializers.FloatField(required=False, allow_null=True, help_text="null: unknown")
    percentile = serializers.FloatField(required=False, allow_null=True, help_text="share of requests, 0.95 for p95")
    window_s = serializers.FloatField(required=False, allow_null=True)
    environment = serializers.DictField(
        required=False, help_text="venue, accelerator, min_accelerators, data, users, min_concurrency; absent means any"
    )
    max_age_days = serializers.IntegerField(required=False, min_value=1, max_value=3650)
    note = serializers.CharField(required=False, allow_blank=True, max_length=500)


class VersionRow(Shape):
    number = serializers.IntegerField()
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    digest = serializers.CharField(help_text="SHA-256 over canonical JSON of values and requirements")
    made_by = serializers.CharField(allow_blank=True)
    made_at = serializers.DateTimeField()


class VersionDetail(VersionRow):
    workload = serializers.DictField(help_text="name, task, class and experience as they were")
    values = serializers.DictField()
    requirements = serializers.ListField(child=serializers.DictField())


class VersionInput(Strict):
    label = serializers.CharField(max_length=200, allow_blank=True, default="")  # type: ignore[assignment]


class ChangeShape(Shape):
    """In words and, where both sides are known, in numbers; `factor` is after / before."""

    kind = serializers.ChoiceField(["workload", "value", "requirement"])
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    unit = serializers.CharField(allow_blank=True)
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)
    before_value = serializers.FloatField(allow_null=True)
    after_value = serializers.FloatField(allow_null=True)
    factor = serializers.FloatField(allow_null=True)


class TraceInput(Strict):
    """multipart/form-data"""

    file = serializers.FileField(help_text="CSV (also gzip) or Parquet, a request a row")
    timestamp = serializers.CharField(required=False, max_length=300, help_text="column; else found by name")
    input_tokens = serializers.CharField(required=False, max_length=300, help_text="column")
    output_tokens = serializers.CharField(required=False, max_length=300, help_text="column")
    unit = serializers.ChoiceField(["s", "ms", "us", "ns"], required=False, help_text="of times written as numbers")


class OfferShape(Shape):
    """A value that the log can give; `known` false: the log is too short to know it."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    unit = serializers.CharField()
    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    known = serializers.BooleanField()


class TraceShape(Shape):
    id = serializers.IntegerField()
    url = serializers.CharField()
    state = serializers.ChoiceField(
        choices_of(TraceState), help_text="uploaded (poll) -> ready -> accepted, discarded; or failed"
    )
    file_name = serializers.CharField()
    size_bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    columns = serializers.DictField()
    error = serializers.CharField(allow_blank=True, help_text="what is wrong, where, and what to do")
    summary = serializers.DictField(allow_null=True)
    offers = OfferShape(many=True)
    accepted = serializers.ListField(child=serializers.CharField())
    uploaded_by = serializers.CharField(allow_blank=True)
    uploaded_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)


class TemplateShape(Shape):
    """Numbers are [low, likely, high], assumptions of this product's makers."""

    key = serializers.CharField()
    name = serializers.CharField()
    text = serializers.CharField()
    task = serializers.ChoiceField(choices_of(Task))
    workload_class = serializers.ChoiceField(choices_of(WorkloadClass))
    experience = serializers.ChoiceField(choices_of(Experience))
    values = serializers.DictField()
    percentiles = serializers.DictField()
    not_applicable = serializers.ListField(child=serializers.CharField())
    where_from = serializers.CharField()
