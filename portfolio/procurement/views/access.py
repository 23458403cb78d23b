"""The one door of the pages of this slice: who asks, and the scoped getters (another unit's row does not exist)."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative
from portfolio.procurement.models import Capability, PlanItem, PriceTier, Product, Purchase, PurchaseRequest, Vendor

Row = TypeVar("Row", bound=Model)


class PageRequest(HttpRequest):
    """A signed-in person's request as the middleware leaves it."""

    actor: Actor
    htmx: HtmxDetails


def get_purchase(request: PageRequest, pk: int) -> Purchase:
    return _get(request, Purchase, pk, "unit", "vendor", "product", "capability", "price_tier", "plan_item__unit")


def get_request(request: PageRequest, pk: int) -> PurchaseRequest:
    return _get(request, PurchaseRequest, pk, "unit", "initiative__unit", "vendor", "capability", "purchase__unit", "asked_by")


def get_item(request: PageRequest, pk: int) -> PlanItem:
    return _get(request, PlanItem, pk, "unit", "capability")


def get_vendor(request: PageRequest, pk: int) -> Vendor:
    return _get(request, Vendor, pk, "parent")


def get_product(request: PageRequest, pk: int) -> Product:
    return _get(request, Product, pk, "vendor", "capability")


def get_tier(request: PageRequest, pk: int) -> PriceTier:
    return _get(request, PriceTier, pk, "vendor", "product", "capability")


def get_capability(request: PageRequest, pk: int) -> Capability:
    return _get(request, Capability, pk)


def get_initiative(request: PageRequest, pk: int) -> Initiative:
    return _get(request, Initiative, pk, "unit")


def _get(request: PageRequest, model: type[Row], pk: int, *related: str) -> Row:
    """A visible row; 404 for anything else."""
    rows: QuerySet[Any] = model._default_manager.visible_to(request.actor)  # type: ignore[attr-defined]
    found: Row = get_object_or_404(rows.select_related(*related), pk=pk)
    return found


def came_from(request: PageRequest, fallback: str) -> str:
    """The `next` address of a form if it leads to this site, else `fallback`."""
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return wanted if safe else fallback
