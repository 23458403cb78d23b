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


class PackKind(StrEnum):
    """Pre-read before the meeting, minutes after it."""

    PACK = "pack"
    MINUTES = "minutes"


class Variant(StrEnum):
    """The two differ in what is money and nothing else."""

    MONEY = "money"
    PLAIN = "plain"


class PackState(StrEnum):
    """Draft (frozen, waits for its print) -> rendering -> ready | failed; a pack that was sent stays as it is."""

    DRAFT = "draft"
    RENDERING = "rendering"
    READY = "ready"
    FAILED = "failed"
    SENT = "sent"


PRINTED = (PackState.READY, PackState.SENT)
