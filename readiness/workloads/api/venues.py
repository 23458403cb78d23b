"""`/api/v1/initiatives/{id}/venue-options/`, `.../venue-comparisons/` and `.../sequence/`: where it runs, and in which order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework import status as http
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from portfolio.accounts.rules import Actor
from portfolio.initiatives.choices import VENUE_LABELS, DateKind, Precision, Venue, choices_of
from portfolio.initiatives.models import Initiative
from portfolio.kit.api.base import ScopedApi, etag
from readiness.workloads.api.profiles import Stale
from readiness.workloads.api.shapes import Shape, Strict
from readiness.workloads.choices import Function, OptionState
from readiness.workloads.models import Accelerator, VenueComparison, VenueOption
from readiness.workloads.queries import venues as reading
from readiness.workloads.rules.sequence import RULES, Dated, Rule, Sequence, sequences
from readiness.workloads.rules.sequence import Verdict as SequenceVerdict
from readiness.workloads.rules.venues import Finding, Verdict, quota_gap
from readiness.workloads.services import venues as verbs

VENUES = choices_of(Venue, VENUE_LABELS)
FUNCTIONS = choices_of(Function)
_OWN = (
    "id", "function", "venue", "label", "provider", "capacity", "lead_time_days", "quota_requested", "quota_granted",
    "price_notice_days", "backlog_days", "note", "state", "reason", "version",
)  # fmt: skip


class OptionFacts(Strict):
    """Facts of an option; null is unknown."""

    venue = serializers.ChoiceField(VENUES)
    label = serializers.CharField(max_length=200)  # type: ignore[assignment]
    provider = serializers.CharField(max_length=120, required=False, allow_blank=True)
    accelerator = serializers.SlugRelatedField(
        slug_field="key", queryset=Accelerator.objects.all(), required=False, allow_null=True
    )  # fmt: skip
    capacity = serializers.FloatField(required=False, allow_null=True, help_text="accelerators, or TB for storage")
    cost_per_month = serializers.DecimalField(16, 2, required=False, allow_null=True)
    one_off_cost = serializers.DecimalField(16, 2, required=False, allow_null=True)
    cost_currency = serializers.RegexField(r"^[A-Z]{3}$", required=False, allow_blank=True)
    lead_time_days = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=3660)
    quota_requested = serializers.FloatField(required=False, allow_null=True)
    quota_granted = serializers.FloatField(required=False, allow_null=True)
    price_notice_days = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=3660)
    backlog_days = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=3660)
    note = serializers.CharField(max_length=5_000, required=False, allow_blank=True)


class VenueOptionInput(OptionFacts):
    function = serializers.ChoiceField(FUNCTIONS)


class VenueOptionRow(VenueOptionInput):
    """An option. Costs are null where hidden; `quota_gap` is what the provider has not granted, null if unknown."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(choices_of(OptionState))
    reason = serializers.CharField(allow_blank=True)
    quota_gap = serializers.FloatField(allow_null=True)
    cost_hidden = serializers.BooleanField()
    version = serializers.IntegerField()


class DecisionInput(Strict):
    reason = serializers.CharField(max_length=2_000)


class ChoiceInput(DecisionInput):
    decided_on = serializers.DateField(required=False, allow_null=True, help_text="default today")


class ComparisonInput(Strict):
    reason = serializers.CharField(max_length=2_000, allow_blank=True, default="")
    decided_on = serializers.DateField(required=False, allow_null=True)
    not_applicable = serializers.BooleanField(default=False)


class ComparisonRow(Shape):
    """One function: the verdict of its comparison and why, and the declared venue beside the chosen one."""

    function = serializers.ChoiceField(FUNCTIONS)
    verdict = serializers.ChoiceField(choices_of(Verdict))
    finding = serializers.ChoiceField(choices_of(Finding))
    options = serializers.IntegerField()
    reason = serializers.CharField(allow_blank=True)
    decided_on = serializers.DateField(allow_null=True)
    not_applicable = serializers.BooleanField()
    declared_venue = serializers.ChoiceField(VENUES)
    chosen_venue = serializers.ChoiceField(VENUES, allow_null=True)
    differs = serializers.BooleanField()


class DatedShape(Shape):
    kind = serializers.ChoiceField(choices_of(DateKind))
    value = serializers.DateField(allow_null=True)
    precision = serializers.ChoiceField(choices_of(Precision))


