"""Putting reviews on the agenda, their order and their minutes."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from portfolio.initiatives.forms.fields import add_errors
from readiness.meetings.choices import Direction
from readiness.meetings.forms.room import AddForm, MinutesForm
from readiness.meetings.queries.meetings import MOST_OFFERED, candidates
from readiness.meetings.services import agenda as verbs
from readiness.meetings.services.rights import can_plan
from readiness.meetings.tables.meetings import review_row
from readiness.meetings.views.access import PageRequest, done, get_item, get_meeting_for, page_of


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: PageRequest, pk: int) -> HttpResponse:
    """Choose among the reviews that may go on it, ready ones first."""
    row = get_meeting_for(request, pk, can_plan)
    offered = list(candidates(request.actor, row)[:MOST_OFFERED])
    form = AddForm(request.POST or None, offered=[review.pk for review in offered])
    if request.method == "POST" and form.is_valid():
        chosen = [review for review in offered if review.pk in form.cleaned_data["reviews"]]
        try:
            made = verbs.add_items(by=request.actor, meeting=row, reviews=chosen, minutes=form.cleaned_data["minutes"])
        except ValidationError as problem:
            add_errors(form, problem)
        else:
            count = len(made)
            messages.success(request, ngettext("%d review is on the agenda.", "%d reviews are on the agenda.", count) % count)
            return redirect(page_of(row, "agenda"))
    chosen_ids = request.POST.getlist("reviews")
    context = {
        "meeting": row,
        "rows": [review_row(review) | {"chosen": str(review.pk) in chosen_ids} for review in offered],
        "ready": sum(1 for review in offered if review.ready),
        "minutes": form.data.get("minutes", verbs.MINUTES) if form.is_bound else verbs.MINUTES,
        "form": form,
    }
    return render(request, "meetings/agenda_add.html", context, status=422 if form.errors else 200)


@require_POST
def minutes(request: PageRequest, pk: int, item: int) -> HttpResponse:
    """Another time for an item."""
    row = get_meeting_for(request, pk, can_plan)
    found, form = get_item(request, row, item), MinutesForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("From 1 to 480 minutes."))
        return redirect(page_of(row, "agenda"))
    return done(request, page_of(row, "agenda"), verbs.set_minutes, item=found, minutes=form.cleaned_data["minutes"])


@require_POST
def move(request: PageRequest, pk: int, item: int) -> HttpResponse:
    """One place up or down, or to where it was dragged."""
    row = get_meeting_for(request, pk, can_plan)
    found, place = get_item(request, row, item), request.POST.get("place", "")
    back = f"{page_of(row)}?moved={found.pk}#agenda"
    if place.isascii() and place.isdigit() and len(place) < 5:
        return done(request, back, verbs.place_item, item=found, place=int(place))
    direction = Direction.UP if request.POST.get("direction") == Direction.UP else Direction.DOWN
    return done(request, back, verbs.move_item, item=found, direction=direction)


@require_POST
def remove(request: PageRequest, pk: int, item: int) -> HttpResponse:
    """Take a review off; it is planned again."""
    row = get_meeting_for(request, pk, can_plan)
    found = get_item(request, row, item)
    return done(request, page_of(row, "agenda"), verbs.remove_item, item=found, says=_("It is off the agenda and planned again."))
