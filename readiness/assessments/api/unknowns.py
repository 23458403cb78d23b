"""`/api/v1/unknowns/`: what nobody knows, grouped or row by row, under the filters of the page; and giving it to somebody."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from portfolio.accounts.queries import people
from portfolio.kit import clock
from portfolio.kit.api.base import ScopedApi
from readiness.assessments.api.shapes import AssignAnswer, AssignInput, UnknownGroup, UnknownRow
from readiness.assessments.filters import NAMES, UnknownFilter
from readiness.assessments.queries.unknowns.groups import Group, groups
from readiness.assessments.queries.unknowns.rows import Row, page_of
from readiness.assessments.queries.unknowns.wanted import Wanted
from readiness.assessments.services.unknowns import assign_unknowns

MAX_PAGE_SIZE = 1_000
FILTERS = [
    OpenApiParameter("unit", int, description="with its sub-units"),
    OpenApiParameter("kind", enum=["value", "answer", "component", "fact"]),
    OpenApiParameter("key", str, description="one question"),
    OpenApiParameter("owner", str, description="an id, `me` or `nobody`"),
    OpenApiParameter("overdue", bool),
    OpenApiParameter("initiative", int),
]


class UnknownViewSet(ViewSetMixin, ScopedApi):
    """What nobody knows about the initiatives that you may see."""

    resource = "assessments"

    @extend_schema(responses=UnknownGroup(many=True), parameters=FILTERS)
    def list(self, request: Any) -> Response:
        """Grouped by question, what holds up most gates first."""
        found = groups(self.actor, self._wanted(set()), clock.today())
        return Response({"next": None, "previous": None, "results": [_group(one) for one in found.groups]})

    @extend_schema(responses=UnknownRow(many=True), parameters=[*FILTERS, OpenApiParameter("page", int)])
    def rows(self, request: Any) -> Response:
        """Row by row, what is due first on top; `page` counts from 1."""
        wanted = self._wanted({"page"})
        number, size = self._number("page", 1, 100_000), self._number("page_size", 50, MAX_PAGE_SIZE)
        page = page_of(self.actor, wanted, number, clock.today(), size=size)
        address = request.build_absolute_uri
        return Response(
            {
                "next": address(f"?{self._query(page=number + 1)}") if page.more else None,
                "previous": address(f"?{self._query(page=number - 1)}") if number > 1 else None,
                "results": [_row(row) for row in page.rows],
            }
        )

    @extend_schema(request=AssignInput, responses=AssignAnswer)
    def assign(self, request: Any) -> Response:
        """Say who finds these out, by when, or both; what you may not change is told and left alone."""
        asked = AssignInput(data=request.data, context={"people": people(self.actor)})
        asked.is_valid(raise_exception=True)
        told = self.write(assign_unknowns, **asked.validated_data)
        return Response({"changed": told.changed, "refused": told.refused})

    def _wanted(self, more: set[str]) -> Wanted:
        self.refuse_unknown_parameters({*NAMES, *more})
        form = UnknownFilter(self.request.query_params)
        if not form.is_valid():
            raise ValidationError({name: [str(text) for text in texts] for name, texts in form.errors.items()})
        return form.wanted(self.actor.user_id)

    def _number(self, name: str, otherwise: int, most: int) -> int:
        text = self.request.query_params.get(name, str(otherwise))
        if not (text.isascii() and text.isdigit() and len(text) < 8 and 1 <= int(text) <= most):
            raise ValidationError({name: [f"A number from 1 to {most}."]})
        return int(text)

    def _query(self, **changes: int) -> str:
        query = self.request.query_params.copy()
        for name, value in changes.items():
            query[name] = str(value)
        return str(query.urlencode())


def _group(one: Group) -> dict[str, Any]:
    return {
        "kind": one.kind.value, "key": one.key, "what": one.label, "unknown": one.items, "initiatives": one.initiatives,
        "gates": one.gates, "owned": one.owned, "overdue": one.overdue, "first_due": one.due,
        "next_phases": {phase.value: count for phase, count in one.phases.items()},
        "value_held": [{"currency": held.currency, "total": held.total, "initiatives": held.count} for held in one.held],
    }  # fmt: skip


def _row(row: Row) -> dict[str, Any]:
    return {
        "kind": row.kind.value, "key": row.key, "what": row.label, "initiative_key": row.initiative_key,
        "initiative_name": row.initiative_name, "unit": row.unit_name, "place": row.place,
        "next_stage": "unknown" if row.stage_unknown else row.next_name, "next_phase": row.phase.value,
        "holds_up_the_gate": row.holds, "owner": row.owner_name, "due": row.due, "overdue": row.overdue, "value": row.value,
        "currency": row.currency if row.value is not None else "", "ref": row.ref,
    }  # fmt: skip
