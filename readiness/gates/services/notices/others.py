"""Telling of conditions, of standing for somebody, and of what somebody is to find out."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.activity.choices import NoticeKind
from portfolio.activity.services.notices import notify
from portfolio.initiatives.models import Initiative
from readiness.gates.choices import ReviewState
from readiness.gates.models import Condition, Delegation, Review
from readiness.gates.services.notices.reviews import ask_votes
from readiness.gates.services.notices.telling import Told, called, moment


def of_condition(kind: NoticeKind, text: str) -> Callable[[Told], int]:
    """A teller for the owner of a condition."""

    def teller(told: Told) -> int:
        row = Condition.objects.select_related("initiative", "decision").filter(pk=told.payload.get("condition_id", 0)).first()
        if row is None:
            return 0
        said = {"initiative": called(row.initiative), "due": date_format(row.due)}
        return notify(
            people=[row.owner_id], kind=kind, key=f"{kind}-{row.pk}", text=_(text) % said, quote=row.text,
            url=reverse("gates:review", args=[row.decision.review_id]), initiative_id=row.initiative_id,
        )  # fmt: skip

    return teller


def delegated(told: Told) -> int:
    """Whoever stands for another learns of it, and of the votes that are asked already."""
    rows = Delegation.objects.select_related("giver").filter(revoked_at=None)
    row = rows.filter(pk=told.payload.get("delegation_id", 0)).first()
    if row is None:
        return 0
    said = {"who": row.giver, "begins": moment(row.begins_at), "ends": moment(row.ends_at)}
    made = notify(
        people=[row.taker_id], kind=NoticeKind.VOTE_ASKED, key=f"delegation-{row.pk}", demo=row.demo,
        text=_("You stand for %(who)s at gates from %(begins)s until %(ends)s") % said, quote=row.note, url=reverse("awaiting"),
    )  # fmt: skip
    waiting = Review.objects.filter(state=ReviewState.IN_REVIEW, mode="written", seats__person=row.giver)
    return made + sum(ask_votes(one, told.now) for one in waiting.select_related("initiative__unit"))


def unknown_assigned(told: Told) -> int:
    initiative = Initiative.objects.filter(pk=told.payload.get("initiative_id", 0)).first()
    count = len(told.payload.get("refs", ()))
    if initiative is None or not count:
        return 0
    many = "You are to find out %(n)d things about %(what)s"
    text = ngettext("You are to find something out about %(what)s", many, count) % {"n": count, "what": called(initiative)}
    return notify(
        people=[told.payload.get("owner_id")], kind=NoticeKind.UNKNOWN_ASSIGNED, key=f"unknown-{told.event_id}", text=text,
        url=reverse("assessments:unknown_rows") + "?owner=me", initiative_id=initiative.pk, but=told.payload.get("by"),
    )  # fmt: skip
