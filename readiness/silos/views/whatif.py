"""What if: picked findings, before and after. Nothing is saved; the address holds what was picked."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portfolio.accounts.choices import Action
from portfolio.kit import clock
from readiness.silos.choices import ProofTable
from readiness.silos.queries.findings import finding_rows, ordered, visible, worked_on
from readiness.silos.queries.spend import plan_shares
from readiness.silos.queries.whatif import MOST_PICKED, picked, picked_rows, standings
from readiness.silos.rules.whatif import brought_into_plan, outcome
from readiness.silos.tables import whatif as tables
from readiness.silos.tables.frame import tabs
from readiness.silos.views.access import PageRequest
from readiness.silos.views.listing import dressed

OFFERED, MOST_DIGITS = 50, 18


@require_safe
def what_if(request: PageRequest) -> HttpResponse:
    """Before and after acting on the picked findings, and more to pick from."""
    actor = request.actor
    wanted = [
        int(text) for text in request.GET.getlist("finding")[:MOST_PICKED] if text.isascii() and text.isdigit() and len(text) < 18
    ]
    rows = picked_rows(actor, wanted)
    chosen = picked(actor, rows)
    told = outcome(chosen)
    amounts = {key[1]: amount for one in chosen for key, amount in one.rows.items() if key[0] is ProofTable.PURCHASE}
    moved = standings(actor, told.brought_in)
    before, _known, currency = plan_shares(actor, "/", clock.today())
    after = brought_into_plan(before, [(standing, amounts.get(pk)) for pk, standing in moved.items()])
    money = actor.may_somewhere(Action.MONEY)
    others = ordered(finding_rows(actor, worked_on(visible(actor)).exclude(pk__in=wanted)), "")[:OFFERED]
    shown = dressed(actor, rows + list(others))
    mine, more = shown[: len(rows)], [row for row in shown[len(rows) :] if row["whole"]]
    context = {
        "picked": mine, "more": more, "headline": tables.headline(told, currency, money=money), "told": told, "money": money,
        "comparison": tables.comparison(told, before, after, currency, money=money) if chosen else [], "tabs": tabs("whatif"),
        "assumptions": tables.assumptions(mine), "partial": [row for row in mine if not row["whole"]],
    }  # fmt: skip
    return render(request, "silos/what_if.html", context)


def _wanted(texts: list[str]) -> list[int]:
    """Ids from an address; what no row can have is passed over."""
    return [int(text) for text in texts[:MOST_PICKED] if text.isascii() and text.isdigit() and len(text) < MOST_DIGITS]
