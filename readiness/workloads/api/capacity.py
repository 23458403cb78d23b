"""`/api/v1/capacity-pools/`: what there is, what is free of it, who holds and who queues; and by when to order more."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status as http
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from portfolio.kit import clock
from portfolio.kit.api.base import ScopedApi, etag
from readiness.workloads.api.capacity_shapes import (
    AllocationInput,
    AllocationRow,
    OrderByRow,
    PoolInput,
    PoolRow,
    ReasonInput,
    ReleaseInput,
)
from readiness.workloads.api.profiles import Stale
from readiness.workloads.api.shapes import Strict
from readiness.workloads.choices import AllocationState
from readiness.workloads.filters import PoolFilter
from readiness.workloads.models import Allocation, CapacityPool
from readiness.workloads.queries import capacity as reading
from readiness.workloads.queries.orders import order_by_rows
from readiness.workloads.services import capacity as verbs

ORDERINGS = ("-id", "id", "name", "-name", "-updated_at", "updated_at")


class PoolViewSet(ScopedApi, GenericViewSet[CapacityPool]):
    """Capacity pools of the units that you may see and those offered to one of them, with what is free of them today and on
    the tightest day to come."""

    resource = "workloads"
    queryset = CapacityPool.objects.none()
    filterset_class = PoolFilter
    serializer_class = PoolInput  # type: ignore[assignment]
    lookup_value_regex = r"\d+"

    @extend_schema(
        responses=PoolRow(many=True),
        parameters=[OpenApiParameter("ordering", enum=ORDERINGS, description="default -id: newest first")],
    )
    def list(self, request: Request) -> Response:
        """A page of pools; follow `next` until it is null."""
        self.refuse_unknown_parameters(set(PoolFilter.base_filters))
        rows = self.filter_queryset(reading.visible_pools(self.actor))
        self.paginator.ordering = (self._ordering(),)  # type: ignore[union-attr]
        page = self.paginate_queryset(reading.pool_rows(self.actor, rows)) or []
        return self.get_paginated_response(_shown(list(page)))

    @extend_schema(responses=PoolRow)
    def retrieve(self, request: Request, pk: str) -> Response:
        return self._answer(int(pk))

    @extend_schema(request=PoolInput, responses={201: PoolRow})
    def create(self, request: Request) -> Response:
        """Say that a pool exists. Leave `size` out, and nobody knows it; nothing can be granted of it until somebody does."""
        made = self.write(verbs.create_pool, **self._input(partial=False))
        return self._answer(made.pk, http.HTTP_201_CREATED)

    @extend_schema(request=PoolInput, responses=PoolRow)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change it. What was granted stays covered: a change that leaves a day short is refused. If-Match guards the version."""
        row = visible_pool(self.actor, int(pk))
        changes = self._input(partial=True, pool=row)
        try:
            self.write(verbs.change_pool, pool=row, changes=changes, version=self.version())
        except verbs.StalePool as stale:
            raise Stale(f"Somebody saved version {stale.current.version} meanwhile; read it again.") from stale
        return self._answer(row.pk)

    @extend_schema(responses=OrderByRow(many=True))
    @action(detail=False, url_path="order-by", pagination_class=None)
    def order_by(self, request: Request) -> Response:
        """By when to order what is asked for and not free: need date less lead time, the most urgent first."""
        self.refuse_unknown_parameters(set(PoolFilter.base_filters))
        pools = self.filter_queryset(reading.visible_pools(self.actor))
        return Response([asdict(row) for row in order_by_rows(self.actor, clock.today(), pools)])

    def _ordering(self) -> str:
        wanted = self.request.query_params.get("ordering", ORDERINGS[0])
        if wanted not in ORDERINGS:
            raise ValidationError({"ordering": [f"One of {', '.join(ORDERINGS)}."]})
        return wanted

    def _input(self, *, partial: bool, pool: CapacityPool | None = None) -> dict[str, Any]:
        context = {"actor": self.actor, "pool": pool}
        serializer = PoolInput(data=self.request.data, partial=partial, context=context)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _answer(self, pk: int, code: int = http.HTTP_200_OK) -> Response:
        found = list(reading.pool_rows(self.actor, reading.visible_pools(self.actor).filter(pk=pk)))
        if not found:
            raise Http404
        (row,) = _shown(found)
        return Response(row, status=code, headers=etag(row["version"]))


