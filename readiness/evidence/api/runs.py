"""`/api/v1/evidence/runs/`: what was measured together, with everything that is known of it; set aside by a person, put back."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from portfolio.kit.api.base import ScopedApi
from readiness.evidence.api import reading_shapes as shapes
from readiness.evidence.api.rows import about, reading_row
from readiness.evidence.filters.series import RunFilter
from readiness.evidence.models import Run
from readiness.evidence.queries import runs as reading
from readiness.evidence.queries.payloads import may_have_whole
from readiness.evidence.queries.shown import NAMES, masked
from readiness.evidence.services import set_aside as verbs

COLUMNS = (
    "id", "kind", "tool", "tool_version", "format", "name", "place", "observed_at", "flawed", "unproven", "delivery_id",
    "set_aside",
)  # fmt: skip
_DETAIL = ("started_at", "local_time", "duration_s", "load", "environment")


class EvidenceRunViewSet(ScopedApi, GenericViewSet[Run]):
    """Runs are never changed; a person may say that one must not decide."""

    resource = "evidence"
    queryset = Run.objects.none()
    filterset_class = RunFilter
    lookup_value_regex = r"\d+"

    @extend_schema(responses=shapes.EvidenceRunRow(many=True))
    def list(self, request: Request) -> Response:
        """The newest first."""
        self.refuse_unknown_parameters(set(RunFilter.base_filters))
        rows = self.filter_queryset(reading.listed(self.actor)).values(*COLUMNS, *NAMES)
        page = self.paginate_queryset(rows) or []
        return self.get_paginated_response([_row(masked(row)) for row in page])

    @extend_schema(responses=shapes.EvidenceRunDetail)
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self._detail(int(pk)))

    @extend_schema(request=shapes.EvidenceReason, responses=shapes.EvidenceRunDetail)
    @action(detail=True, methods=["post"], url_path="set-aside")
    def set_aside(self, request: Request, pk: str) -> Response:
        """Keep it from deciding. A person says so, no token."""
        return self._say(verbs.set_aside, int(pk))

    @extend_schema(request=shapes.EvidenceReason, responses=shapes.EvidenceRunDetail)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Let it decide again."""
        return self._say(verbs.restore, int(pk))

    def _say(self, verb: Any, pk: int) -> Response:
        run = self._get(pk)
        shape = shapes.EvidenceReason(data=self.request.data)
        shape.is_valid(raise_exception=True)
        self.write(verb, run=run, reason=shape.validated_data["reason"])
        return Response(self._detail(pk))

    def _get(self, pk: int) -> Any:
        run = reading.one_run(self.actor, pk)
        if run is None:
            raise Http404
        return run

    def _detail(self, pk: int) -> dict[str, Any]:
        run = self._get(pk)
        said, found = reading.said_of(run), reading.readings_of(self.actor, run)
        open_to_all = reading.may_open_raw(self.actor, run)
        row = masked({name: getattr(run, name) for name in (*NAMES, *(one for one in COLUMNS if one != "set_aside"))})
        aside = bool(said) and bool(said[0]["aside"])
        flaws = [{"code": code, "text": text if open_to_all else ""} for code, text in run.flaws]
        return _row(row | {"set_aside": aside}) | {name: getattr(run, name) for name in _DETAIL} | {
            "flaws": flaws,
            "said": [{"aside": one["aside"], "reason": one["reason"], "by": one["who"], "at": one["at"]} for one in said],
            "readings": [reading_row(one) for one in found[: reading.MOST_READINGS]],
            "more_readings": len(found) > reading.MOST_READINGS,
            "unread": run.unread if open_to_all else {},
            "payload": self._payload(run) if run.payload and open_to_all else None,
        }  # fmt: skip

    def _payload(self, run: Any) -> dict[str, Any]:
        row = run.payload
        own = {name: getattr(row, name) for name in ("id", "name", "media_type", "size_bytes", "sha256", "excerpt")}
        whole = row.stored_as and may_have_whole(self.actor, run.delivery, run.source.unit)
        return own | {"file": reverse("evidence-payload-file", args=[row.pk], request=self.request) if whole else None}


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return about(row) | {name: row[name] for name in COLUMNS}
