"""Changing many initiatives: choose rows, choose values, confirm with counts, read the result; every step without scripts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from portfolio.accounts.choices import Action
from portfolio.initiatives.filters import InitiativeFilter
from portfolio.initiatives.forms.bulk import BulkForm
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.queries.pickers import pickers
from portfolio.initiatives.services.initiatives import bulk_update, can_edit
from portfolio.initiatives.services.tags import bulk_tag
from portfolio.initiatives.views.access import PageRequest, number_in

MOST = 10_000
NAMED = 20


@require_POST
def bulk(request: PageRequest) -> HttpResponse:
    """`step` is choose (which values), confirm (what will happen) or apply."""
    if not request.actor.may_somewhere(Action.INFRASTRUCTURE):
        raise PermissionDenied(_("Your roles do not allow this."))
    chosen = _chosen(request)
    if not chosen or len(chosen) > MOST:
        messages.error(
            request, _("Tick at least one initiative.") if not chosen else _("At most %d at a time: filter first.") % MOST
        )
        return redirect(_back(request))
    step = request.POST.get("step", "choose")
    only = not request.actor.may_somewhere(Action.EDIT)
    form = BulkForm(request.POST if step != "choose" else None, pickers=pickers(request.actor), infrastructure_only=only)
    if step == "choose" or not form.is_valid():
        return _page(request, form, chosen, "initiatives/bulk.html")
    if step == "apply":
        return _apply(request, form, chosen)
    return _page(request, form, chosen, "initiatives/bulk_confirm.html")


def _apply(request: PageRequest, form: BulkForm, chosen: list[Initiative]) -> HttpResponse:
    changes, add, remove = form.changes(), form.tags("add_tags"), form.tags("remove_tags")
    changed, refused = 0, set[str]()
    if changes:
        changed, not_mine = bulk_update(by=request.actor, initiatives=chosen, changes=changes)
        refused.update(not_mine)
    if add or remove:
        tagged, not_mine = bulk_tag(by=request.actor, initiatives=chosen, add=add, remove=remove)
        changed, refused = max(changed, tagged), refused | set(not_mine)
    messages.success(request, ngettext("%d initiative changed.", "%d initiatives changed.", changed) % changed)
    if refused:
        named = ", ".join(sorted(refused)[:NAMED])
        messages.warning(
            request, _("Not yours to change, left as they were: %(n)d (%(keys)s).") % {"n": len(refused), "keys": named}
        )
    return redirect(_back(request))


def _page(request: PageRequest, form: BulkForm, chosen: list[Initiative], template: str) -> HttpResponse:
    """Both pages carry the selection along: the ids ticked, or the filters of "all that match"."""
    names = set(form.changes()) if form.is_bound and form.is_valid() else {"containerised"}
    if form.is_bound and form.is_valid() and (form.tags("add_tags") or form.tags("remove_tags")):
        names.add("tags")
    refused = [row.key for row in chosen if not can_edit(request.actor, row, names)]
    context: dict[str, Any] = {
        "form": form, "told": form.told() if form.is_bound and form.is_valid() else [], "total": len(chosen),
        "allowed": len(chosen) - len(refused), "refused": refused[:NAMED], "refused_total": len(refused),
        "shown": chosen[:NAMED], "more": max(0, len(chosen) - NAMED), "query": request.POST.get("query", ""),
        "scope": request.POST.get("scope", ""), "ids": [str(row.pk) for row in chosen] if _by_ids(request) else [],
        "back": _back(request), "kept": [(name, request.POST.get(name, "")) for name in form.fields],
    }  # fmt: skip
    return render(request, template, context, status=422 if form.errors else 200)


def _chosen(request: PageRequest) -> list[Initiative]:
    """The visible initiatives meant, at most one more than MOST; ids of others are passed over like missing ones."""
    visible = Initiative.objects.visible_to(request.actor).select_related("unit").defer("search", "search_extra")
    if _by_ids(request):
        rows = visible.filter(pk__in=[number_in(text) for text in request.POST.getlist("pk")])
    else:
        rows = InitiativeFilter(QueryDict(request.POST.get("query", "")), queryset=visible).qs
    return list(rows.order_by("pk")[: MOST + 1])


def _by_ids(request: PageRequest) -> bool:
    return request.POST.get("scope") != "all"


def _back(request: PageRequest) -> str:
    query = request.POST.get("query", "")
    return reverse("initiatives:list") + (f"?{query}" if query else "")
