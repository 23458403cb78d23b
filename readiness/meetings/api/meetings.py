"""`/api/v1/meetings/`: read meetings; schedule them and fill their agenda. Nobody holds a meeting here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status as http
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from portfolio.accounts.queries import visible_units
from portfolio.kit.api.base import ScopedApi, etag
from readiness.meetings.api import shapes
from readiness.meetings.choices import MeetingState
from readiness.meetings.models import AgendaItem, Meeting
from readiness.meetings.queries import meetings as reading
from readiness.meetings.services import agenda as agenda_verbs
from readiness.meetings.services import schedule as verbs
from readiness.meetings.services.locking import StaleMeeting

STATES = [one.value for one in MeetingState]


class Stale(APIException):
    status_code = http.HTTP_412_PRECONDITION_FAILED
    default_code = "stale_version"


class MeetingViewSet(ScopedApi, GenericViewSet[Meeting]):
    """Meetings of the units that you may see. People open, hold and close them, on pages."""

    resource = "gates"
    queryset = Meeting.objects.none()
    serializer_class = shapes.NewMeetingInput
    lookup_value_regex = r"\d+"

    @extend_schema(responses=shapes.MeetingRow(many=True), parameters=[OpenApiParameter("state", enum=STATES)])
    def list(self, request: Request) -> Response:
        """Newest first."""
        self.refuse_unknown_parameters({"state"})
        rows = reading.meetings(self.actor)
        if (state := request.query_params.get("state")) is not None:
            if state not in STATES:
                raise ValidationError({"state": f"One of {', '.join(STATES)}."})
            rows = rows.filter(state=state)
        page = self.paginate_queryset(rows) or []
        return self.get_paginated_response([shapes.row_shape(row) for row in page])

    @extend_schema(responses=shapes.MeetingDetail)
    def retrieve(self, request: Request, pk: str) -> Response:
        """With its agenda; the ETag is its version."""
        self.refuse_unknown_parameters(set())
        return self._answer(self._get(pk))

    @extend_schema(request=shapes.NewMeetingInput, responses={201: shapes.MeetingDetail})
    def create(self, request: Request) -> Response:
        """A draft; people are invited and it is opened on its page."""
        said = self._said(shapes.NewMeetingInput)
        unit = visible_units(self.actor).filter(pk=said.pop("unit")).first()
        if unit is None:
            raise ValidationError({"unit": "There is no such unit."})
        made = self.write(verbs.schedule_meeting, unit=unit, **said)
        return self._answer(self._get(str(made.pk)), http.HTTP_201_CREATED)

    @extend_schema(request=shapes.ChangeInput, responses=shapes.MeetingDetail)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Move it or name it anew. Send the ETag you read as If-Match (412 if stale); who is invited is mailed."""
        row, said = self._get(pk), self._said(shapes.ChangeInput)
        try:
            self.write(verbs.change_meeting, meeting=row, changes=said, version=self.version())
        except StaleMeeting as stale:
            raise Stale(f"The meeting is at version {stale.current.version} now; read it again.") from stale
        return self._answer(self._get(pk))

    @extend_schema(request=None, responses=shapes.MeetingDetail)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Call it off; its reviews are planned again."""
        self.write(verbs.cancel_meeting, meeting=self._get(pk))
        return self._answer(self._get(pk))

    @extend_schema(request=shapes.AgendaInput, responses=shapes.MeetingDetail)
    @action(detail=True, methods=["post"])
    def agenda(self, request: Request, pk: str) -> Response:
        """Put reviews at the end of the agenda, all or none."""
        row, said = self._get(pk), self._said(shapes.AgendaInput)
        found = reading.candidates(self.actor, row).in_bulk(said["reviews"])
        if unknown := sorted(set(said["reviews"]) - set(found)):
            raise ValidationError({"reviews": f"These cannot go on the agenda: {', '.join(map(str, unknown))}."})
        reviews = [found[number] for number in dict.fromkeys(said["reviews"])]
        self.write(agenda_verbs.add_items, meeting=row, reviews=reviews, minutes=said["minutes"])
        return self._answer(self._get(pk))

    @extend_schema(request=shapes.ItemInput, responses=shapes.MeetingDetail)
    def change_item(self, request: Request, meeting: str, item: str) -> Response:
        """Its minutes, its place."""
        row, said = self._get(meeting), self._said(shapes.ItemInput)
        verbs_of: dict[str, Callable[..., Any]] = {"minutes": agenda_verbs.set_minutes, "place": agenda_verbs.place_item}
        for name, verb in verbs_of.items():
            if name in said:
                self.write(verb, item=self._item(row, item), **{name: said[name]})
        return self._answer(self._get(meeting))

    @extend_schema(responses={204: None})
    def remove_item(self, request: Request, meeting: str, item: str) -> Response:
        """Take it off; its review is planned again."""
        self.write(agenda_verbs.remove_item, item=self._item(self._get(meeting), item))
        return Response(status=http.HTTP_204_NO_CONTENT)

    def _said(self, shape: type[Any]) -> dict[str, Any]:
        asked = shape(data=self.request.data)
        asked.is_valid(raise_exception=True)
        return dict(asked.validated_data)

    def _get(self, pk: str) -> Meeting:
        found = reading.meeting_by_id(self.actor, int(pk))
        if found is None:
            raise Http404
        return found

    def _item(self, row: Meeting, pk: str) -> AgendaItem:
        found = reading.item_by_id(self.actor, row, int(pk))
        if found is None:
            raise Http404
        return found

    def _answer(self, row: Meeting, status: int = http.HTTP_200_OK) -> Response:
        lines = reading.agenda(self.actor, row)
        whole = all(line.review is not None for line in lines)
        return Response(shapes.detail_shape(row, lines, whole=whole), status=status, headers=etag(row.version))
