"""`/api/v1/risk/model/`: the model card as figures."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portfolio.kit.api.base import ScopedApi
from readiness.risk.queries.card import card
from readiness.risk.tables.model_shapes import model_shape


class RiskCardShape(serializers.Serializer[Any]):
    """Shares and probabilities are ratios, effects log-odds. Null is unknown or not shown to you, never 0."""

    whole = serializers.BooleanField(help_text="you hold the whole organisation; otherwise only what is published is shown")
    horizon_months = serializers.IntegerField()
    definition = serializers.CharField()
    denominator = serializers.CharField()
    interval_level = serializers.FloatField()
    published = serializers.DictField(help_text="shares abandoned and in production within the horizon")
    version = serializers.DictField(allow_null=True, help_text="the one in use: number, digest, what it has seen")
    drivers = serializers.ListField(child=serializers.DictField())
    backtests = serializers.ListField(
        child=serializers.DictField(), help_text="by horizon; frozen and reconstructed figures apart; all, shown and not_shown"
    )
    versions = serializers.ListField(child=serializers.DictField(), help_text="the newest ones, with digests")


class RiskModel(ScopedApi):
    """What the risk figure rests on and how it did."""

    resource = "initiatives"

    @extend_schema(responses=RiskCardShape)
    def get(self, request: Request) -> Response:
        self.refuse_unknown_parameters(set())
        return Response(model_shape(card(self.actor)))
