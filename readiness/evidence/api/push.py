"""`POST /api/v1/evidence/`: a tool's file or normalised observations, under a key that makes sending them again harmless."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError as Refused
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status as http
from rest_framework.exceptions import APIException, ParseError, PermissionDenied, Throttled, UnsupportedMediaType, ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from portfolio.accounts.choices import Scope
from portfolio.accounts.models import ApiToken
from portfolio.kit import clock
from portfolio.kit.api.base import ScopedApi
from readiness.evidence.api.bodies import AnyBody, Body, TooLarge
from readiness.evidence.api.shapes import PushedShape, PushInput
from readiness.evidence.models import Delivery
from readiness.evidence.rules.declared import READERS
from readiness.evidence.rules.envelope import ABOUT, BadBody, Envelope, envelope, kind_of, lines, note_of
from readiness.evidence.rules.normal import Problem
from readiness.evidence.services import pushes as verbs
from readiness.evidence.services.receiving import JSON, NDJSON

ENVIRONMENT = tuple(name for name in READERS if name != "extra")
SAID = (*ABOUT, *ENVIRONMENT, "note")
LINES = ("application/x-ndjson", "application/jsonl", "application/jsonlines", "application/x-jsonlines")


class KeyReused(APIException):
    status_code = http.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "idempotency_key_reused"
    default_detail = "This Idempotency-Key came before with another request; take a new one."


class MayPush(BasePermission):
    """`evidence:push` is enough; `evidence:write` may too."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        actor = getattr(request._request, "actor", None)
        if actor is None:
            return False
        if not (actor.has_scope(Scope.EVIDENCE_PUSH) or actor.has_scope(Scope.EVIDENCE_WRITE)):
            raise PermissionDenied("This token lacks the scope evidence:push.")
        return True


_ABOUT = "; one of the three is needed, where the body does not say it"
PARAMETERS = [
    OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, required=True, description="a text of yours for this push"),
    OpenApiParameter("Content-Encoding", str, OpenApiParameter.HEADER, enum=["gzip"], description="the body is gzipped"),
    OpenApiParameter("filename", str, description="the body is this file of a tool, as it is"),
    OpenApiParameter("workload", str, description="id, AI-0042/Chat, AI-0042 or jira:AI-7/Chat" + _ABOUT),
    OpenApiParameter("pool", str, description="id or name of a capacity pool" + _ABOUT),
    OpenApiParameter("unit", str, description="id, code or name of a business unit" + _ABOUT),
    OpenApiParameter("note", str),
    OpenApiParameter("kind", str, enum=["benchmark", "telemetry", "cost", "inventory"], description="of JSON lines"),
    *(OpenApiParameter(name, str, description="of the measured place; see the environment of the body") for name in ENVIRONMENT),
]


