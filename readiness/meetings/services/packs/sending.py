"""Sending a pack: both variants are final from then on, decisions name their digests, the heads on it are remembered as told."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portfolio.accounts.models import User
from portfolio.accounts.queries import actor_for
from portfolio.accounts.rules import Actor
from portfolio.activity.services.mails import queue_mail
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from readiness.gates.models.review import OPEN
from readiness.gates.rules.record.chain import Head
from readiness.gates.services.anchors import anchor_printed
from readiness.gates.services.locking import lock_reviews
from readiness.gates.services.packs import pack_sent
from readiness.meetings.choices import MeetingState, PackState, Variant
from readiness.meetings.models import Meeting, Pack
from readiness.meetings.queries import packs
from readiness.meetings.rules.states import Step
from readiness.meetings.services.locking import lock_meeting, save
from readiness.meetings.services.rights import require_hold
from readiness.risk.choices import Occasion
from readiness.risk.services.showing import note_shown


def send_pack(*, by: Actor, meeting: Meeting, number: int) -> int:
    """Freeze it, tell gates, mail the invitees where it is; returns how many were mailed.

    Raises PermissionDenied; ValidationError where it is not printed, was sent, or the agenda is another one by now.
    """
    with acting(by):
        row = lock_meeting(meeting.pk, Step.PLAN)
        require_hold(by, row)
        found = _sendable(row, number)
        now, digests = clock.now(), {variant.value: pack.sha256 for variant, pack in found.packs.items()}
        for review in lock_reviews(found.any.reviews):
            if review.state in OPEN:
                pack_sent(by=by, review=review, packs=digests)
        heads = [Head(one["chain"], one["sequence"], one["hash"]) for one in found.any.heads]
        if heads:
            anchor_printed(by=by, heads=heads, where=_("Pack %(number)d of meeting %(meeting)d") % _names(row, number), now=now)
        Pack.objects.filter(pk__in=[pack.pk for pack in found.packs.values()]).update(
            state=PackState.SENT, sent_at=now, sent_by=by.user_id
        )  # fmt: skip
        _note(found.packs[Variant.PLAIN], now)
        mailed = sum(_mail(row, found, person) for person in _invited(row))
        save(row)
        emit("meeting.pack_sent", {"meeting_id": row.pk, "number": number})
    return mailed


def _sendable(row: Meeting, number: int) -> packs.Version:
    found = packs.version(row, number)
    if found is None:
        raise ValidationError(_("There is no such pack."))
    if row.state == MeetingState.DRAFT:
        raise ValidationError(_("Open the meeting first: nobody is invited yet."))
    if found.sent:
        raise ValidationError(_("It was sent already, and stays as it is."))
    if not found.printed or set(found.packs) != set(Variant):
        raise ValidationError(_("It is not printed yet."))
    if list(row.items.order_by("position", "pk").values_list("review_id", flat=True)) != found.any.reviews:
        raise ValidationError(_("The agenda is another one by now. Make a new version."))
    return found


def _invited(row: Meeting) -> list[User]:
    rows = row.invitees.filter(person__is_active=True).select_related("person").order_by("pk")
    return [one.person for one in rows]


def _note(pack: Pack, now: datetime) -> None:
    """The figures that it tells were put before deciders."""
    figures = Pack.objects.values_list("input__figures", flat=True).get(pk=pack.pk) or {}
    note_shown(
        occasion=Occasion.PACK, about=pack.pk, on=timezone.localdate(now), figures={int(pk): one for pk, one in figures.items()}
    )


def _mail(row: Meeting, found: packs.Version, person: User) -> bool:
    """Where it is, to who may open it; never the file itself."""
    variant = packs.best(packs.opened_to(actor_for(person), found.any.reviews))
    if variant is None:
        return False
    pack = found.packs[variant]
    address = settings.BASE_URL.rstrip("/") + reverse("meetings:pack_file", args=[row.pk, found.number])
    lines = [
        _("The pre-read of %(title)s is ready, %(pages)d pages.") % {"title": row.title, "pages": pack.pages},
        address, "", f"SHA-256 {pack.sha256}",
    ]  # fmt: skip
    queue_mail(
        key=f"meeting-{row.pk}-pack-{found.number}-{person.pk}", to=person.email,
        subject=_("Pack %(number)d: %(title)s") % {"number": found.number, "title": row.title}, text="\n".join(lines),
        demo=row.demo,
    )  # fmt: skip
    return True


def _names(row: Meeting, number: int) -> dict[str, int]:
    return {"number": number, "meeting": row.pk}