class SequenceRow(Shape):
    """A sequence rule. `days`: by how many days it is met or inverted, at least that many unless `exact`."""

    rule = serializers.ChoiceField(choices_of(Rule))
    verdict = serializers.ChoiceField(choices_of(SequenceVerdict))
    days = serializers.IntegerField(allow_null=True)
    exact = serializers.BooleanField()
    missing = serializers.ListField(child=serializers.ChoiceField(choices_of(DateKind)))
    first = DatedShape()
    then = DatedShape()


class OfInitiative(ScopedApi):
    """The initiative must be visible; what hangs on it must be its own."""

    resource = "workloads"

    def initiative(self) -> Initiative:
        rows = Initiative.objects.visible_to(self.actor).select_related("unit")
        found: Initiative | None = rows.filter(pk=self.kwargs["initiative"]).first()
        if found is None:
            raise Http404
        return found

    def values(self, shape: type[Strict], *, partial: bool = False) -> dict[str, Any]:
        serializer = shape(data=self.request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)


class VenueOptionViewSet(OfInitiative, GenericViewSet[VenueOption]):
    """Places per function, with their cost, capacity, lead time and what depends on the provider."""

    queryset = VenueOption.objects.none()
    filter_backends = ()
    serializer_class = VenueOptionInput  # type: ignore[assignment]
    lookup_value_regex = r"\d+"

    @extend_schema(
        responses=VenueOptionRow(many=True), parameters=[OpenApiParameter("function", enum=[f.value for f in Function])]
    )
    def list(self, request: Request, initiative: str) -> Response:
        self.refuse_unknown_parameters({"function"})
        row = self.initiative()
        found = reading.options_of(self.actor, row.pk)
        if function := request.query_params.get("function"):
            if function not in set(Function):
                raise ValidationError({"function": [f"One of {', '.join(Function)}."]})
            found = found.filter(function=function)
        money = verbs.sees_money(self.actor, row)
        return self.get_paginated_response([_shown(one, money=money) for one in self.paginate_queryset(found) or []])

    @extend_schema(responses=VenueOptionRow)
    def retrieve(self, request: Request, initiative: str, pk: str) -> Response:
        return self._answer(self._get(pk).pk)

    @extend_schema(request=VenueOptionInput, responses={201: VenueOptionRow})
    def create(self, request: Request, initiative: str) -> Response:
        """Name another place. What you leave out is unknown."""
        made = self.write(verbs.add_venue_option, initiative=self.initiative(), **self.values(VenueOptionInput))
        return self._answer(made.pk, http.HTTP_201_CREATED)

    @extend_schema(request=OptionFacts, responses=VenueOptionRow)
    def partial_update(self, request: Request, initiative: str, pk: str) -> Response:
        """Change facts. Send the ETag you read as If-Match (412 if stale)."""
        option, changes = self._get(pk), self.values(OptionFacts, partial=True)
        try:
            self.write(verbs.change_venue_option, option=option, changes=changes, version=self.version())
        except verbs.StaleOption as stale:
            raise Stale(f"Somebody saved version {stale.current.version} meanwhile; read it again.") from stale
        return self._answer(option.pk)

    @extend_schema(request=ChoiceInput, responses=VenueOptionRow)
    @action(detail=True, methods=["post"])
    def choose(self, request: Request, initiative: str, pk: str) -> Response:
        """Decide for it; what was chosen before for the function is a candidate again."""
        return self._answer(self.write(verbs.choose_venue, option=self._get(pk), **self.values(ChoiceInput)).pk)

    @extend_schema(request=DecisionInput, responses=VenueOptionRow)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, initiative: str, pk: str) -> Response:
        """Decide against it; it stays in the comparison."""
        return self._answer(self.write(verbs.reject_venue, option=self._get(pk), **self.values(DecisionInput)).pk)

    @extend_schema(request=None, responses=VenueOptionRow)
    @action(detail=True, methods=["post"])
    def reconsider(self, request: Request, initiative: str, pk: str) -> Response:
        """Make it a candidate again."""
        return self._answer(self.write(verbs.reconsider_venue, option=self._get(pk)).pk)

    def _get(self, pk: str) -> VenueOption:
        option = reading.one_option(self.actor, self.initiative().pk, int(pk))
        if option is None:
            raise Http404
        return option

    def _answer(self, pk: int, code: int = http.HTTP_200_OK) -> Response:
        option = reading.one_option(self.actor, int(self.kwargs["initiative"]), pk)
        if option is None:
            raise Http404
        row = _shown(option, money=verbs.sees_money(self.actor, option.initiative))
        return Response(row, status=code, headers=etag(option.version))


