"""What goes in and out of the initiatives API, in DOMAIN's words. Lists are plain rows; these shapes document them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from portfolio.accounts.models import BusinessUnit, User
from portfolio.initiatives.choices import (
    RISK_LABELS,
    Answer,
    ClosureKind,
    DateKind,
    Developer,
    Precision,
    ProcurementRoute,
    Rag,
    ReasonCode,
    RiskBand,
    Status,
    TeamFunction,
    Venue,
    choices_of,
)
from portfolio.initiatives.models import Initiative, Programme

VENUES = choices_of(Venue)


class RiskShape(serializers.Serializer[dict[str, Any]]):
    """How likely it is abandoned before production within `months` months, as of `on`."""

    value = serializers.FloatField(help_text="a ratio, 0 to 1")
    low = serializers.FloatField(help_text="lower end of the interval")
    high = serializers.FloatField()
    level = serializers.FloatField(help_text="of the interval: 0.8")
    months = serializers.IntegerField(help_text="the horizon")
    band = serializers.ChoiceField(
        choices_of(RiskBand, RISK_LABELS), help_text="whether the interval lies on one side of the portfolio's average"
    )
    counts = serializers.BooleanField(help_text="false: drivers are opinions and do not move the figure")
    resolved = serializers.IntegerField(
        help_text="ended initiatives of the portfolio that it was learned from; 0: everybody has the reference class's figure"
    )
    drivers = serializers.ListField(child=serializers.CharField(), help_text="keys of up to three that push it up most")
    on = serializers.DateField()
    version = serializers.CharField(help_text="of the model")


class InitiativeRow(serializers.Serializer[dict[str, Any]]):
    """One initiative as in the table. `value` is empty and `value_hidden` true where amounts are not yours to see."""

    id = serializers.IntegerField()
    key = serializers.CharField()
    name = serializers.CharField()
    unit_id = serializers.IntegerField()
    unit_name = serializers.CharField()
    stage_key = serializers.CharField(allow_null=True, help_text="null is a verdict: the stage is unknown")
    stage_name = serializers.CharField(allow_null=True)
    stage_position = serializers.IntegerField(allow_null=True)
    stage_kind = serializers.CharField(allow_null=True)
    stage_since = serializers.DateField(allow_null=True)
    lifecycle_key = serializers.CharField()
    status = serializers.ChoiceField(choices_of(Status))
    closure = serializers.ChoiceField(choices_of(ClosureKind), allow_null=True)
    rag = serializers.ChoiceField(choices_of(Rag), allow_blank=True)
    owner_id = serializers.IntegerField(allow_null=True)
    owner_label = serializers.CharField(allow_blank=True)
    sponsor_id = serializers.IntegerField(allow_null=True)
    sponsor_label = serializers.CharField(allow_blank=True)
    programme_name = serializers.CharField(allow_null=True)
    topic = serializers.CharField(allow_blank=True)
    impact_level = serializers.CharField(allow_blank=True)
    venue_storage = serializers.ChoiceField(VENUES)
    venue_training = serializers.ChoiceField(VENUES)
    venue_inference = serializers.ChoiceField(VENUES)
    containerised = serializers.ChoiceField(choices_of(Answer))
    procurement_route = serializers.ChoiceField(choices_of(ProcurementRoute))
    register_name = serializers.CharField(allow_null=True)
    missing = serializers.BooleanField(help_text="not in the latest import of its register")
    risk = RiskShape(allow_null=True, help_text="null: closed, in production, or not computed yet")
    tag_names = serializers.ListField(child=serializers.CharField(), allow_null=True)
    value = serializers.DecimalField(16, 2, allow_null=True)
    currency = serializers.CharField(allow_blank=True)
    value_hidden = serializers.BooleanField()
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class ExternalIdShape(serializers.Serializer[dict[str, Any]]):
    system = serializers.CharField(max_length=60)
    value = serializers.CharField(max_length=300)


class LinkShape(serializers.Serializer[dict[str, Any]]):
    label = serializers.CharField(max_length=200, allow_blank=True, default="")  # type: ignore[assignment]
    url = serializers.URLField(max_length=1000)


class DateShape(serializers.Serializer[dict[str, Any]]):
    kind = serializers.ChoiceField(choices_of(DateKind))
    value = serializers.DateField(allow_null=True)
    precision = serializers.ChoiceField(choices_of(Precision), default=Precision.DAY.value)
    raw = serializers.CharField(read_only=True)
    unread = serializers.CharField(read_only=True)


class FunctionShape(serializers.Serializer[dict[str, Any]]):
    function = serializers.ChoiceField(choices_of(TeamFunction))
    person = serializers.PrimaryKeyRelatedField(queryset=User.objects.none(), allow_null=True, default=None)
    name = serializers.CharField(max_length=200, allow_blank=True, default="")


class StageEntryShape(serializers.Serializer[dict[str, Any]]):
    stage = serializers.CharField(allow_null=True)
    entered_on = serializers.DateField(allow_null=True)
    entered_precision = serializers.ChoiceField(choices_of(Precision))
    left_on = serializers.DateField(allow_null=True)
    current = serializers.BooleanField()
    source = serializers.CharField()  # type: ignore[assignment]
    raw = serializers.CharField()


class ClosureShape(serializers.Serializer[dict[str, Any]]):
    kind = serializers.ChoiceField(choices_of(ClosureKind))
    reason = serializers.ChoiceField(choices_of(ReasonCode))
    lesson = serializers.CharField()
    closed_on = serializers.DateField(allow_null=True)
    precision = serializers.ChoiceField(choices_of(Precision))
    stage = serializers.CharField(allow_null=True)
    reopened_at = serializers.DateTimeField(allow_null=True)


class InitiativeDetail(InitiativeRow):
    """The row and everything that hangs on it."""

    purpose = serializers.CharField()
    outputs = serializers.CharField()
    approach = serializers.CharField()
    system_name = serializers.CharField()
    orchestrator = serializers.CharField()
    developed_by = serializers.ChoiceField(choices_of(Developer))
    contract_numbers = serializers.ListField(child=serializers.CharField())
    answers = serializers.JSONField()
    status_note = serializers.CharField()
    external_ids = ExternalIdShape(many=True)
    links = LinkShape(many=True)
    dates = DateShape(many=True)
    functions = FunctionShape(many=True)
    stage_history = StageEntryShape(many=True)
    closures = ClosureShape(many=True)
    milestones = serializers.ListField(child=serializers.DictField())
    dependencies = serializers.ListField(child=serializers.DictField())


class InitiativeInput(serializers.Serializer[dict[str, Any]]):
    """What one may send; every field is optional in a PATCH. Unknown is a value ("unknown"), leaving out is no change."""

    name = serializers.CharField(max_length=500)
    unit = serializers.PrimaryKeyRelatedField(queryset=BusinessUnit.objects.none())
    stage = serializers.SlugField(required=False, allow_null=True, write_only=True)
    lifecycle = serializers.SlugField(required=False)
    purpose = serializers.CharField(required=False, allow_blank=True)
    outputs = serializers.CharField(required=False, allow_blank=True)
    topic = serializers.CharField(required=False, allow_blank=True, max_length=300)
    approach = serializers.CharField(required=False, allow_blank=True)
    impact_level = serializers.CharField(required=False, allow_blank=True, max_length=200)
    system_name = serializers.CharField(required=False, allow_blank=True, max_length=500)
    expected_value = serializers.DecimalField(16, 2, required=False, allow_null=True)
    expected_value_currency = serializers.RegexField(r"^[A-Z]{3}$", required=False, allow_blank=True)
    owner = serializers.PrimaryKeyRelatedField(queryset=User.objects.none(), required=False, allow_null=True)
    sponsor = serializers.PrimaryKeyRelatedField(queryset=User.objects.none(), required=False, allow_null=True)
    owner_name = serializers.CharField(required=False, allow_blank=True, max_length=200)
    sponsor_name = serializers.CharField(required=False, allow_blank=True, max_length=200)
    programme = serializers.PrimaryKeyRelatedField(queryset=Programme.objects.none(), required=False, allow_null=True)
    venue_storage = serializers.ChoiceField(VENUES, required=False)
    venue_training = serializers.ChoiceField(VENUES, required=False)
    venue_inference = serializers.ChoiceField(VENUES, required=False)
    containerised = serializers.ChoiceField(choices_of(Answer), required=False)
    orchestrator = serializers.CharField(required=False, allow_blank=True, max_length=100)
    procurement_route = serializers.ChoiceField(choices_of(ProcurementRoute), required=False)
    developed_by = serializers.ChoiceField(choices_of(Developer), required=False)
    contract_numbers = serializers.ListField(child=serializers.CharField(max_length=100), required=False)
    tags = serializers.ListField(child=serializers.CharField(max_length=60), required=False)
    external_ids = ExternalIdShape(many=True, required=False)
    links = LinkShape(many=True, required=False)
    dates = DateShape(many=True, required=False)
    functions = FunctionShape(many=True, required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Related ids are looked up among what the actor may see, so a foreign id reads like a missing one."""
        fields = super().get_fields()
        scope = self.context.get("scope")
        if scope:
            for name in ("unit", "owner", "sponsor", "programme"):
                fields[name].queryset = scope[name]  # type: ignore[attr-defined]
            fields["functions"].child.fields["person"].queryset = scope["owner"]  # type: ignore[attr-defined]
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Unknown members are an error, and lists of facts become the services' mappings."""
        unknown = set(self.initial_data) - set(self.fields)
        if unknown:
            raise serializers.ValidationError(dict.fromkeys(sorted(unknown), "There is no such field."))
        if "dates" in attrs:
            attrs["dates"] = {fact["kind"]: fact for fact in attrs["dates"]}
        if "functions" in attrs:
            attrs["functions"] = {slot["function"]: slot for slot in attrs["functions"]}
        return attrs


class MoveInput(serializers.Serializer[dict[str, Any]]):
    stage = serializers.SlugField(allow_null=True, help_text="key of a stage of its template; null: unknown")
    on = serializers.DateField(required=False)


class CloseInput(serializers.Serializer[dict[str, Any]]):
    kind = serializers.ChoiceField(choices_of(ClosureKind))
    reason = serializers.ChoiceField(choices_of(ReasonCode), default=ReasonCode.UNKNOWN.value)
    lesson = serializers.CharField(allow_blank=True, default="")
    closed_on = serializers.DateField(required=False)
    merged_into = serializers.PrimaryKeyRelatedField(queryset=Initiative.objects.none(), required=False, allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        if "initiatives" in self.context:
            fields["merged_into"].queryset = self.context["initiatives"]  # type: ignore[attr-defined]
        return fields


class StatusInput(serializers.Serializer[dict[str, Any]]):
    status = serializers.ChoiceField([(s.value, s.value) for s in Status if s is not Status.CLOSED])


class StatusNoteInput(serializers.Serializer[dict[str, Any]]):
    rag = serializers.ChoiceField(choices_of(Rag), allow_blank=True)
    status_note = serializers.CharField(allow_blank=True)
