"""`/api/v1/purchases/`, `purchase-requests/`, `plan-items/`, `vendors/`, `price-tiers/`, `products/`, `capabilities/`."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status as http
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from portfolio.accounts.choices import Action
from portfolio.procurement import filters
from portfolio.procurement.api import shapes
from portfolio.procurement.api.base import Rows
from portfolio.procurement.models import Capability, PlanItem, PriceTier, Product, Purchase, PurchaseRequest, Vendor
from portfolio.procurement.queries import plan, purchases, requests, vendors
from portfolio.procurement.services import catalogue as shelf
from portfolio.procurement.services import plan as planning
from portfolio.procurement.services import purchases as buying
from portfolio.procurement.services import requests as asking
from portfolio.procurement.services import vendors as selling


class PurchaseViewSet(Rows):
    """Purchases of the units that you may see. Amounts need a role or scope that sees money."""

    queryset = Purchase.objects.none()
    filterset_class = filters.PurchaseFilter
    serializer_class = shapes.PurchaseInput
    visible, rows, shown_as = purchases.visible_purchases, purchases.purchase_rows, purchases.SHOWN_AS

    def more(self, pk: int) -> dict[str, Any]:
        return {"shares": purchases.shares_of(self.actor, [pk]).get(pk, [])}

    @extend_schema(responses=shapes.PurchaseRow(many=True))
    def list(self, request: Request) -> Response:
        return super().list(request)

    @extend_schema(responses=shapes.PurchaseRow)
    def retrieve(self, request: Request, pk: str) -> Response:
        return super().retrieve(request, pk)

    @extend_schema(request=shapes.PurchaseInput, responses={201: shapes.PurchaseRow})
    def create(self, request: Request) -> Response:
        """Write down what was bought. Say the initiatives that it serves at `shares`."""
        made = self.write(buying.create_purchase, demo=self.actor.showing_demo, **self.given(shapes.PurchaseInput))
        return self.answer(made.pk, http.HTTP_201_CREATED)

    @extend_schema(request=shapes.PurchaseInput, responses=shapes.PurchaseRow)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change it; If-Match guards the version."""
        changes = self.given(shapes.PurchaseInput, partial=True)
        self.change(buying.change_purchase, purchase=self.get_row(pk, "unit"), changes=changes)
        return self.answer(int(pk))

    @extend_schema(request=shapes.SharesInput, responses=shapes.PurchaseRow)
    @action(detail=True, methods=["put"])
    def shares(self, request: Request, pk: str) -> Response:
        """Replace the shares of the initiatives that it serves."""
        given = {one["initiative"]: one["share"] for one in self.given(shapes.SharesInput)["shares"]}
        self.change(buying.set_shares, purchase=self.get_row(pk, "unit"), shares=given)
        return self.answer(int(pk))

    @extend_schema(request=shapes.CancelInput, responses=shapes.PurchaseRow)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """It is over before its time, with the reason."""
        self.change(buying.cancel_purchase, purchase=self.get_row(pk, "unit"), **self.given(shapes.CancelInput))
        return self.answer(int(pk))


class PurchaseRequestViewSet(Rows):
    """What units want to buy, and each step on the way to an order."""

    queryset = PurchaseRequest.objects.none()
    filterset_class = filters.RequestFilter
    serializer_class = shapes.PurchaseRequestInput
    visible, rows, shown_as = requests.visible_requests, requests.request_rows, requests.SHOWN_AS

    def more(self, pk: int) -> dict[str, Any]:
        steps = self.get_row(str(pk)).steps.order_by("id")
        return {"steps": list(steps.values("state", "reason", "purchase_id", "by_label", "at"))}

    @extend_schema(responses=shapes.PurchaseRequestRow(many=True))
    def list(self, request: Request) -> Response:
        return super().list(request)

    @extend_schema(responses=shapes.PurchaseRequestRow)
    def retrieve(self, request: Request, pk: str) -> Response:
        return super().retrieve(request, pk)

    @extend_schema(request=shapes.PurchaseRequestInput, responses={201: shapes.PurchaseRequestRow})
    def create(self, request: Request) -> Response:
        """Ask to buy something."""
        given = self.given(shapes.PurchaseRequestInput, action=Action.ASK)
        return self.answer(self.write(asking.ask, demo=self.actor.showing_demo, **given).pk, http.HTTP_201_CREATED)

    @extend_schema(request=shapes.PurchaseRequestInput, responses=shapes.PurchaseRequestRow)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change it while nobody decided."""
        changes = self.given(shapes.PurchaseRequestInput, action=Action.ASK, partial=True)
        self.change(asking.change_request, request=self.get_row(pk), changes=changes)
        return self.answer(int(pk))

    @extend_schema(request=shapes.ApproveInput, responses=shapes.PurchaseRequestRow)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        self.write(asking.approve, request=self.get_row(pk), **self.given(shapes.ApproveInput))
        return self.answer(int(pk))

    @extend_schema(request=shapes.EndRequestInput, responses=shapes.PurchaseRequestRow)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: str) -> Response:
        self.write(asking.decline, request=self.get_row(pk), **self.given(shapes.EndRequestInput))
        return self.answer(int(pk))

    @extend_schema(request=shapes.EndRequestInput, responses=shapes.PurchaseRequestRow)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        self.write(asking.withdraw, request=self.get_row(pk), **self.given(shapes.EndRequestInput))
        return self.answer(int(pk))

    @extend_schema(request=shapes.OrderInput, responses=shapes.PurchaseRequestRow)
    @action(detail=True, methods=["post"])
    def order(self, request: Request, pk: str) -> Response:
        """It became this purchase; with `share` that part of it serves the request's initiative."""
        self.write(asking.order, request=self.get_row(pk), **self.given(shapes.OrderInput))
        return self.answer(int(pk))