class PushView(ScopedApi):
    """Evidence comes in here. Nothing of a push counts until its delivery is done, and then all of it."""

    resource = "evidence"
    permission_classes = (MayPush,)
    parser_classes = (MultiPartParser, AnyBody)

    @extend_schema(
        request={
            "application/json": PushInput,
            "application/x-ndjson": {"type": "string", "description": "an observation a line"},
            "application/octet-stream": {"type": "string", "format": "binary", "description": "with ?filename="},
            "multipart/form-data": {
                "type": "object", "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}, **{name: {"type": "string"} for name in SAID}},
            },
        },
        parameters=PARAMETERS,
        responses={202: PushedShape},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Push a file or up to 100,000 observations of at most 64 MB. The answer is the delivery to poll, the same for the same
        key and request; 422 for the key with another request, 429 beyond the pace."""
        self._check_address()
        self._keep_pace()
        key = verbs.checked_key(request.headers.get("Idempotency-Key"))
        self._refuse_large()
        try:
            delivery = self._push(request, key)
        except BadBody as bad:
            raise ValidationError(_by_pointer(bad.problems)) from bad
        except verbs.KeyReused as reused:
            raise KeyReused from reused
        return self._accepted(delivery)

    def _push(self, request: Request, key: str) -> Delivery:
        data: Any = request.data
        if isinstance(data, Body):
            return self._push_body(data, key)
        (file,) = self._files(request)
        if unknown := set(data) - {*SAID, "file"}:
            raise ValidationError({name: ["There is no such field."] for name in sorted(unknown)})
        return self._push_file(key, file, _said(request.query_params, {name: data[name] for name in data if name != "file"}))

    def _check_address(self) -> None:
        """What may stand in it, by what the body is."""
        if "filename" in self.request.query_params:
            self.refuse_unknown_parameters({*SAID, "filename"})
        elif self._content_type in LINES:
            self.refuse_unknown_parameters({*SAID, "kind"})
        elif self._content_type == "multipart/form-data":
            self.refuse_unknown_parameters(set(SAID))
        else:
            self.refuse_unknown_parameters(set())

    def _push_body(self, body: Body, key: str) -> Delivery:
        said = _said(self.request.query_params)
        if "filename" in self.request.query_params:
            body.name = self.request.query_params["filename"]
            return self._push_file(key, body, said)
        if self._content_type == "application/json":
            content = body.whole(verbs.MOST_BODY)
            return self._push_rows(key, content, JSON, envelope(content))
        if self._content_type in LINES:
            content = body.whole(verbs.MOST_BODY)
            about, environment, note = _parts(said)
            kind = kind_of(self.request.query_params.get("kind"))
            return self._push_rows(key, content, NDJSON, Envelope(lines(content), about, environment, kind, note))
        raise UnsupportedMediaType(
            self._content_type, f"Send application/json, {LINES[0]}, a form with a file, or a file as it is with ?filename=."
        )

    def _push_file(self, key: str, file: File[Any], said: Mapping[str, Any]) -> Delivery:
        about, environment, note = _parts(said)
        return self.write(
            verbs.push_file,
            key=key,
            file=file,
            about=about,
            environment=environment,
            note=note,
            now=clock.now(),
            token=self._token,
        )

    def _push_rows(self, key: str, body: bytes, form: str, said: Envelope) -> Delivery:
        try:
            return self.write(
                verbs.push_observations, key=key, body=body, form=form, said=said, now=clock.now(), token=self._token
            )
        except Refused as refused:
            if form != JSON or not hasattr(refused, "error_dict"):
                raise
            raise ValidationError(_in_body(refused)) from refused

    def _files(self, request: Request) -> list[UploadedFile]:
        files: list[UploadedFile] = request.FILES.getlist("file")
        if len(files) != 1 or len(request.FILES) != 1:
            raise ValidationError({"file": ["Send exactly one file, as `file`."]})
        return files

    def _keep_pace(self) -> None:
        try:
            verbs.keep_pace(by=self.actor, token=self._token, now=clock.now())
        except verbs.TooOften as often:
            raise Throttled(often.retry_after_s) from often

    def _refuse_large(self) -> None:
        """Before any of it is read; a gzipped body is counted again as it is unpacked."""
        try:
            length = int(self.request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            raise ParseError("Content-Length is no number.") from None
        if length > settings.EVIDENCE_MAX_BYTES + 2**20:
            raise TooLarge(f"At most {settings.EVIDENCE_MAX_BYTES // 2**20} MB at a time.")

    @property
    def _content_type(self) -> str:
        """Without its parameters. Raises UnsupportedMediaType for a text of another encoding than UTF-8."""
        whole = str(self.request.content_type or "").lower()
        kind, _semicolon, more = whole.partition(";")
        if "charset=" in more and more.rpartition("charset=")[2].strip(' "') not in ("utf-8", "utf8"):
            raise UnsupportedMediaType(whole, "Send UTF-8.")
        return kind.strip()

    @property
    def _token(self) -> ApiToken | None:
        return self.request.auth if isinstance(self.request.auth, ApiToken) else None

    def _accepted(self, delivery: Delivery) -> Response:
        """As it was when it was taken in, so that the same request always has the same answer."""
        url = reverse("evidence-delivery-detail", args=[delivery.pk], request=self.request)
        return Response(
            {"id": delivery.pk, "state": "queued", "url": url}, status=http.HTTP_202_ACCEPTED, headers={"Location": url}
        )  # fmt: skip


def _said(*given: Mapping[str, Any]) -> dict[str, Any]:
    """What parameters and form say of subject, place and note, each once."""
    said: dict[str, Any] = {}
    for one in given:
        for name in set(one) & set(SAID):
            values = one.getlist(name) if hasattr(one, "getlist") else [one[name]]
            if len(values) != 1 or name in said:
                raise ValidationError({name: ["Said twice."]})
            if values[0] != "":
                said[name] = values[0]
    return said


def _parts(said: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any], str]:
    """(about, environment, note)."""
    about = {name: said[name] for name in ABOUT if name in said}
    return about, {name: said[name] for name in ENVIRONMENT if name in said}, note_of(said.get("note"))


def _by_pointer(problems: tuple[Problem, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in problems:
        found.setdefault(one.pointer.strip("/") or "non_field_errors", []).append(one.text)
    return found


def _in_body(refused: Refused) -> dict[str, list[str]]:
    """By pointers into the JSON, where the environment is an object of its own."""
    said = refused.message_dict
    return {f"environment/{name}" if name in READERS else name: texts for name, texts in said.items()}
