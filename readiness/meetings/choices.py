"""The words of meetings. Plain enums, so that pure code may use them."""

from enum import StrEnum


class MeetingState(StrEnum):
    """Draft -> open (people are invited) -> in progress -> closed (minutes locked); cancelled ends it before it began."""

    DRAFT = "draft"
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"
    CANCELLED = "cancelled"


AHEAD = (MeetingState.DRAFT, MeetingState.OPEN)  # what may still be moved, cancelled and given another agenda
ENDED = (MeetingState.CLOSED, MeetingState.CANCELLED)


class Answer(StrEnum):
    """What somebody who is invited said."""

    NONE = ""
    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


class Direction(StrEnum):
    UP = "up"
    DOWN = "down"
