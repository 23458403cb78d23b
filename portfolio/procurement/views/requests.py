"""Purchase requests: the list, one with its steps, asking, and the way to an order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.queries.initiatives import unit_trail
from portfolio.initiatives.queries.lists import page_number, page_of
from portfolio.kit import clock
from portfolio.procurement.choices import OPEN_ASKS, Ask
from portfolio.procurement.filters import RequestFilter
from portfolio.procurement.forms.requests import ApproveForm, OrderForm, ReasonForm, RequestForm
from portfolio.procurement.forms.rows import Offer, RowForm, offer, offer_units, typed
from portfolio.procurement.models import PurchaseRequest
from portfolio.procurement.queries import pickers
from portfolio.procurement.queries import requests as reading
from portfolio.procurement.queries.purchases import visible_purchases
from portfolio.procurement.services import requests as verbs
from portfolio.procurement.tables import requests as tables
from portfolio.procurement.tables.frame import route, tabs
from portfolio.procurement.views.access import PageRequest, get_request
from portfolio.procurement.views.editing import row_page, step_page
from portfolio.procurement.views.purchases import filter_form, paging

OFFERED = 300  # purchases that a request may have become: the newest of its unit


@require_safe
def requests(request: PageRequest) -> HttpResponse:
    """What units want to buy and how far it came."""
    actor, query = request.actor, request.GET
    found = RequestFilter(query, queryset=reading.visible_requests(actor), request=request)
    rows = reading.ordered(reading.request_rows(actor, found.qs), query.get("sort", ""))
    page = page_of(rows, page_number(query.get("page", "")))
    context = {
        "rows": tables.request_rows(page.rows, clock.today()), "headline": tables.headline(found.qs),
        "form": filter_form(actor, found), "tabs": tabs("requests"), "may_ask": bool(_initiative_of(request) or _may_ask(actor)),
        **paging(request, page),
    }  # fmt: skip
    return render(request, "procurement/requests.html", context)


@require_safe
def one(request: PageRequest, pk: int) -> HttpResponse:
    """One request: what is wanted, each step with its reason, and what may be done next."""
    actor, held = request.actor, get_request(request, pk)
    row = reading.request_rows(actor, reading.visible_requests(actor).filter(pk=pk)).first()
    if row is None:
        raise Http404
    (shown,) = tables.request_rows([row], clock.today())
    steps = tables.step_rows(reading.steps_of(held), actor)
    is_open = held.state in OPEN_ASKS
    context = {
        "held": held, "row": shown, "steps": steps, "may_decide": is_open and verbs.may_decide(actor, held),
        "may_change": held.state == Ask.ASKED and verbs.may_change(actor, held),
        "may_withdraw": is_open and verbs.may_change(actor, held),
        "history_url": route("activity:history", "procurement_purchaserequest", pk),
        "crumbs": [{"label": _("Purchase requests"), "url": reverse("procurement:requests")}]
        + [{"label": unit.name, "url": ""} for unit in unit_trail(held.unit)],
    }  # fmt: skip
    return render(request, "procurement/request.html", context)


@require_http_methods(["GET", "POST"])
def request_new(request: PageRequest) -> HttpResponse:
    """Ask to buy something."""
    actor, initiative = request.actor, _initiative_of(request)
    units = pickers.units_for(actor, Action.ASK, kept=initiative.unit if initiative else None)
    if not units:
        raise PermissionDenied(_("You may not ask to buy for any unit. Owners and sponsors ask from their initiative's page."))
    money = actor.may_somewhere(Action.MONEY) or (initiative is not None and _sees(actor, initiative.unit, initiative))
    initial = {"unit": initiative.unit_id, "initiative": initiative.key} if initiative else {}
    form = RequestForm(request.POST or None, offers=_offers(units), money=money, initial=initial)

    def save(filled: RowForm) -> str:
        made = verbs.ask(by=actor, demo=actor.showing_demo, **_values(actor, filled))
        return reverse("procurement:request", args=[made.pk])

    return row_page(
        request, form, save, title=_("Ask to buy something"), cancel_url=reverse("procurement:requests"),
        names=pickers.vendor_names(actor), said=_("It is asked for. Procurement decides; each step is kept here."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def request_edit(request: PageRequest, pk: int) -> HttpResponse:
    actor, row = request.actor, get_request(request, pk)
    if not verbs.may_change(actor, row):
        raise PermissionDenied(_("You may not change this request."))
    money = _sees(actor, row.unit, row.initiative)
    form = RequestForm(
        request.POST or None, offers=_offers(pickers.units_for(actor, Action.ASK, kept=row.unit), row), money=money,
        initial=_typed(row, money=money),
    )  # fmt: skip

    def save(filled: RowForm) -> str:
        version = filled.cleaned_data["version"]
        verbs.change_request(by=actor, request=row, changes=_values(actor, filled), version=version)
        return reverse("procurement:request", args=[pk])

    return row_page(
        request, form, save, title=_("Change %s") % row.title, cancel_url=reverse("procurement:request", args=[pk]),
        current=lambda current: _typed(current, money=money), names=pickers.vendor_names(actor),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def approve(request: PageRequest, pk: int) -> HttpResponse:
    return _step(request, pk, ApproveForm, verbs.approve, title=_("Approve this request?"), submit=_("Approve"))


@require_http_methods(["GET", "POST"])
def decline(request: PageRequest, pk: int) -> HttpResponse:
    return _step(request, pk, ReasonForm, verbs.decline, title=_("Decline this request?"), submit=_("Decline"), danger=True)


@require_http_methods(["GET", "POST"])
def withdraw(request: PageRequest, pk: int) -> HttpResponse:
    title = _("Take this request back?")
    return _step(request, pk, ReasonForm, verbs.withdraw, title=title, submit=_("Take back"), danger=True, mine=True)


@require_http_methods(["GET", "POST"])
def order(request: PageRequest, pk: int) -> HttpResponse:
    """Link the purchase that it became."""
    actor, row = request.actor, _decidable(request, pk)
    rows = visible_purchases(actor).filter(unit__path__startswith=row.unit.path).order_by("-id")[:OFFERED]
    found = {held.pk: f"{held.title} ({held.order_number})" if held.order_number else held.title for held in rows}

    def save(filled: forms.Form) -> object:
        given = filled.cleaned_data
        share = given["share"] / 100 if given["share"] else None
        purchase = visible_purchases(actor).get(pk=given["purchase"])
        return verbs.order(by=actor, request=row, purchase=purchase, share=share, reason=given["reason"])

    return step_page(
        request, OrderForm(request.POST or None, purchases=found), save, title=_("Which purchase did it become?"),
        submit=_("It is ordered"), text=row.title, back=reverse("procurement:request", args=[pk]),
    )  # fmt: skip


def _step(
    request: PageRequest, pk: int, kind: type[forms.Form], verb: Callable[..., object], *, title: str, submit: str,
    danger: bool = False, mine: bool = False,
) -> HttpResponse:  # fmt: skip
    row = get_request(request, pk) if mine else _decidable(request, pk)
    if mine and not verbs.may_change(request.actor, row):
        raise PermissionDenied(_("You may not take this request back."))

    def save(filled: forms.Form) -> object:
        return verb(by=request.actor, request=row, reason=filled.cleaned_data["reason"])

    back = reverse("procurement:request", args=[pk])
    form = kind(request.POST or None) if request.method == "GET" else kind(request.POST)
    return step_page(request, form, save, title=title, submit=submit, text=row.title, danger=danger, back=back)


def _decidable(request: PageRequest, pk: int) -> PurchaseRequest:
    row = get_request(request, pk)
    if not verbs.may_decide(request.actor, row):
        raise PermissionDenied(_("Procurement officers of this unit decide on its requests."))
    return row


def _initiative_of(request: PageRequest) -> Initiative | None:
    """The initiative that the address names, where this person may ask for it."""
    number = request.GET.get("initiative", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    row = Initiative.objects.visible_to(request.actor).select_related("unit").filter(pk=number).first()
    return row if row is not None and verbs.may_ask(request.actor, row.unit, row) else None


def _may_ask(actor: Actor) -> bool:
    return actor.may_somewhere(Action.ASK)


def _sees(actor: Actor, unit: BusinessUnit, initiative: Initiative | None) -> bool:
    return verbs.may_see_amount(actor, unit, initiative)


def _offers(units: dict[int, BusinessUnit], row: PurchaseRequest | None = None) -> dict[str, Offer]:
    kinds = pickers.capabilities(kept=row.capability_id if row else None)
    return {"unit": offer_units(units), "capability": offer(kinds)}


def _typed(row: PurchaseRequest, *, money: bool) -> dict[str, Any]:
    made = typed(row, RequestForm, money=money)
    return made | {"vendor": row.vendor.name if row.vendor else "", "initiative": row.initiative.key if row.initiative else ""}


def _values(actor: Actor, form: RowForm) -> dict[str, Any]:
    """What the verb takes: the typed key and name as the rows that they mean. Raises ValidationError for what nobody knows."""
    values = form.values()
    problems: dict[str, str] = {}
    key, name = values["initiative"].strip(), values["vendor"].strip()
    values["initiative"] = pickers.initiative_named(actor, key) if key else None
    values["vendor"] = pickers.vendor_named(actor, name)
    if key and values["initiative"] is None:
        problems["initiative"] = _("There is no such initiative.")
    if name and values["vendor"] is None:
        problems["vendor"] = _("Nobody knows a vendor of this name. Write it into the note, or ask procurement to add it.")
    if problems:
        raise ValidationError(problems)
    return values
