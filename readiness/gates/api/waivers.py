"""`/api/v1/gates/waivers/` and `/conditions/`: what is waived until when, what was promised. People act, on pages."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from portfolio.kit import clock
from portfolio.kit.api.base import ScopedApi
from readiness.gates.api.shapes import others as shapes
from readiness.gates.filters.decisions import ConditionFilter
from readiness.gates.filters.waivers import WaiverFilter
from readiness.gates.models import Condition, Waiver, WaiverEvent
from readiness.gates.queries import listed as reading
from readiness.gates.queries.waivers import events_of
from readiness.gates.rules.waivers import fold

_FOLDED = ("reason", "measure", "begins_at", "expires_at", "extension")
_EVENT = tuple(shapes.WaiverEventShape().fields)


class WaiverViewSet(ScopedApi, GenericViewSet[Waiver]):
    """Waivers of criteria, those that ended too."""

    resource = "gates"
    queryset = Waiver.objects.none()
    filterset_class = WaiverFilter
    lookup_value_regex = r"\d+"

    @extend_schema(responses=shapes.WaiverRow(many=True))
    def list(self, request: Request) -> Response:
        self.refuse_unknown_parameters(set(WaiverFilter.base_filters))
        rows = reading.waiver_rows(self.filter_queryset(reading.waivers(self.actor, clock.now())))
        page = self.paginate_queryset(rows) or []
        return self.get_paginated_response([_standing(row) for row in page])

    @extend_schema(responses=shapes.WaiverDetail)
    def retrieve(self, request: Request, pk: str) -> Response:
        """With every step that was taken, and the state that they make now."""
        self.refuse_unknown_parameters(set())
        now = clock.now()
        row = reading.waiver_rows(reading.waivers(self.actor, now)).filter(pk=int(pk)).first()
        if row is None:
            raise Http404
        steps = WaiverEvent.objects.filter(waiver=row["id"]).annotate(by_name=F("by__name")).order_by("id").values(*_EVENT)
        folded = fold(events_of([row["id"]])[row["id"]], now)
        told: dict[str, Any] = {
            name: getattr(folded, name) for name in ("reason", "measure", "begins_at", "expires_at", "extension")
        }
        return Response(_standing(row) | told | {"state": folded.state.value, "events": list(steps)})


def _standing(row: Any) -> dict[str, Any]:
    told = dict(row)
    return told | {"state": told.pop("standing")}


class ConditionViewSet(ScopedApi, GenericViewSet[Condition]):
    """Conditions of decisions, proven and lapsed ones too."""

    resource = "gates"
    queryset = Condition.objects.none()
    filterset_class = ConditionFilter
    lookup_value_regex = r"\d+"

    @extend_schema(responses=shapes.ConditionRow(many=True))
    def list(self, request: Request) -> Response:
        self.refuse_unknown_parameters(set(ConditionFilter.base_filters))
        rows = reading.condition_rows(self.filter_queryset(reading.conditions(self.actor, clock.today())))
        return self.get_paginated_response(self.paginate_queryset(rows))

    @extend_schema(responses=shapes.ConditionRow)
    def retrieve(self, request: Request, pk: str) -> Response:
        self.refuse_unknown_parameters(set())
        row = reading.condition_rows(reading.conditions(self.actor, clock.today())).filter(pk=int(pk)).first()
        if row is None:
            raise Http404
        return Response(row)