class AllocationViewSet(ScopedApi, GenericViewSet[Allocation]):
    """What is held of one pool and asked for; granting takes from the pool, if it is free on every day of the span."""

    resource = "workloads"
    queryset = Allocation.objects.none()
    filter_backends = ()
    serializer_class = AllocationInput  # type: ignore[assignment]
    lookup_value_regex = r"\d+"

    @extend_schema(
        responses=AllocationRow(many=True),
        parameters=[OpenApiParameter("state", enum=[state.value for state in AllocationState])],
    )
    def list(self, request: Request, pool: str) -> Response:
        """Allocations of every state, the newest first."""
        self.refuse_unknown_parameters({"state"})
        rows = Allocation.objects.filter(pool=visible_pool(self.actor, int(pool)))
        if state := request.query_params.get("state"):
            if state not in set(AllocationState):
                raise ValidationError({"state": [f"One of {', '.join(AllocationState)}."]})
            rows = rows.filter(state=state)
        return self.get_paginated_response(
            reading.masked(self.paginate_queryset(reading.allocation_rows(self.actor, rows)) or [])
        )  # fmt: skip

    @extend_schema(responses=AllocationRow)
    def retrieve(self, request: Request, pool: str, pk: str) -> Response:
        return self._answer(self._get(pool, pk).pk)

    @extend_schema(request=AllocationInput, responses={201: AllocationRow})
    def create(self, request: Request, pool: str) -> Response:
        """Ask for a part of the pool, for a workload that you may change. It queues until it is granted."""
        row = visible_pool(self.actor, int(pool))
        made = self.write(verbs.request_capacity, pool=row, **self._input(AllocationInput))
        return self._answer(made.pk, http.HTTP_201_CREATED)

    @extend_schema(request=None, responses=AllocationRow)
    @action(detail=True, methods=["post"])
    def grant(self, request: Request, pool: str, pk: str) -> Response:
        """Give it. 400 says by how much it does not fit, on which days, and who holds it."""
        return self._answer(self.write(verbs.grant, allocation=self._get(pool, pk)).pk)

    @extend_schema(request=ReasonInput, responses=AllocationRow)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pool: str, pk: str) -> Response:
        """Say no, with the reason."""
        row = self._get(pool, pk)
        return self._answer(self.write(verbs.refuse, allocation=row, **self._input(ReasonInput)).pk)

    @extend_schema(request=ReleaseInput, responses=AllocationRow)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pool: str, pk: str) -> Response:
        """Give it back, now or on a day to come; or take a request back."""
        row = self._get(pool, pk)
        return self._answer(self.write(verbs.release, allocation=row, **self._input(ReleaseInput)).pk)

    def _get(self, pool: str, pk: str) -> Allocation:
        found = Allocation.objects.filter(pool=visible_pool(self.actor, int(pool)), pk=pk).first()
        if found is None:
            raise Http404
        return found

    def _input(self, shape: type[Strict]) -> dict[str, Any]:
        serializer = shape(data=self.request.data, context={"actor": self.actor})
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _answer(self, pk: int, code: int = http.HTTP_200_OK) -> Response:
        (row,) = reading.masked(reading.allocation_rows(self.actor, Allocation.objects.filter(pk=pk)))
        return Response(row, status=code)


def visible_pool(actor: Any, pk: int) -> CapacityPool:
    """404 for a pool of another unit that is not offered to the actor as for none."""
    row = reading.visible_pools(actor).select_related("unit").filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _shown(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {reading.SHOWN_AS.get(name, name): value for name, value in row.items()}
        for row in reading.with_lowest(rows, clock.today())
    ]
