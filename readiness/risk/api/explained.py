"""`/api/v1/initiatives/{id}/risk/`: one initiative's figure, why it is so, what would lower it, what is unknown."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portfolio.initiatives.choices import choices_of
from portfolio.kit import clock
from portfolio.kit.api.base import ScopedApi
from readiness.risk.api.explained_rows import risk_row
from readiness.risk.choices import DriverState
from readiness.risk.queries import explained as reading

Shape = serializers.Serializer[dict[str, Any]]


class FigureShape(Shape):
    value = serializers.FloatField(help_text="P(abandoned before production within the horizon), a ratio")
    low = serializers.FloatField(help_text="of the 80 % interval")
    high = serializers.FloatField()


class ContributionShape(Shape):
    key = serializers.CharField(help_text="`own record`, or the key of a driver")
    name = serializers.CharField()
    points = serializers.FloatField(help_text="percentage points, rounded so that base and all points add up to the value")
    exact = serializers.FloatField(help_text="the same unrounded")
    log_odds = serializers.FloatField(help_text="of the monthly logit of abandonment")


class ActionShape(Shape):
    driver = serializers.CharField()
    action = serializers.CharField()
    before = serializers.FloatField()
    after = serializers.FloatField()
    difference = serializers.FloatField()
    low = serializers.FloatField(help_text="of the 80 % interval of the difference, with the same draws before and after")
    high = serializers.FloatField()
    effort_person_days = serializers.FloatField(allow_null=True, help_text="an opinion; null: nobody can say")


class ExplanationShape(Shape):
    figure = FigureShape()
    base = serializers.FloatField(help_text="the reference class, per cent")
    value = serializers.FloatField(help_text="the figure, per cent")
    contributions = ContributionShape(many=True)
    actions = ActionShape(many=True)
    unknown = serializers.ListField(child=serializers.CharField(), help_text="keys of drivers")
    if_resolved = FigureShape(allow_null=True, help_text="the figure on average once every unknown is found out")


class DriverShape(Shape):
    key = serializers.CharField()
    name = serializers.CharField()
    answer = serializers.FloatField(allow_null=True, help_text="as the figure was made: 0 (no) to 1 (yes); null is unknown")
    state = serializers.ChoiceField(choices_of(DriverState))
    badge = serializers.CharField(help_text="what its weight rests on")
    sentence = serializers.CharField(allow_blank=True, help_text="of today; blank where it tells of rows that you do not see")
    as_of = serializers.CharField(allow_null=True)
    stale = serializers.BooleanField()
    changed = serializers.BooleanField(help_text="today's facts answer otherwise; the next scoring takes it up")


class FigureModel(Shape):
    version = serializers.CharField()
    engine = serializers.CharField()
    digest = serializers.CharField()
    resolved = serializers.IntegerField(help_text="initiatives of yours that ended and are learned from")
    share = serializers.FloatField(help_text="how much of their effect drivers have on the figure, 0..1")


class FigureTold(Shape):
    initiative = serializers.IntegerField()
    key = serializers.CharField()
    state = serializers.ChoiceField(choices_of(reading.State), help_text="without `scored` there is no figure, and why")
    sentence = serializers.CharField()
    horizon_months = serializers.IntegerField(allow_null=True)
    level = serializers.FloatField(help_text="of every interval")
    as_of = serializers.DateTimeField(allow_null=True)
    band = serializers.CharField(allow_null=True, help_text="above, average or below: beside the portfolio's average")
    average = serializers.FloatField(allow_null=True)
    figure = FigureShape(allow_null=True)
    inputs_digest = serializers.CharField(allow_null=True)
    model = FigureModel(allow_null=True)
    explanation = ExplanationShape(allow_null=True, help_text="of the figure")
    if_opinions_hold = ExplanationShape(
        allow_null=True, help_text="as if drivers counted in full: another figure, never shown as it"
    )
    drivers = DriverShape(many=True)


class InitiativeRisk(ScopedApi):
    """The figure of one initiative that you may see."""

    resource = "initiatives"

    @extend_schema(responses=FigureTold)
    def get(self, request: Request, pk: int) -> Response:
        """As the page shows it. Ratios are 0..1, points are percentage points; associated with, never caused by."""
        self.refuse_unknown_parameters(set())
        one = reading.seen(self.actor, pk)
        if one is None:
            raise Http404
        told = reading.told(one) if one.state is reading.State.SCORED else None
        why = reading.because(self.actor, one, today=clock.today(), now=clock.now()) if told else {}
        return Response(risk_row(one, told, why, clock.today()))
