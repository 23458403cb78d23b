"""`/api/v1/imports/{id}/links/`: pairs of a file's row and an initiative that look alike; confirm, refuse, undo."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from portfolio.initiatives.choices import LinkSearchState, LinkState, LinkVerdict, choices_of
from portfolio.initiatives.models import ImportRun, LinkProposal, LinkSearch
from portfolio.initiatives.queries import links as reads
from portfolio.initiatives.services.imports.link_decisions import (
    LEAST_IN_BULK,
    USUAL_IN_BULK,
    confirm_links,
    decide_link,
    undo_link,
)
from portfolio.initiatives.services.imports.link_search import request_search
from portfolio.kit.api.base import ScopedApi

STATES = [(str(state), str(state)) for state in LinkState]


class ProposedLinkRowShape(serializers.Serializer[dict[str, Any]]):
    name = serializers.CharField()
    unit = serializers.ListField(child=serializers.CharField(), help_text="outermost first")
    purpose = serializers.CharField()
    stage_raw = serializers.CharField()


class LinkedInitiativeShape(serializers.Serializer[dict[str, Any]]):
    id = serializers.IntegerField()
    key = serializers.CharField()
    name = serializers.CharField()
    unit_id = serializers.IntegerField()
    stage = serializers.CharField(allow_null=True, help_text="key; null: unknown")
    status = serializers.CharField()


class ProposedLinkShape(serializers.Serializer[dict[str, Any]]):
    id = serializers.IntegerField()
    line = serializers.IntegerField()
    key = serializers.CharField(help_text="of the file's row")
    row = ProposedLinkRowShape()
    initiative = LinkedInitiativeShape()
    score = serializers.FloatField(help_text="0..1, a rank and no probability")
    parts = serializers.DictField(
        child=serializers.FloatField(allow_null=True),
        help_text="name, text: 0..1; office, date: 1 or -1 (differ); system, link, contract: 1 or 0; null: unknown",
    )
    best = serializers.BooleanField(help_text="no other pair of the row or of the initiative is as good")
    state = serializers.ChoiceField(STATES)
    decided_by = serializers.CharField()
    decided_at = serializers.DateTimeField(allow_null=True)


class LinkSearchShape(serializers.Serializer[dict[str, Any]]):
    state = serializers.ChoiceField(
        choices_of(LinkSearchState), allow_null=True, help_text="null: there is nothing to link; too_many: nothing was compared"
    )
    rows_done = serializers.IntegerField()
    rows_total = serializers.IntegerField(help_text="rows without a match in the register")
    known = serializers.IntegerField(help_text="initiatives of the register that are not in the file")
    finished_at = serializers.DateTimeField(allow_null=True)


class LinkFloorInput(serializers.Serializer[dict[str, Any]]):
    at_least = serializers.FloatField(min_value=LEAST_IN_BULK, max_value=1.0, default=USUAL_IN_BULK)


class LinksConfirmedShape(serializers.Serializer[dict[str, Any]]):
    confirmed = serializers.IntegerField()


class LinkViewSet(ScopedApi, GenericViewSet[LinkProposal]):
    """Candidates for linking the next snapshot of a register, while its import waits for a decision."""

    resource = "imports"
    queryset = LinkProposal.objects.none()
    serializer_class = LinkFloorInput  # type: ignore[assignment]
    filter_backends = ()

    @extend_schema(
        responses=ProposedLinkShape(many=True),
        parameters=[
            OpenApiParameter("state", enum=[*LinkState], description="all without it"),
            OpenApiParameter("min_score", float),
        ],
    )
    def list(self, request: Any, pk: str) -> Response:
        """Most alike first."""
        self.refuse_unknown_parameters({"state", "min_score"})
        run = self._run(pk)
        rows = reads.proposals_of(self.actor, run).filter(score__gte=self._least())
        state = request.query_params.get("state", "")
        if state and state not in LinkState.__members__.values():
            raise ValidationError({"state": [f"One of {', '.join(LinkState)}."]})
        if state:
            rows = reads.in_state(rows, run, state)
        self.paginator.ordering = ("-score", "id")  # type: ignore[union-attr]
        page: list[LinkProposal] = self.paginate_queryset(rows) or []
        fields = reads.rows_by_line(run, {one.line for one in page})
        return self.get_paginated_response([_shape(one, fields.get(one.line, {})) for one in page])

    @extend_schema(request=None, responses=ProposedLinkShape)
    def confirm(self, request: Any, pk: str, child: str) -> Response:
        """The row updates this initiative; 400 if either is linked otherwise."""
        return self._decided(pk, child, verdict=LinkVerdict.CONFIRMED)

    @extend_schema(request=None, responses=ProposedLinkShape)
    def refuse(self, request: Any, pk: str, child: str) -> Response:
        """The pair is not proposed again."""
        return self._decided(pk, child, verdict=LinkVerdict.REFUSED)

    @extend_schema(request=None, responses=ProposedLinkShape)
    def undo(self, request: Any, pk: str, child: str) -> Response:
        """The pair waits for a decision again."""
        return self._answer(self.write(undo_link, proposal=self._proposal(pk, child)))

    @extend_schema(request=LinkFloorInput, responses=LinksConfirmedShape)
    def confirm_all(self, request: Any, pk: str) -> Response:
        """Confirm every open pair of at least this score that is best for both its row and its initiative."""
        run = self._run(pk)
        serializer = LinkFloorInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        count = self.write(confirm_links, run=run, at_least=serializer.validated_data["at_least"])
        return Response({"confirmed": count})

    @extend_schema(responses=LinkSearchShape)
    def search(self, request: Any, pk: str) -> Response:
        """How far the comparison is."""
        return Response(_search_shape(LinkSearch.objects.filter(run=self._run(pk)).first()))

    @extend_schema(request=None, responses={202: LinkSearchShape})
    def search_again(self, request: Any, pk: str) -> Response:
        """Let a worker compare again; decisions stay."""
        run = self.write(request_search, run=self._run(pk))
        return Response(_search_shape(LinkSearch.objects.filter(run=run).first()), status=202)

    def _decided(self, pk: str, child: str, *, verdict: LinkVerdict) -> Response:
        return self._answer(self.write(decide_link, proposal=self._proposal(pk, child), verdict=verdict))

    def _answer(self, proposal: LinkProposal) -> Response:
        fields = reads.rows_by_line(proposal.run, {proposal.line})
        return Response(_shape(proposal, fields.get(proposal.line, {})))

    def _run(self, pk: str) -> ImportRun:
        run: ImportRun | None = ImportRun.objects.visible_to(self.actor).select_related("unit").filter(pk=pk).first()
        if run is None:
            raise Http404
        return run

    def _proposal(self, pk: str, child: str) -> LinkProposal:
        found = reads.proposals_of(self.actor, self._run(pk)).filter(pk=child).first()
        if found is None:
            raise Http404
        return found

    def _least(self) -> float:
        text = self.request.query_params.get("min_score", "0")
        try:
            return float(text)
        except ValueError as error:
            raise ValidationError({"min_score": ["A number from 0 to 1."]}) from error


def _shape(proposal: LinkProposal, fields: dict[str, Any]) -> dict[str, Any]:
    it, decision = proposal.initiative, proposal.decision
    return {
        **{name: getattr(proposal, name) for name in ("id", "line", "key", "score", "parts", "best")},
        "row": {name: fields.get(name) or "" for name in ("name", "purpose", "stage_raw")} | {"unit": fields.get("unit") or []},
        "initiative": {
            **{name: getattr(it, name) for name in ("id", "key", "name", "unit_id", "status")},
            "stage": it.stage.key if it.stage else None,
        },
        "state": decision.verdict if decision else LinkState.OPEN,
        "decided_by": decision.by_label if decision else "",
        "decided_at": decision.at if decision else None,
    }


def _search_shape(search: LinkSearch | None) -> dict[str, Any]:
    if search is None:
        return {"state": None, "rows_done": 0, "rows_total": 0, "known": 0, "finished_at": None}
    return {name: getattr(search, name) for name in ("state", "rows_done", "rows_total", "known", "finished_at")}


_links = LinkViewSet.as_view
urlpatterns = [
    path("imports/<int:pk>/links/", _links({"get": "list"}), name="api-import-links"),
    path("imports/<int:pk>/links/confirm/", _links({"post": "confirm_all"}), name="api-import-links-confirm"),
    path("imports/<int:pk>/links/<int:child>/confirm/", _links({"post": "confirm"}), name="api-import-link-confirm"),
    path("imports/<int:pk>/links/<int:child>/refuse/", _links({"post": "refuse"}), name="api-import-link-refuse"),
    path("imports/<int:pk>/links/<int:child>/undo/", _links({"post": "undo"}), name="api-import-link-undo"),
    path(
        "imports/<int:pk>/link-search/", _links({"get": "search", "post": "search_again"}), name="api-import-link-search",
    ),
]  # fmt: skip
