"""The daily digest: one mail a person and day with what waited for it, at seven in the person's own morning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.db import transaction

from portfolio.accounts.models import User
from portfolio.accounts.queries import actor_for
from portfolio.activity.choices import How
from portfolio.activity.models import Notice
from portfolio.activity.queries import notices
from portfolio.activity.services.letters import digest_of
from portfolio.activity.services.mails import queue_mail
from portfolio.kit import clock
from portfolio.outbox.models import Job
from portfolio.outbox.services import enqueue

HANDLER = "activity.write_digest"
MORNING = time(7)
_WAITING = {"how": How.DIGEST, "mailed_at": None, "read_at": None}


def due(now: datetime) -> Iterator[tuple[int, date]]:
    """People with something for the digest whose morning has come, each with the day that it is there."""
    waiting = User.objects.filter(is_active=True, demo=False, pk__in=Notice.objects.filter(**_WAITING).values("user"))
    known = available_timezones()
    for number, name in waiting.values_list("pk", "time_zone").order_by("pk"):
        there = now.astimezone(ZoneInfo(name if name in known else settings.TIME_ZONE))
        if there.time() >= MORNING:
            yield number, there.date()


def schedule_digests(now: datetime) -> int:
    """One job a person and day (the job's slot is unique); returns how many are new."""
    wanted = {f"{HANDLER}@{number}@{day}": {"user_id": number, "day": str(day)} for number, day in due(now)}
    there = set(Job.objects.filter(slot__in=wanted).values_list("slot", flat=True))
    for slot in wanted.keys() - there:
        enqueue(HANDLER, wanted[slot], slot=slot)
    return len(wanted.keys() - there)


def write_digest(*, user_id: int, day: str) -> int:
    """Queue one person's digest of `day`; returns how many notices are in it. What they may no longer see is left out."""
    person = User.objects.filter(pk=user_id, is_active=True, demo=False).first()
    if person is None:
        return 0
    with transaction.atomic():
        waiting = Notice.objects.select_for_update(of=("self",), no_key=True).filter(user=person, **_WAITING).order_by("pk")
        numbers = [notice.pk for notice in waiting]
        visible = list(notices(actor_for(person)).filter(pk__in=numbers).order_by("pk"))
        if visible:
            letter = digest_of(visible)
            queue_mail(key=f"digest:{user_id}:{day}", to=person.email, subject=letter.subject, text=letter.text)
        Notice.objects.filter(pk__in=[notice.pk for notice in visible]).update(mailed_at=clock.now())
    return len(visible)
