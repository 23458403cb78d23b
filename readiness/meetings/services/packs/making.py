"""A new version of a pack: everything is read and frozen at one moment, for both variants, and printed by a job."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _

from portfolio.accounts.rules import Actor, system
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import enqueue
from readiness.meetings.choices import PRINTED, MeetingState, PackKind, PackState, Variant
from readiness.meetings.models import Meeting, Pack
from readiness.meetings.queries.people import seen_by
from readiness.meetings.rules.packs.page import Document, plain
from readiness.meetings.rules.states import Step
from readiness.meetings.services.locking import lock_meeting
from readiness.meetings.services.packs.contents.gathered import gathered
from readiness.meetings.services.packs.contents.minutes import document as minutes_document
from readiness.meetings.services.packs.contents.pack import document, plain_figures, plain_heads
from readiness.meetings.services.rights import require_hold

HANDLER = "meetings.render_pack"


def make_pack(*, by: Actor, meeting: Meeting) -> list[Pack]:
    """Both variants of the next version. Raises PermissionDenied; ValidationError without an agenda, or with one that `by` does
    not see all of.
    """
    with acting(by):
        row = lock_meeting(meeting.pk, Step.PLAN)
        require_hold(by, row)
        reviews = list(row.items.order_by("position", "pk").values_list("review_id", flat=True))
        if not reviews:
            raise ValidationError(_("Put something on the agenda first."))
        if seen_by(by, reviews) != set(reviews):
            raise ValidationError(_("You do not see everything on the agenda; somebody who does makes the pack."))
        all_, number, who = gathered(by, row, now=clock.now()), _next(row, PackKind.PACK), by.label
        about: dict[str, Any] = {
            "meeting": row, "number": number, "reviews": reviews, "heads": plain_heads(all_), "figures": plain_figures(all_),
            "made_by_id": by.user_id,
        }  # fmt: skip
        return [
            _made(document(all_, number=number, made_by=who, with_money=one is Variant.MONEY), variant=one, **about)
            for one in Variant
        ]


def make_minutes(*, meeting_id: int) -> Pack | None:
    """The minutes of a closed meeting as a file, once; None where there are some. In the transaction of the job that asks."""
    by = system("meetings")
    with acting(by):
        row = lock_meeting(meeting_id)
        if row.state != MeetingState.CLOSED or Pack.objects.filter(meeting=row, kind=PackKind.MINUTES).exists():
            return None
        reviews = list(row.items.order_by("position", "pk").values_list("review_id", flat=True))
        return _made(
            minutes_document(row), meeting=row, kind=PackKind.MINUTES, variant=Variant.PLAIN, number=1, reviews=reviews
        )  # fmt: skip


def print_again(*, by: Actor, meeting: Meeting, number: int) -> int:
    """Ask anew for what was not printed; the same input gives the same file, so that a late first print does no harm."""
    with acting(by):
        row = lock_meeting(meeting.pk)
        require_hold(by, row)
        waiting = Pack.objects.filter(meeting=row, number=number).exclude(state__in=PRINTED)
        return _ask(waiting.defer("input"))


def _ask(packs: Iterable[Pack]) -> int:
    count = 0
    for count, pack in enumerate(packs, start=1):  # noqa: B007
        pack.state, pack.error = PackState.DRAFT, ""
        pack.save(update_fields=["state", "error"])
        enqueue(HANDLER, {"pack_id": pack.pk})
    return count


def _made(pages: Document, *, figures: Mapping[str, Any] | None = None, **values: Any) -> Pack:
    pack = Pack.objects.create(input=plain(pages) | {"figures": figures or {}}, made_at=pages.made_at, **values)
    enqueue(HANDLER, {"pack_id": pack.pk})
    return pack


def _next(row: Meeting, kind: PackKind) -> int:
    found = Pack.objects.filter(meeting=row, kind=kind).aggregate(most=Max("number"))["most"]
    return int(found or 0) + 1
