"""The one door of these pages: who asks, and the scoped getters (what is not theirs does not exist)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from portfolio.accounts.choices import Action
from portfolio.accounts.models import User
from portfolio.accounts.rules import Actor
from portfolio.activity import queries
from portfolio.activity.choices import HISTORY_ONLY, PURCHASE, PURCHASE_REQUEST, VENDOR, Subjects
from portfolio.activity.models import Comment

# The pages of what stands above this slice, by name; an installation without them still has its comments.
PAGES: dict[str, str] = {
    Subjects.INITIATIVE: "initiatives:detail", Subjects.REQUEST: "initiatives:request", PURCHASE: "procurement:purchase",
    PURCHASE_REQUEST: "procurement:request", VENDOR: "procurement:vendor",
}  # fmt: skip
SHORT = {"initiative": Subjects.INITIATIVE, "request": Subjects.REQUEST}


class PageRequest(HttpRequest):
    """A signed-in person's request as the middleware leaves it."""

    actor: Actor
    htmx: HtmxDetails
    user: User


def get_subject(request: PageRequest, table: str, number: int, *, history: bool = False) -> queries.Subject:
    """A visible initiative or request, by table or by its short word; 404 for anything else.

    With `history` a purchase, purchase request or vendor, too.
    """
    known = SHORT.get(table, table)
    offered = {*Subjects, *HISTORY_ONLY} if history else set(Subjects)
    subject = queries.visible_subject(request.actor, known, number) if known in offered else None
    if subject is None:
        raise Http404
    return subject


def get_comment(request: PageRequest, number: int) -> tuple[Comment, queries.Subject]:
    """A standing comment on something visible; 404 for anything else."""
    found = queries.visible_comment(request.actor, number)
    if found is None:
        raise Http404
    return found


def require_auditor(request: PageRequest) -> None:
    """403 unless the person may audit some unit."""
    if not request.actor.may_somewhere(Action.AUDIT):
        raise PermissionDenied(_("Your roles do not allow this."))


def page_of(subject: queries.Subject) -> str:
    """Address of the subject's own page, else of its comments."""
    try:
        return reverse(PAGES[subject.table], args=[subject.pk])
    except NoReverseMatch:
        return reverse("activity:comments", args=[subject.table, subject.pk])
