"""A meeting is seen by those who see its unit and by those who are invited to it."""

from __future__ import annotations

from typing import Self

from django.db.models import Q

from portfolio.kit.scope import EVERYTHING, Reader, Row, ScopedQuerySet, within


class MeetingQuerySet(ScopedQuerySet[Row]):
    """`meeting_lookup` leads to the meeting; what an agenda holds is shown by who sees the initiatives there."""

    meeting_lookup = ""

    def visible_to(self, reader: Reader) -> Self:
        paths, shown = reader.paths(self.view_action), self.filter(**{f"{self.meeting_lookup}demo": reader.showing_demo})
        if EVERYTHING in paths:  # an empty Q() would be lost in an OR
            return shown
        return shown.filter(within(f"{self.meeting_lookup}unit__path", paths) | self._invited(reader))

    def _invited(self, reader: Reader) -> Q:
        """People alone: a token stands for a unit, not for whoever made it. Without any role nothing is seen."""
        person = getattr(reader, "user_id", None)
        if person is None or getattr(reader, "scopes", None) is not None or not reader.paths(self.view_action):
            return Q(pk__in=())
        from readiness.meetings.models.people import Invitee

        invited = Invitee.objects.filter(person=person).values("meeting_id")
        return Q(**{f"{self.meeting_lookup}id__in" if self.meeting_lookup else "pk__in": invited})


class PartQuerySet(MeetingQuerySet[Row]):
    """Rows that hang on a meeting."""

    meeting_lookup = "meeting__"
