"""What meetings write to people: invitations and cancellations that calendars understand, and what was decided.

Every mail is a row with a key of its own, written in the transaction that causes it: neither lost nor doubled by a crash.
"""

from __future__ import annotations

from datetime import datetime
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from portfolio.accounts.models import User
from portfolio.activity.choices import NoticeKind
from portfolio.activity.services.mails import File, one_line, queue_mail
from portfolio.activity.services.notices import notify
from portfolio.kit import clock
from portfolio.outbox.services import emit
from readiness.meetings.adapters import Entry, Method, invitation
from readiness.meetings.models import AgendaItem, Invitee, Meeting
from readiness.meetings.queries.meetings import agenda_items, ends_at
from readiness.meetings.queries.people import seen_reviews

PRODUCT = "Pilotage"


def mail_invitations(row: Meeting, *, again: bool = False) -> int:
    """To all who do not have the newest invitation; with `again` only to those who had one. In the caller's transaction."""
    waiting = [
        one
        for one in row.invitees.select_related("person").order_by("pk")
        if (one.sent_sequence is None and not again) or (one.sent_sequence is not None and one.sent_sequence < row.sequence)
    ]
    if not waiting:
        return 0
    now, items = clock.now(), list(agenda_items(row))
    row.invited_at = row.invited_at or now
    for one in waiting:
        moved = one.sent_sequence is not None
        subject = _("Changed: %(title)s") if moved else _("Invitation: %(title)s")
        _send(row, one, items, Method.REQUEST, subject, now)
        one.invited_at, one.sent_sequence = now, row.sequence
    Invitee.objects.bulk_update(waiting, ["invited_at", "sent_sequence"])
    notify(
        people=[one.person_id for one in waiting], kind=NoticeKind.MEETING_INVITED, key=f"meeting-{row.pk}-invited",
        text=_("You are invited to a gate meeting on %s") % f"{row.starts_at:%Y-%m-%d %H:%M} UTC", quote=row.title,
        url=reverse("meetings:meeting", args=[row.pk]), unit=row.unit, demo=row.demo,
    )  # fmt: skip
    emit("meeting.invited", {"meeting_id": row.pk, "person_ids": [one.person_id for one in waiting]})
    return len(waiting)


def mail_cancellations(row: Meeting) -> None:
    """To all who have an invitation."""
    for one in row.invitees.filter(sent_sequence__isnull=False).select_related("person").order_by("pk"):
        mail_cancellation(row, one)


def mail_cancellation(row: Meeting, one: Invitee) -> None:
    """The calendar of one person takes it out."""
    _send(row, one, [], Method.CANCEL, _("Cancelled: %(title)s"), clock.now())


def _send(row: Meeting, one: Invitee, items: list[AgendaItem], method: Method, subject: str, now: datetime) -> None:
    person = one.person
    if not person.is_active:
        return
    listed = agenda_lines(person, items)
    entry = entry_of(row, stamp=now, description="\n".join(listed), cancelled=method is Method.CANCEL)
    content = invitation(entry, method=method, organizer=organizer(), attendee=(one_line(person.name), person.email))
    queue_mail(
        key=f"meeting-{row.pk}-{method.lower()}-{person.pk}-{row.sequence}",
        to=person.email,
        subject=subject % {"title": row.title},
        text=_text(row, entry, listed, cancelled=method is Method.CANCEL),
        attachments=[File("meeting.ics", f"text/calendar; method={method}; charset=utf-8", content)],
        demo=row.demo,
    )


def _text(row: Meeting, entry: Entry, listed: list[str], *, cancelled: bool) -> str:
    said = _("This meeting does not take place.") if cancelled else _("You are asked to come.")
    where = [f"{_('Place')}: {row.place}"] if row.place else []
    call = [f"{_('Call')}: {row.call_link}"] if row.call_link else []
    agenda = ["", f"{_('Agenda')}:", *listed] if listed else []
    when = f"{entry.begins:%Y-%m-%d %H:%M} - {entry.ends:%H:%M} UTC"
    return "\n".join([row.title, when, *where, *call, "", said, entry.url, *agenda])


def agenda_lines(person: User, items: list[AgendaItem]) -> list[str]:
    """The agenda as this person may know it."""
    if not items:
        return []
    seen = seen_reviews(person, [item.review_id for item in items])
    hidden = _("An item of another unit")
    return [
        f"{place}. {one_line(subject_of(item)) if item.review_id in seen else hidden} ({item.minutes} min)"
        for place, item in enumerate(items, start=1)
    ]


def subject_of(item: AgendaItem) -> str:
    return f"{item.review.initiative.key} {item.review.initiative.name}: {item.review.gate_name}"


def entry_of(
    row: Meeting, *, stamp: datetime, minutes: int | None = None, description: str = "", cancelled: bool = False
) -> Entry:
    """The meeting as calendars take it; `minutes` of its agenda where they are known already."""
    return Entry(
        uid=f"{row.uid}@{urlsplit(settings.BASE_URL).hostname or 'localhost'}",
        sequence=row.sequence,
        begins=row.starts_at,
        ends=ends_at(row, minutes),
        stamp=stamp,
        summary=one_line(row.title),
        url=settings.BASE_URL.rstrip("/") + reverse("meetings:meeting", args=[row.pk]),
        place=one_line(row.place),
        call_link=row.call_link,
        description=description,
        cancelled=cancelled,
    )


def organizer() -> tuple[str, str]:
    """The address that mails come from."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return name or PRODUCT, address
