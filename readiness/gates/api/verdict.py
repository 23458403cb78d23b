"""`/api/v1/initiatives/{key}/gates/{gate}/verdict/` and `badge.svg`: may it pass, for pipelines, clusters and README files."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status as http
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from portfolio.kit import clock
from portfolio.kit.api.base import ScopedApi
from portfolio.kit.api.renderers import JsonRenderer
from readiness.gates.api.rendering import SvgRenderer
from readiness.gates.api.shapes.verdict import GateVerdict
from readiness.gates.api.verdict_rows import badge, verdict_row
from readiness.gates.queries.passing import GateNow, gate_now, named

KEY = OpenApiParameter("key", str, OpenApiParameter.PATH, description="such as AI-0042, or the id")
_YES, _NO = ("1", "true"), ("", "0", "false")


class _OfGate(ScopedApi):
    resource = "gates"

    def gate(self, key: str, gate: str) -> GateNow:
        """Raises Http404 alike for what there is not and for what another unit has."""
        initiative = named(self.actor, key)
        found = gate_now(initiative, gate, clock.now()) if initiative is not None else None
        if found is None:
            raise Http404
        return found

    def answer(self, body: bytes, media_type: str, code: int = http.HTTP_200_OK) -> HttpResponseBase:
        """With a strong ETag over the bytes. What is refused is never answered with 304, which clients take for a success."""
        answer = HttpResponse(body, content_type=media_type, status=code)
        answer.headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        answer.headers["Cache-Control"] = "private, no-cache"
        return get_conditional_response(self.request._request, etag=answer.headers["ETag"], response=answer) or answer


class GateVerdictView(_OfGate):
    """Whether an initiative may pass a gate now."""

    @extend_schema(
        responses={200: GateVerdict, 304: None, 409: GateVerdict},
        parameters=[KEY, OpenApiParameter("fail", bool, description="answer 409 where it is not met, so that curl -f fails")],
    )
    def get(self, request: Request, key: str, gate: str) -> HttpResponseBase:
        """By the decision in effect and what changed since. Unknown and stale are not met."""
        self.refuse_unknown_parameters({"fail"})
        fails = self._fails()
        row = verdict_row(self.gate(key, gate), request)
        code = http.HTTP_409_CONFLICT if fails and not row["met"] else http.HTTP_200_OK
        return self.answer(JsonRenderer().render(row), JsonRenderer.media_type, code)

    def _fails(self) -> bool:
        wanted = self.request.query_params.get("fail", "").lower()
        if wanted not in (*_YES, *_NO):
            raise ValidationError({"fail": ["1 or 0."]})
        return wanted in _YES


class GateBadgeView(_OfGate):
    """The same as a picture of one line."""

    renderer_classes: Any = (SvgRenderer, JsonRenderer)

    @extend_schema(responses={(200, "image/svg+xml"): OpenApiTypes.STR, 304: None}, parameters=[KEY])
    def get(self, request: Request, key: str, gate: str) -> HttpResponseBase:
        """The gate's name and the verdict."""
        self.refuse_unknown_parameters(set())
        return self.answer(badge(self.gate(key, gate)).encode(), SvgRenderer.media_type)
