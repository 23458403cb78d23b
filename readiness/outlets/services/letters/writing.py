"""Writing the letters whose morning has come: one job a person and day, one mail through the mail machinery."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.accounts.choices import Action
from portfolio.accounts.queries import actor_for
from portfolio.activity.services.letters import address
from portfolio.activity.services.mails import queue_mail
from portfolio.kit.templatetags.ui_text import grouped
from portfolio.outbox.models import Job
from portfolio.outbox.services import enqueue
from readiness.outlets.models import Letter
from readiness.outlets.queries.letters import Week, week_of
from readiness.outlets.rules.letters import due
from readiness.outlets.services.letters.wanting import stop_mark
from readiness.outlets.services.letters.words import parts_of

HANDLER = "outlets.write_letter"


def zone_of(name: str) -> ZoneInfo:
    return ZoneInfo(name if name in available_timezones() else settings.TIME_ZONE)


def due_letters(now: datetime) -> Iterator[tuple[int, date]]:
    """Letters whose day and morning have come where their reader is, each with that day."""
    known = available_timezones()
    wanted = Letter.objects.filter(owner__is_active=True, owner__demo=False).order_by("pk")
    for pk, weekday, written_on, name in wanted.values_list("pk", "weekday", "written_on", "owner__time_zone"):
        there = now.astimezone(ZoneInfo(name if name in known else settings.TIME_ZONE))
        if due(there, weekday, written_on):
            yield pk, there.date()


def schedule_letters(now: datetime) -> int:
    """One job a letter and day (the job's slot is unique); returns how many are new."""
    wanted = {f"{HANDLER}@{pk}@{day}": {"letter_id": pk, "day": str(day)} for pk, day in due_letters(now)}
    there = set(Job.objects.filter(slot__in=wanted).values_list("slot", flat=True))
    for slot in wanted.keys() - there:
        enqueue(HANDLER, wanted[slot], slot=slot)
    return len(wanted.keys() - there)


def write_letter(*, letter_id: int, day: str, now: datetime) -> str:
    """Queue one letter and say what became of it. In the transaction of the job: the same letter of a day is one mail.

    An empty week is not mailed. What its reader's roles do not show now is not in it; amounts are in none.
    """
    with transaction.atomic():
        letter = Letter.objects.select_related("owner").select_for_update(of=("self",)).filter(pk=letter_id).first()
        if letter is None or not letter.owner.is_active or str(letter.written_on) == day:
            return ""
        said = _written(letter, day, now)
        Letter.objects.filter(pk=letter.pk).update(written_on=day, said=said[:200])
    return said


def _written(letter: Letter, day: str, now: datetime) -> str:
    actor = actor_for(letter.owner)
    if not actor.may_somewhere(Action.VIEW):
        return _("Not sent: your roles show nothing.")
    with timezone.override(zone_of(letter.owner.time_zone)):
        week = week_of(actor, letter.unit_id, now)
        if week.empty:
            return _("Not sent: nothing moved within the week and nothing waits for you.")
        context = _context(letter, week, now)
        queue_mail(
            key=f"weekly:{letter.owner_id}:{day}", to=letter.owner.email, subject=context["subject"],
            text=render_to_string("outlets/letter.txt", context), html=render_to_string("outlets/letter.html", context),
            demo=actor.showing_demo,
        )  # fmt: skip
    return _("Kept back: mails about the demo are never sent.") if actor.showing_demo else _("Sent.")


def _context(letter: Letter, week: Week, now: datetime) -> dict[str, Any]:
    moved, waits = week.movers.total, len(week.duties)
    subject = ngettext("The week: %(n)s thing moved, %(m)s for you", "The week: %(n)s things moved, %(m)s for you", moved)
    return {
        "subject": subject % {"n": grouped(moved), "m": grouped(waits)}, "name": letter.owner.name or letter.owner.email,
        "unit": letter.unit.name if letter.unit else "", "now": now, "parts": parts_of(week),
        "portfolio": address(reverse("portfolio") + (f"?unit={letter.unit_id}" if letter.unit_id else "")),
        "settings": address(reverse("outlets:letter")), "stop": address(reverse("outlets:letter_stop", args=[stop_mark(letter)])),
    }  # fmt: skip
