"""Rules for bills: the list in its order, one rule with a look at what it catches, the shipped and the suggested ones."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.initiatives.forms.fields import add_errors
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.queries.lists import PAGE_SIZE, Slice, page_number
from portfolio.procurement.forms.billing import LINES, RuleForm, lines_of
from portfolio.procurement.forms.rows import Offer, RowForm, offer, offer_units, typed
from portfolio.procurement.models import BillingRule, Purchase, Vendor
from portfolio.procurement.queries import pickers
from portfolio.procurement.queries.billing.items import Caught, caught
from portfolio.procurement.queries.billing.suggesting import suggestions
from portfolio.procurement.rules.billing import BadCondition
from portfolio.procurement.services.billing import rules as verbs
from portfolio.procurement.services.writing import StaleRow
from portfolio.procurement.tables import billing as tables
from portfolio.procurement.tables.frame import tabs
from portfolio.procurement.views.access import PageRequest
from portfolio.procurement.views.editing import step_page
from portfolio.procurement.views.purchases import paging

MOST = 2_000


@require_safe
def rules(request: PageRequest) -> HttpResponse:
    """In the order in which they are asked."""
    actor = request.actor
    rows = BillingRule.objects.visible_to(actor).select_related(
        "unit", "vendor", "capability", "to_unit", "initiative", "purchase"
    )  # fmt: skip
    number = page_number(request.GET.get("page", ""))
    start = (number - 1) * PAGE_SIZE
    found = list(rows.order_by("position", "id")[start : start + PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    page = Slice([{"id": row.pk} for row in shown], number, len(found) > PAGE_SIZE)
    may = {row.pk for row in shown if actor.may(Action.BILLING, row.unit.path)}
    proposed = suggestions(actor) if actor.may_somewhere(Action.BILLING) else []
    context = {
        "rows": tables.rule_rows(shown, may), "tabs": tabs("billing"), "sections": tables.sections("rules"),
        "may_create": actor.may_somewhere(Action.BILLING), "suggested": tables.suggested(proposed), **paging(request, page),
    }  # fmt: skip
    return render(request, "procurement/billing/rules.html", context)


@require_http_methods(["GET", "POST"])
def rule_new(request: PageRequest) -> HttpResponse:
    actor = request.actor
    if not actor.may_somewhere(Action.BILLING):
        raise PermissionDenied(_("Your roles do not allow this."))

    def save(filled: RowForm) -> str:
        verbs.create_rule(by=actor, demo=actor.showing_demo, first="first" in request.POST, **filled.values())
        return reverse("procurement:billing_rules")

    asked = {name: request.GET[name] for name in RuleForm.base_fields.keys() | _line_names() if name in request.GET}
    form = RuleForm(request.POST or None, offers=_offers(actor), initial={"active": True, **asked})
    return _page(request, form, save, title=_("New rule for bills"))


@require_http_methods(["GET", "POST"])
def rule_edit(request: PageRequest, pk: int) -> HttpResponse:
    actor, row = request.actor, _editable(request, pk)

    def save(filled: RowForm) -> str:
        changes = {name: value for name, value in filled.values().items() if name != "unit"}
        verbs.change_rule(by=actor, rule=row, changes=changes, version=filled.cleaned_data["version"])
        return reverse("procurement:billing_rules")

    form = RuleForm(request.POST or None, offers=_offers(actor, row), initial=_initial(row))
    return _page(request, form, save, title=_("Change %s") % row.name, current=_initial)


@require_http_methods(["GET", "POST"])
def rule_remove(request: PageRequest, pk: int) -> HttpResponse:
    row = _editable(request, pk)

    def save(_filled: forms.Form) -> None:
        verbs.delete_rule(by=request.actor, rule=row)

    return step_page(
        request, forms.Form(request.POST or None), save, title=_("Delete this rule?"), submit=_("Delete"), danger=True,
        text=_("What %s decided, the next rule decides.") % row.name, back=reverse("procurement:billing_rules"),
    )  # fmt: skip


@require_POST
def rule_move(request: PageRequest, pk: int) -> HttpResponse:
    """One place up, before the rule above it."""
    row = _editable(request, pk)
    rows = BillingRule.objects.visible_to(request.actor).filter(position__lt=row.position)
    above = rows.order_by("-position", "-id").first()
    if above is not None:
        verbs.move_rule(by=request.actor, rule=row, before=above)
    return redirect("procurement:billing_rules")


@require_http_methods(["GET", "POST"])
def starter(request: PageRequest) -> HttpResponse:
    """Take the shipped rules over for a unit."""
    units = pickers.units_for(request.actor, Action.BILLING)
    if not units:
        raise PermissionDenied(_("Your roles do not allow this."))
    form = _StarterForm(request.POST or None)
    form.fields["unit"].choices = list(offer_units(units).options)  # type: ignore[attr-defined]

    def save(filled: forms.Form) -> object:
        unit = units[int(filled.cleaned_data["unit"])]
        new = verbs.adopt_starter(by=request.actor, unit=unit, demo=request.actor.showing_demo)
        messages.info(request, _("%d rules are new.") % new)
        return new

    return step_page(
        request, form, save, title=_("Begin with the shipped rules?"), submit=_("Take them over"),
        text=_("They say which capability well-known services are, and come after the rules that there are."),
        back=reverse("procurement:billing_rules"),
    )  # fmt: skip


@require_POST
def preview(request: PageRequest) -> HttpResponse:
    """What a rule would catch, as it is typed; nothing is saved."""
    form = RuleForm(request.POST, offers=_offers(request.actor))
    return render(request, "procurement/billing/preview.html", _caught(request.actor, form))


class _StarterForm(forms.Form):
    unit = forms.ChoiceField(label=_("For bills of"))


def _page(request: PageRequest, form: RuleForm, save: Any, *, title: str, current: Any = None) -> HttpResponse:
    """The button "look first" shows what the rule would catch and saves nothing."""
    context: dict[str, Any] = {"cancel_url": reverse("procurement:billing_rules"), "title": title}
    if request.method == "POST" and "look" in request.POST:
        context |= _caught(request.actor, form) | {"looked": True}
    elif request.method == "POST" and form.is_valid():
        try:
            url = save(form)
            messages.success(request, _("Saved. Bills are looked at again in the background."))
            return redirect(url)
        except ValidationError as problem:
            add_errors(form, problem)
        except StaleRow as stale:
            form = form.again(current(stale.current))  # type: ignore[assignment]
    page = context | {"form": form}
    return render(request, "procurement/billing/rule.html", page, status=422 if form.errors and "looked" not in page else 200)


def _caught(actor: Actor, form: RuleForm) -> dict[str, Any]:
    """`caught`, or `problem`: what stands in the way of a look."""
    form.is_valid()
    unit = form.offers["unit"].rows.get(int(form.cleaned_data.get("unit") or 0))
    if unit is None:
        return {"problem": _("Say whose bills the rule is for.")}
    try:
        found: Caught = caught(actor, form.conditions(), unit_path=unit.path)
    except BadCondition as error:
        return {"problem": str(error)}
    return {"caught": found}


def _initial(row: BillingRule) -> dict[str, Any]:
    names = {name: value for name, value in typed(row, RuleForm, money=True).items() if name not in _line_names()}
    return names | dict.fromkeys(_line_names(), "") | lines_of(row.conditions)


def _line_names() -> set[str]:
    return {f"{part}_{line}" for line in range(LINES) for part in ("field", "operator", "tag", "value")}


def _editable(request: PageRequest, pk: int) -> BillingRule:
    row = get_object_or_404(BillingRule.objects.visible_to(request.actor).select_related("unit"), pk=pk)
    if not request.actor.may(Action.BILLING, row.unit.path):
        raise PermissionDenied(_("Procurement officers, finance and administrators of this unit look after its rules."))
    return row


def _offers(actor: Actor, row: BillingRule | None = None) -> dict[str, Offer]:
    units = offer_units(pickers.units_for(actor, Action.BILLING, kept=row.unit if row else None))
    vendors = Vendor.objects.visible_to(actor).order_by("name", "id").in_bulk()
    initiatives = {
        one.pk: one for one in Initiative.objects.visible_to(actor).select_related("unit").order_by("name", "id")[:MOST]
    }
    purchases = {one.pk: one for one in Purchase.objects.visible_to(actor).select_related("unit").order_by("title", "id")[:MOST]}
    return {
        "unit": units, "vendor": offer(vendors), "to_unit": units, "initiative": offer(initiatives, lambda one: one.name),
        "capability": offer(pickers.capabilities(kept=row.capability_id if row else None)), "purchase": offer(purchases),
    }  # fmt: skip
