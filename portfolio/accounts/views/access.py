"""The one door of these pages: who asks, what they may manage, and how a service's refusal reaches a form."""

from __future__ import annotations

from typing import TypeVar

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from portfolio.accounts import queries
from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit, User
from portfolio.accounts.rules import EVERYTHING, Actor

PER_PAGE = 50
Row = TypeVar("Row", bound=Model)


class PageRequest(HttpRequest):
    """A signed-in person's request as the middleware leaves it."""

    actor: Actor
    htmx: HtmxDetails
    user: User


def require_administrator(request: PageRequest, *, everywhere: bool = False) -> None:
    """403 unless the person administers some unit (or, with `everywhere`, the whole organisation)."""
    actor = request.actor
    if not (actor.may(Action.CONFIGURE, EVERYTHING) if everywhere else actor.may_somewhere(Action.CONFIGURE)):
        raise PermissionDenied(_("Your roles do not allow this."))


def get_managed_person(request: PageRequest, pk: int) -> User:
    """A person whom the reader administers; 403 for no administrator, 404 for somebody else's people."""
    require_administrator(request)
    return get_object_or_404(queries.managed_people(request.actor), pk=pk)


def get_managed_unit(request: PageRequest, pk: int) -> BusinessUnit:
    """A unit that the reader administers; 403 for no administrator, 404 for other units."""
    require_administrator(request)
    return get_object_or_404(queries.units_where(request.actor, Action.CONFIGURE), pk=pk)


def page_of(rows: QuerySet[Row], request: HttpRequest) -> Page[Row]:
    """One page of rows; a page number that makes no sense is the nearest that does."""
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))


def blame(form: forms.Form, error: ValidationError) -> None:
    """Put a service's refusal where the person can mend it."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, messages in error.message_dict.items():
        for message in messages:
            form.add_error(name if name in form.fields else None, message)
