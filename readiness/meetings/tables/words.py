"""The words and signs of meetings."""

from __future__ import annotations

from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from portfolio.kit.templatetags.ui_text import DASH
from readiness.gates.tables.words import Sign
from readiness.meetings.choices import Answer, MeetingState

STATES: dict[str, Sign] = {
    MeetingState.DRAFT: (_("Draft"), "edit"),
    MeetingState.OPEN: (_("Open"), "calendar"),
    MeetingState.IN_PROGRESS: (_("In progress"), "player-play"),
    MeetingState.CLOSED: (_("Closed"), "lock"),
    MeetingState.CANCELLED: (_("Cancelled"), "circle-off"),
}
ANSWERS: dict[str, Sign] = {
    Answer.NONE: (_("has not answered"), "circle-dashed"),
    Answer.YES: (_("comes"), "check"),
    Answer.MAYBE: (_("may come"), "question-mark"),
    Answer.NO: (_("does not come"), "x"),
}


def span(begins: datetime, ends: datetime) -> str:
    """`Mon 30 Nov 2026, 09:00-10:20 CET`, in the reader's time zone."""
    first, last = timezone.localtime(begins), timezone.localtime(ends)
    return f"{formats.date_format(first, 'D j M Y, H:i')}{DASH}{formats.date_format(last, 'H:i T')}"


def time_of(at: datetime) -> str:
    return str(formats.date_format(timezone.localtime(at), "H:i"))