class VenueComparisonViewSet(OfInitiative, GenericViewSet[VenueComparison]):
    """Whether venues were really compared: storage, training and inference, each always there."""

    queryset = VenueComparison.objects.none()
    filter_backends = ()
    pagination_class = None
    serializer_class = ComparisonInput  # type: ignore[assignment]
    lookup_field = "function"
    lookup_value_regex = r"[a-z]+"

    @extend_schema(responses=ComparisonRow(many=True))
    def list(self, request: Request, initiative: str) -> Response:
        self.refuse_unknown_parameters(set())
        return Response(_comparisons(self.actor, self.initiative()))

    @extend_schema(responses=ComparisonRow)
    def retrieve(self, request: Request, initiative: str, function: str) -> Response:
        return self._one(self.initiative(), _function(function))

    @extend_schema(request=ComparisonInput, responses=ComparisonRow)
    def update(self, request: Request, initiative: str, function: str) -> Response:
        """Write down why a short comparison is enough, when it was decided, or that there is no such function."""
        row, wanted = self.initiative(), _function(function)
        self.write(verbs.record_comparison, initiative=row, function=wanted, **self.values(ComparisonInput))
        return self._one(row, wanted)

    def _one(self, row: Initiative, function: Function) -> Response:
        return Response(next(one for one in _comparisons(self.actor, row) if one["function"] == function))


class SequenceView(OfInitiative):
    """The two sequence rules. Dates are the initiative's own: change them with a PATCH of `dates` at the initiative."""

    @extend_schema(responses=SequenceRow(many=True))
    def get(self, request: Request, initiative: str) -> Response:
        """Compute decided before the model is selected; infrastructure committed before scaling starts."""
        self.refuse_unknown_parameters(set())
        dates = reading.dates_of(self.initiative().pk)
        return Response([_sequence(one, dates) for one in sequences(dates)])


def _comparisons(actor: Actor, row: Initiative) -> list[dict[str, Any]]:
    return [
        {
            "function": one.function.value, "verdict": one.compared.verdict.value, "finding": one.compared.finding.value,
            "options": one.compared.options, "reason": one.reason, "decided_on": one.decided_on,
            "not_applicable": one.not_applicable, "declared_venue": one.declared.value,
            "chosen_venue": one.chosen.value if one.chosen else None, "differs": one.differs,
        }
        for one in reading.functions_of(actor, row)
    ]  # fmt: skip


def _sequence(one: Sequence, dates: Mapping[str, Dated]) -> dict[str, Any]:
    first, then = RULES[one.rule]
    return {
        "rule": one.rule.value, "verdict": one.verdict.value, "days": one.days, "exact": one.exact,
        "missing": [kind.value for kind in one.missing], "first": _dated(first, dates.get(first)),
        "then": _dated(then, dates.get(then)),
    }  # fmt: skip


def _dated(kind: DateKind, dated: Dated | None) -> dict[str, Any]:
    known = dated or Dated()
    return {"kind": kind.value, "value": known.value, "precision": str(known.precision)}


def _function(name: str) -> Function:
    if name not in set(Function):
        raise Http404
    return Function(name)


def _shown(option: VenueOption, *, money: bool) -> dict[str, Any]:
    """A row as VenueOptionRow says; amounts only for those who see them."""
    row = {name: getattr(option, name) for name in _OWN}
    costs = {name: getattr(option, name) for name in ("cost_per_month", "one_off_cost")}
    hidden = {"cost_per_month": None, "one_off_cost": None, "cost_currency": ""}
    return row | {
        "accelerator": option.accelerator.key if option.accelerator else None,
        "quota_gap": quota_gap(option.quota_requested, option.quota_granted), "cost_hidden": not money,
        **({name: None if cost is None else str(cost) for name, cost in costs.items()} if money else hidden),
        **({"cost_currency": option.cost_currency} if money else {}),
    }  # fmt: skip
