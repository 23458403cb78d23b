"""`/api/v1/evidence/verdicts/` and `/missing/`: what each requirement is judged and was judged, and what would decide it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from portfolio.kit.api.base import ScopedApi
from readiness.evidence.api import verdict_shapes as shapes
from readiness.evidence.filters.missing import MissingFilter
from readiness.evidence.filters.verdicts import VerdictFilter
from readiness.evidence.queries import judged as reading
from readiness.evidence.queries.judged import Seen
from readiness.workloads.models import Requirement

_JUDGED = tuple(shapes.JudgedShape().fields)
_NOW = tuple(shapes.VerdictShape().fields)
_PAST = tuple(shapes.PastVerdict().fields)


class VerdictViewSet(ScopedApi, GenericViewSet[Requirement]):
    """Verdicts by requirement. Each holds a copy of everything that it stands on."""

    resource = "evidence"
    queryset = Requirement.objects.none()
    filterset_class = VerdictFilter
    lookup_value_regex = r"\d+"

    @extend_schema(responses=shapes.VerdictShape(many=True))
    def list(self, request: Request) -> Response:
        """What every requirement in use is judged now. Unknown and stale are verdicts, never blanks."""
        self.refuse_unknown_parameters(set(VerdictFilter.base_filters))
        rows = self.filter_queryset(reading.with_verdict(reading.standing_requirements(self.actor)))
        page = self.paginate_queryset(rows.values("id")) or []
        return self.get_paginated_response(self._told([row["id"] for row in page]))

    @extend_schema(responses=shapes.VerdictShape)
    def retrieve(self, request: Request, pk: str) -> Response:
        """By the id of the requirement."""
        found = self._told([self._get(int(pk))])
        return Response(found[0])

    @extend_schema(responses=shapes.PastVerdict(many=True))
    @action(detail=True, filter_backends=())
    def history(self, request: Request, pk: str) -> Response:
        """What it was judged, the newest first."""
        self.refuse_unknown_parameters(set())
        rows = reading.history(self.actor, self._get(int(pk)))
        page = self.paginate_queryset(rows.values(*_PAST)) or []
        seen = reading.seen_of(self.actor, page)
        return self.get_paginated_response([_masked(row, _PAST, seen) for row in page])

    def _get(self, pk: int) -> int:
        if not reading.standing_requirements(self.actor).filter(pk=pk).exists():
            raise Http404
        return pk

    def _told(self, keys: Any) -> Any:
        """In the order of the keys."""
        found = {row["id"]: row for row in reading.judged(Requirement.objects.filter(pk__in=keys))}
        seen = reading.seen_of(self.actor, found.values())
        return [_masked(found[pk], _NOW, seen) for pk in keys]


class MissingView(ScopedApi, GenericViewSet[Requirement]):
    """What would decide the open verdicts of running initiatives."""

    resource = "evidence"
    queryset = Requirement.objects.none()
    filterset_class = MissingFilter
    pagination_class = None

    @extend_schema(responses=shapes.MissingFacet(many=True))
    def list(self, request: Request) -> Response:
        """By what is missing, by who could supply it, by unit, the longest lines first. `verdicts/?open=true` has the rows."""
        self.refuse_unknown_parameters(set(MissingFilter.base_filters))
        rows: QuerySet[Requirement] = self.filter_queryset(reading.with_verdict(reading.of_running(self.actor)))
        return Response([one._asdict() for one in reading.facets(rows)])


def _masked(row: Mapping[str, Any], names: tuple[str, ...], seen: Seen) -> dict[str, Any]:
    """The row without what the reader may not open: ids are null, hidden runs have no name, hidden pools are not there."""
    told = {name: row[name] for name in names}
    told["evidence"] = row["evidence"] and _cited(row["evidence"], seen)
    told["others"] = [_cited(one, seen) for one in row["others"] or ()]
    told["missing"] = [_entry(one, seen) for one in row["missing"] or ()]
    capacity = row["capacity"]
    if capacity and "pools" in capacity:
        told["capacity"] = capacity | {"pools": [one for one in capacity["pools"] if one["pool_id"] in seen.pools]}
    return told


def _cited(one: Mapping[str, Any], seen: Seen) -> dict[str, Any]:
    source = one.get("source_id")
    hidden = {} if one.get("run_id") in seen.runs else {"run_id": None, "series_id": None, "name": ""}
    named = {"source_id": source if source in seen.sources else None, "source_name": seen.sources.get(source or 0)}
    return dict(one) | {name: value for name, value in hidden.items() if name in one} | named


def _entry(one: Mapping[str, Any], seen: Seen) -> dict[str, Any]:
    """Of what is missing."""
    told = dict(one)
    if "pool_id" in one and one["pool_id"] not in seen.pools:
        told |= {"pool_id": None, "pool": ""}
    if "source_id" in one and one["source_id"] not in seen.sources:
        told["source_id"] = None
    if "run_id" in one and one["run_id"] not in seen.runs:
        told["run_id"] = None
    return told
