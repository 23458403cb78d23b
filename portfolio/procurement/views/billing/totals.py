"""What bills add up to, what no rule catches, and one item; all of it for those alone who see money."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portfolio.accounts.choices import FEWEST_IN_A_TOTAL, Action
from portfolio.initiatives.queries.lists import page_number, page_of, unit_rows
from portfolio.kit import clock
from portfolio.procurement.forms.billing import TotalsForm
from portfolio.procurement.queries.billing import items, totals
from portfolio.procurement.tables import billing as tables
from portfolio.procurement.tables.export import FORMATS, Sheet
from portfolio.procurement.tables.frame import tabs
from portfolio.procurement.views.access import PageRequest
from portfolio.procurement.views.purchases import paging

MOST_EXPORTED = 100_000
MISSING_LABELS = {
    "anything": _("nothing said of it"), "vendor": _("no vendor"), "capability": _("no capability"),
    "purchase": _("no purchase"), "initiative": _("no initiative"),
}  # fmt: skip
View = Callable[..., HttpResponseBase]


def for_money(view: View) -> View:
    """Bills are amounts: without a role that sees money there is nothing to show."""

    @wraps(view)
    def guarded(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not (request.actor.may_somewhere(Action.MONEY) or (request.actor.scopes is None and _owns(request))):
            raise PermissionDenied(_("Amounts of bills are for roles that see money."))
        return view(request, *args, **kwargs)

    return guarded


def _owns(request: PageRequest) -> bool:
    """Owners and sponsors see what is billed for their initiatives."""
    return totals.visible_months(request.actor).exists()


@require_safe
@for_money
def billing_totals(request: PageRequest) -> HttpResponse:
    """By service, account, month or what else, one table a currency; billed and effective cost side by side."""
    actor = request.actor
    form, by, months = _asked(request)
    groups = totals.totals(actor, months, by)
    context = {
        "form": form, "by": by, "by_label": dict(form.fields["by"].choices)[by],  # type: ignore[attr-defined]
        "tables": tables.group_tables(groups, by), "more": len(groups) == totals.MOST_GROUPS,
        "virtual": totals.virtual(actor, months), "headline": tables.headline(groups, imports=bool(request.GET)),
        "filtered": bool(request.GET), "query": request.GET.urlencode(), "tabs": tabs("billing"),
        "sections": tables.sections("totals"),
    }  # fmt: skip
    return render(request, "procurement/billing/totals.html", context)


@require_safe
@for_money
def unmapped(request: PageRequest) -> HttpResponse:
    """What no rule catches, by service and account, the largest effective cost first."""
    actor = request.actor
    missing = _missing(request)
    page = page_of(items.unmapped(actor, missing), page_number(request.GET.get("page", "")))
    may_edit = actor.may_somewhere(Action.BILLING)
    context = {
        "rows": tables.unmapped_rows(page.rows, may_edit=may_edit), "missing": missing, "tabs": tabs("billing"),
        "choices": [
            {"label": label, "url": f"?missing={name}", "active": name == missing} for name, label in MISSING_LABELS.items()
        ],
        "sections": tables.sections("unmapped"), "fewest": 0 if totals.sees_everything(actor) else FEWEST_IN_A_TOTAL,
        **paging(request, page),
    }  # fmt: skip
    return render(request, "procurement/billing/unmapped.html", context)


@require_safe
@for_money
def item(request: PageRequest, pk: int) -> HttpResponse:
    """One thing that was charged: what it is, what it is for and who said so, what it cost by month."""
    found = items.item_for(request.actor, pk)
    if found is None:
        raise Http404
    names = [(field.name, field.value_from_object(found)) for field in found._meta.concrete_fields]
    left_out = {"id", "unit", "demo", "digest", "tags"}
    context = {
        "item": found, "months": items.months_of(request.actor, found)[:120], "tabs": tabs("billing"),
        "facts": [(name.replace("_", " "), value) for name, value in names if value and name not in left_out],
        "crumbs": [{"label": _("Billing totals"), "url": reverse("procurement:billing_totals")}],
    }  # fmt: skip
    return render(request, "procurement/billing/item.html", context)


@require_safe
@for_money
def export(request: PageRequest, what: str, fmt: str) -> StreamingHttpResponse:
    """Totals or unmapped spend as a file, with the filters of the page."""
    if fmt not in FORMATS or what not in ("totals", "unmapped"):
        raise Http404
    if what == "totals":
        _form, by, months = _asked(request)
        return _file(
            request, tables.TOTALS, tables.exported(totals.totals(request.actor, months, by, most=MOST_EXPORTED), by), fmt
        )
    rows = items.unmapped(request.actor, _missing(request))[:MOST_EXPORTED]
    if not totals.sees_everything(request.actor):
        rows = [row if row["items"] >= FEWEST_IN_A_TOTAL else row | {"billed": None, "effective": None} for row in rows]  # type: ignore[assignment]
    return _file(request, tables.UNMAPPED, tables.unmapped_exported(rows), fmt)


def _file(request: PageRequest, sheet: Sheet, rows: Any, fmt: str) -> StreamingHttpResponse:
    written = FORMATS[fmt]
    response = StreamingHttpResponse(written.parts(sheet, rows), content_type=written.content_type)
    demo = "-demo" if request.actor.showing_demo else ""
    response.headers["Content-Disposition"] = f'attachment; filename="{sheet.name}{demo}-{clock.today().isoformat()}.{fmt}"'
    return response


def _missing(request: PageRequest) -> str:
    asked = request.GET.get("missing", "")
    return asked if asked in items.MISSING else "anything"


def _asked(request: PageRequest) -> tuple[TotalsForm, str, Any]:
    """(form, what to add up by, the months); what is no choice is left out."""
    actor = request.actor
    units = unit_rows(actor)
    offered = [(str(one.id), "\u2003" * one.depth + one.name) for one in units.values()]
    asked = request.GET.copy()
    asked["by"] = asked.get("by") or "service"
    form = TotalsForm(asked, months=totals.months_there(actor), units=offered)
    said = form.cleaned_data if form.is_valid() else dict.fromkeys(form.fields, "")
    month, unit = said.get("month", ""), units.get(int(said.get("unit") or 0))
    months = totals.narrowed(
        totals.visible_months(actor), month=date.fromisoformat(month) if month else None, category=said.get("category", ""),
        text=said.get("q", "").strip(), unit_path=unit.path if unit else "", service=said.get("service", ""),
        account=said.get("account", ""),
    )  # fmt: skip
    return form, said.get("by") or "service", months
