"""`/api/v1/silo-map/`: units by capabilities, with the plan's share and how scattered the buying is."""

from __future__ import annotations

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from portfolio.accounts.choices import Action
from portfolio.initiatives.queries.lists import unit_rows
from portfolio.kit import clock
from portfolio.kit.api.base import MOST_DIGITS, ScopedApi
from readiness.silos.api.rows import plan_row, scatter_rows
from readiness.silos.api.shapes import MapAnswer
from readiness.silos.queries.picking import capability_names
from readiness.silos.queries.spend import spend_map
from readiness.silos.tables.map import flat, matrix, place_of


class SiloMapView(ScopedApi):
    """Running purchases of the units that you may see."""

    resource = "silos"

    @extend_schema(responses=MapAnswer, parameters=[OpenApiParameter("unit", int, description="whose parts are the rows")])
    def get(self, request: Request) -> Response:
        """Cells without a purchase are left out. Amounts only with `money`, and from two known ones on."""
        self.refuse_unknown_parameters({"unit"})
        units = unit_rows(self.actor)
        asked = request.query_params.get("unit", "")
        if asked and not (asked.isascii() and asked.isdigit() and len(asked) <= MOST_DIGITS):
            raise ValidationError({"unit": ["The id of a business unit."]})
        if asked and int(asked) not in units:
            raise Http404
        place = place_of(units, int(asked) if asked else None)
        spend = spend_map(self.actor, place.path, clock.today())
        table = matrix(spend, place, capability_names(), money=self.actor.may_somewhere(Action.MONEY))
        root = place.root
        answer = {
            "unit_id": root.id if root else None, "unit": root.name if root else None, "cells": list(flat(table)),
            "plan": plan_row(spend), "fragmentation": scatter_rows(spend),
        }  # fmt: skip
        return Response(answer)
