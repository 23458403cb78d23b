"""The mail after a meeting: to each the minutes as they may know them, with decisions, conditions and actions."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from portfolio.accounts.models import User
from portfolio.activity.services.mails import queue_mail
from readiness.meetings.models import AgendaItem, Meeting
from readiness.meetings.queries.meetings import agenda_items
from readiness.meetings.queries.minutes import decisions_of
from readiness.meetings.queries.people import invitable, seen_reviews
from readiness.meetings.rules.minutes import one_line, without


def mail_followup(row: Meeting) -> int:
    """To all who were invited or there, who own what was reviewed, and who have something to do; in the caller's transaction."""
    items = list(agenda_items(row))
    people = invitable(row).filter(pk__in=_concerned(row, items)).order_by("pk")
    for person in people:
        queue_mail(
            key=f"meeting-{row.pk}-followup-{person.pk}",
            to=person.email,
            subject=_("Minutes: %(title)s") % {"title": row.title},
            text=_text(row, items, person),
            demo=row.demo,
        )
    return len(people)


def _concerned(row: Meeting, items: list[AgendaItem]) -> set[int]:
    assert row.started_at is not None
    people = {row.chair_id, *row.invitees.values_list("person_id", flat=True)}
    people |= {*row.attendance.values_list("person_id", flat=True), *row.actions.values_list("owner_id", flat=True)}
    for item in items:
        people |= {item.review.initiative.owner_id, item.review.initiative.sponsor_id}
    for decision in decisions_of(items, row.started_at).values():
        people |= {condition.owner_id for condition in decision.conditions.all()}
    return {person for person in people if person is not None}


def _text(row: Meeting, items: list[AgendaItem], person: User) -> str:
    seen = seen_reviews(person, [item.review_id for item in items])
    told = without(row.minutes, hidden_numbers(items, seen), str(_("An item of another unit")))
    mine = [f"- {one_line(one.text)} ({one.due.isoformat()})" for one in row.actions.all() if one.owner_id == person.pk]
    yours = [str(_("You took on:")), *mine, ""] if mine else []
    address = settings.BASE_URL.rstrip("/") + reverse("meetings:minutes", args=[row.pk])
    return "\n".join([address, "", *yours, told, f"SHA-256 {row.minutes_digest}"])


def hidden_numbers(items: list[AgendaItem], seen: set[int]) -> set[int]:
    """The numbers of the items whose initiative somebody does not see."""
    return {number for number, item in enumerate(items, start=1) if item.review_id not in seen}
