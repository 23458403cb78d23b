"""What the tellers share: the event, and how things are called in a notice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portfolio.activity.choices import NoticeKind
from portfolio.activity.services.notices import notify
from portfolio.initiatives.models import Initiative
from readiness.gates.models import Review


@dataclass(frozen=True)
class Told:
    """What an event says, and when it is told."""

    event_id: int
    payload: Mapping[str, Any]
    now: datetime

    @property
    def review(self) -> Review | None:
        rows = Review.objects.select_related("template", "initiative__unit")
        return rows.filter(pk=self.payload.get("review_id", 0)).first()


def of_review(
    row: Review, people: Iterable[int | None], kind: NoticeKind, key: str, text: str, *, quote: str = "", but: int | None = None
) -> int:  # fmt: skip
    """A notice that leads to the review."""
    return notify(
        people=people, kind=kind, key=key, text=text, quote=quote, url=reverse("gates:review", args=[row.pk]),
        initiative_id=row.initiative_id, but=but,
    )  # fmt: skip


def what(row: Review) -> str:
    return f"{called(row.initiative)}, {row.gate_name}"


def called(initiative: Initiative) -> str:
    return f"{initiative.key} {initiative.name[:80]}"


def moment(at: datetime | None) -> str:
    """In the installation's time zone, which it names: one text goes to people in several."""
    if at is None:
        return _("a day that is not set")
    local = timezone.localtime(at)
    return f"{date_format(local, 'j M Y, H:i')} {local.tzname()}"