class PlanItemViewSet(Rows):
    """The IT plan."""

    queryset = PlanItem.objects.none()
    filterset_class = filters.PlanFilter
    serializer_class = shapes.PlanItemInput
    visible, rows, shown_as = plan.visible_items, plan.plan_rows, plan.SHOWN_AS

    @extend_schema(responses=shapes.PlanItemRow(many=True))
    def list(self, request: Request) -> Response:
        return super().list(request)

    @extend_schema(responses=shapes.PlanItemRow)
    def retrieve(self, request: Request, pk: str) -> Response:
        return super().retrieve(request, pk)

    @extend_schema(request=shapes.PlanItemInput, responses={201: shapes.PlanItemRow})
    def create(self, request: Request) -> Response:
        made = self.write(planning.create_plan_item, demo=self.actor.showing_demo, **self.given(shapes.PlanItemInput))
        return self.answer(made.pk, http.HTTP_201_CREATED)

    @extend_schema(request=shapes.PlanItemInput, responses=shapes.PlanItemRow)
    def partial_update(self, request: Request, pk: str) -> Response:
        changes = self.given(shapes.PlanItemInput, partial=True)
        self.change(planning.change_plan_item, item=self.get_row(pk, "unit"), changes=changes)
        return self.answer(int(pk))


class VendorViewSet(Rows):
    """Vendors of the organisation, with how much of what you see names them."""

    queryset = Vendor.objects.none()
    filterset_class = filters.VendorFilter
    serializer_class = shapes.VendorInput
    visible, rows = vendors.visible_vendors, vendors.vendor_rows

    def more(self, pk: int) -> dict[str, Any]:
        return {"aliases": [{"name": row.name, "source": row.source} for row in vendors.aliases_of([pk])[pk]]}

    @extend_schema(responses=shapes.VendorRow(many=True))
    def list(self, request: Request) -> Response:
        return super().list(request)

    @extend_schema(responses=shapes.VendorRow)
    def retrieve(self, request: Request, pk: str) -> Response:
        return super().retrieve(request, pk)

    @extend_schema(request=shapes.VendorInput, responses={201: shapes.VendorRow})
    def create(self, request: Request) -> Response:
        made = self.write(selling.create_vendor, demo=self.actor.showing_demo, **self.given(shapes.VendorInput))
        return self.answer(made.pk, http.HTTP_201_CREATED)

    @extend_schema(request=shapes.VendorInput, responses=shapes.VendorRow)
    def partial_update(self, request: Request, pk: str) -> Response:
        changes = self.given(shapes.VendorInput, partial=True)
        self.change(selling.change_vendor, vendor=self.get_row(pk), changes=changes)
        return self.answer(int(pk))


class PriceTierViewSet(Rows):
    """What vendors give off from which amount on: terms, so there are none without a role and the scope that see money."""

    queryset = PriceTier.objects.none()
    filterset_class = filters.TierFilter
    serializer_class = shapes.PriceTierInput
    visible, rows = vendors.visible_tiers, vendors.tier_rows

    @extend_schema(responses=shapes.PriceTierRow(many=True))
    def list(self, request: Request) -> Response:
        return super().list(request)

    @extend_schema(responses=shapes.PriceTierRow)
    def retrieve(self, request: Request, pk: str) -> Response:
        return super().retrieve(request, pk)

    @extend_schema(request=shapes.PriceTierInput, responses={201: shapes.PriceTierRow})
    def create(self, request: Request) -> Response:
        made = self.write(shelf.create_tier, **self.given(shapes.PriceTierInput))
        return self.answer(made.pk, http.HTTP_201_CREATED)

    @extend_schema(request=shapes.PriceTierInput, responses=shapes.PriceTierRow)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change it; If-Match guards the version. One that is over gets a last day."""
        changes = self.given(shapes.PriceTierInput, partial=True)
        self.change(shelf.change_tier, tier=self.get_row(pk), changes=changes)
        return self.answer(int(pk))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """It was never so; the audit trail keeps it. If-Match guards the version."""
        self.change(shelf.remove_tier, tier=self.get_row(pk))
        return Response(status=http.HTTP_204_NO_CONTENT)


class ProductViewSet(Rows):
    """What vendors sell."""

    queryset = Product.objects.none()
    filter_backends = ()
    serializer_class = shapes.ProductInput
    visible, rows = vendors.visible_products, vendors.product_rows

    @extend_schema(responses=shapes.ProductRow(many=True))
    def list(self, request: Request) -> Response:
        return super().list(request)

    @extend_schema(responses=shapes.ProductRow)
    def retrieve(self, request: Request, pk: str) -> Response:
        return super().retrieve(request, pk)

    @extend_schema(request=shapes.ProductInput, responses={201: shapes.ProductRow})
    def create(self, request: Request) -> Response:
        made = self.write(shelf.create_product, **self.given(shapes.ProductInput))
        return self.answer(made.pk, http.HTTP_201_CREATED)


class CapabilityViewSet(Rows):
    """The taxonomy: what can be bought."""

    queryset = Capability.objects.none()
    filter_backends = ()
    serializer_class = shapes.CapabilityRow
    visible, rows = vendors.visible_capabilities, vendors.capability_rows

    @extend_schema(responses=shapes.CapabilityRow(many=True))
    def list(self, request: Request) -> Response:
        return super().list(request)

    @extend_schema(responses=shapes.CapabilityRow)
    def retrieve(self, request: Request, pk: str) -> Response:
        return super().retrieve(request, pk)
