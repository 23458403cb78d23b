"""`/api/v1/question-banks/`: read the versions, bring in and take out YAML, publish. Writing is for administrators."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status as http
from rest_framework.decorators import action
from rest_framework.parsers import BaseParser
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from portfolio.kit.api.base import ScopedApi
from portfolio.kit.api.parsers import JsonParser
from readiness.assessments.api.shapes import BankDetail, BankImport, BankRow, bank_shape
from readiness.assessments.models import QuestionBank
from readiness.assessments.queries.banks import bank_rows, pack_of, visible_banks
from readiness.assessments.rules.packs import write_pack
from readiness.assessments.services import banks as verbs
from readiness.assessments.services.rights import can_configure

MAX_BYTES = 1_000_000


class YamlParser(BaseParser):
    """The body as text; the service reads it and names what is wrong."""

    media_type = "application/yaml"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, str]:
        body = stream.read(MAX_BYTES + 1)
        try:
            return {"pack": body.decode("utf-8-sig") if len(body) <= MAX_BYTES else ""}
        except UnicodeDecodeError as error:
            raise ValidationError({"pack": "Not a UTF-8 text."}) from error


class QuestionBankViewSet(ScopedApi, GenericViewSet[QuestionBank]):
    """Versions of question banks. A published one never changes."""

    resource = "assessments"
    queryset = QuestionBank.objects.none()
    filter_backends = ()
    lookup_value_regex = r"\d+"

    @extend_schema(responses=BankRow(many=True))
    def list(self, request: Any) -> Response:
        self.refuse_unknown_parameters(set())
        rows: Any = bank_rows(self.actor, drafts=can_configure(self.actor))
        return self.get_paginated_response(self.paginate_queryset(rows))

    @extend_schema(responses=BankDetail)
    def retrieve(self, request: Any, pk: str) -> Response:
        return self._answer(self._bank(pk))

    @extend_schema(request={"application/yaml": OpenApiTypes.STR, "application/json": BankImport}, responses={201: BankDetail})
    @action(detail=False, methods=["post"], url_path="import", parser_classes=[YamlParser, JsonParser])
    def bring(self, request: Any) -> Response:
        """Make a YAML bank the draft of its key. Every problem is named with its question and key."""
        asked = BankImport(data=request.data)
        asked.is_valid(raise_exception=True)
        return self._answer(self.write(verbs.import_bank, text=asked.validated_data["pack"]), http.HTTP_201_CREATED)

    @extend_schema(responses={(200, "application/yaml"): OpenApiResponse(OpenApiTypes.STR)})
    @action(detail=True, methods=["get"])
    def export(self, request: Any, pk: str) -> HttpResponse:
        """The version as YAML, as import takes it."""
        bank = self._bank(pk)
        answer = HttpResponse(write_pack(pack_of(bank)), content_type="application/yaml; charset=utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="{bank.key}-v{bank.version}.yaml"'
        return answer

    @extend_schema(request=None, responses=BankDetail)
    @action(detail=True, methods=["post"])
    def publish(self, request: Any, pk: str) -> Response:
        """From now on it never changes; the version before it is retired."""
        return self._answer(self.write(verbs.publish_bank, bank=self._bank(pk)))

    @extend_schema(request=None, responses=BankDetail)
    @action(detail=True, methods=["post"], url_path="make-default")
    def make_default(self, request: Any, pk: str) -> Response:
        """New assessments use it."""
        return self._answer(self.write(verbs.make_default_bank, bank=self._bank(pk)))

    @extend_schema(request=None, responses=BankDetail)
    @action(detail=True, methods=["post"])
    def retire(self, request: Any, pk: str) -> Response:
        """No new assessment uses it."""
        return self._answer(self.write(verbs.retire_bank, bank=self._bank(pk)))

    def _bank(self, pk: str) -> QuestionBank:
        bank = visible_banks(drafts=can_configure(self.actor)).filter(pk=pk).first()
        if bank is None:
            raise Http404
        return bank

    def _answer(self, bank: QuestionBank, code: int = http.HTTP_200_OK) -> Response:
        counts = bank_rows(self.actor, drafts=True).get(pk=bank.pk)
        return Response(bank_shape(bank, counts), status=code)
