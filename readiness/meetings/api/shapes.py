"""What the API of meetings takes and answers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from readiness.meetings.choices import MeetingState
from readiness.meetings.models import Meeting
from readiness.meetings.queries.meetings import Line, ends_at


class MeetingRow(serializers.Serializer[Any]):
    """A meeting in a list."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    unit = serializers.IntegerField(help_text="Id of the unit that it is held for.")
    state = serializers.ChoiceField(choices=[one.value for one in MeetingState])
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(help_text="By the minutes of its agenda; at least a quarter of an hour after it begins.")
    time_zone = serializers.CharField()
    place = serializers.CharField()
    call_link = serializers.CharField()
    chair = serializers.IntegerField(allow_null=True)
    items = serializers.IntegerField(help_text="How many reviews are on the agenda.")
    version = serializers.IntegerField()


class ItemShape(serializers.Serializer[Any]):
    """An item of an agenda. Of an initiative that you do not see only its place and its time are told."""

    id = serializers.IntegerField()
    position = serializers.IntegerField()
    minutes = serializers.IntegerField()
    begins_at = serializers.DateTimeField(help_text="By the plan, or when it began.")
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    review = serializers.IntegerField(allow_null=True)
    initiative = serializers.CharField(allow_null=True, help_text="Key of the initiative.")
    gate = serializers.CharField(allow_null=True)
    review_state = serializers.CharField(allow_null=True)
    ready = serializers.BooleanField(allow_null=True)


class MeetingDetail(MeetingRow):
    """A meeting with its agenda and, once it is closed, the digest of its minutes."""

    started_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    minutes_sha256 = serializers.CharField(allow_blank=True)
    agenda = ItemShape(many=True)


class MeetingInput(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=200)
    starts_at = serializers.DateTimeField()
    time_zone = serializers.CharField(max_length=64, required=False, allow_blank=True)
    place = serializers.CharField(max_length=200, required=False, allow_blank=True)
    call_link = serializers.URLField(max_length=500, required=False, allow_blank=True)


class NewMeetingInput(MeetingInput):
    unit = serializers.IntegerField()


class ChangeInput(MeetingInput):
    title = serializers.CharField(max_length=200, required=False)
    starts_at = serializers.DateTimeField(required=False)


class AgendaInput(serializers.Serializer[Any]):
    reviews = serializers.ListField(child=serializers.IntegerField(), min_length=1, max_length=60)
    minutes = serializers.IntegerField(min_value=1, max_value=480, default=20)


class ItemInput(serializers.Serializer[Any]):
    """Either or both."""

    minutes = serializers.IntegerField(min_value=1, max_value=480, required=False)
    place = serializers.IntegerField(min_value=0, max_value=10_000, required=False, help_text="Counted from 0.")


def row_shape(meeting: Meeting) -> dict[str, Any]:
    """`meeting` as queries.meetings gives it."""
    return {
        "id": meeting.pk, "title": meeting.title, "unit": meeting.unit_id, "state": meeting.state,
        "starts_at": _iso(meeting.starts_at), "ends_at": _iso(ends_at(meeting, meeting.planned_minutes)),  # type: ignore[attr-defined]
        "time_zone": meeting.time_zone, "place": meeting.place, "call_link": meeting.call_link, "chair": meeting.chair_id,
        "items": meeting.item_count, "version": meeting.version,  # type: ignore[attr-defined]
    }  # fmt: skip


def detail_shape(meeting: Meeting, lines: list[Line], *, whole: bool) -> dict[str, Any]:
    """`whole`: the reader sees all of the agenda, so that the digest is of what they may read."""
    return row_shape(meeting) | {
        "started_at": _iso(meeting.started_at), "closed_at": _iso(meeting.closed_at),
        "minutes_sha256": meeting.minutes_digest if whole else "", "agenda": [_item(line) for line in lines],
    }  # fmt: skip


def _item(line: Line) -> dict[str, Any]:
    item, review = line.item, line.review
    return {
        "id": item.pk, "position": item.position, "minutes": item.minutes, "begins_at": _iso(line.begins),
        "started_at": _iso(item.started_at), "ended_at": _iso(item.ended_at),
        "review": review.pk if review else None, "initiative": review.initiative.key if review else None,
        "gate": review.gate if review else None, "review_state": review.state if review else None,
        "ready": review.ready if review else None,
    }  # fmt: skip


def _iso(moment: Any) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment is not None else None
