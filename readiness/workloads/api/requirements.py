"""`/api/v1/workloads/{id}/requirements/`: what production must be shown to carry."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import status as http
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from portfolio.kit.api.base import ScopedApi
from readiness.workloads.api.profiles import visible_workload
from readiness.workloads.api.rows import requirement_row
from readiness.workloads.api.shapes import RequirementInput, RequirementShape
from readiness.workloads.choices import Comparator, Metric
from readiness.workloads.models import Requirement
from readiness.workloads.queries.profiles import requirements_of
from readiness.workloads.services import requirements as verbs


class RequirementViewSet(ScopedApi, GenericViewSet[Requirement]):
    """Derived requirements follow the profile; those added by hand are yours to change and withdraw."""

    resource = "workloads"
    queryset = Requirement.objects.none()
    filter_backends = ()
    lookup_value_regex = r"\d+"

    @extend_schema(responses=RequirementShape(many=True))
    def list(self, request: Request, workload: str) -> Response:
        self.refuse_unknown_parameters(set())
        page = self.paginate_queryset(requirements_of(self.actor, visible_workload(self.actor, int(workload)).pk)) or []
        return self.get_paginated_response([requirement_row(row) for row in page])

    @extend_schema(responses=RequirementShape)
    def retrieve(self, request: Request, workload: str, pk: str) -> Response:
        return Response(requirement_row(self._get(workload, pk)))

    @extend_schema(request=RequirementInput, responses={201: RequirementShape})
    def create(self, request: Request, workload: str) -> Response:
        """Demand something that the profile does not say."""
        values = self._input(partial=False)
        made = self.write(verbs.add_requirement, workload=visible_workload(self.actor, int(workload)), **values)
        return Response(requirement_row(made), status=http.HTTP_201_CREATED)

    @extend_schema(request=RequirementInput, responses=RequirementShape)
    def partial_update(self, request: Request, workload: str, pk: str) -> Response:
        """Change it; of a derived one only the age of evidence, the note, venue and accelerators."""
        row, values = self._get(workload, pk), self._input(partial=True)
        return Response(requirement_row(self.write(verbs.change_requirement, requirement=row, changes=values)))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, workload: str, pk: str) -> Response:
        """Withdraw one that was added by hand; it stays on record."""
        self.write(verbs.retire_requirement, requirement=self._get(workload, pk))
        return Response(status=http.HTTP_204_NO_CONTENT)

    def _get(self, workload: str, pk: str) -> Requirement:
        found = requirements_of(self.actor, int(workload)).filter(pk=int(pk)).first()
        if found is None:
            raise Http404
        return found

    def _input(self, *, partial: bool) -> dict[str, Any]:
        shape = RequirementInput(data=self.request.data, partial=partial)
        shape.is_valid(raise_exception=True)
        values = dict(shape.validated_data)
        for name, kind in (("metric", Metric), ("comparator", Comparator)):
            if name in values:
                values[name] = kind(values[name])
        return values
