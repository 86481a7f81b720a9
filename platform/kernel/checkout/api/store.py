"""Checkout over the store API: for members, and for guests who name their cart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.api.forms import checked
from kernel.api.openapi.operations import KEY_SCHEMA
from kernel.audit.actor import Actor
from kernel.cart.api.forms import WishAsked
from kernel.cart.choices import CartPurpose
from kernel.cart.cookies import HEADER, cookie_token, header_token
from kernel.cart.services import CartOwner, Wish
from kernel.cart.values import MOST_LINES
from kernel.checkout.drafts import Reason
from kernel.checkout.errors import CartUnknown, KeyMissing
from kernel.checkout.quoting import Quote
from kernel.checkout.services import Choices, Ordered, Visit, hold_stock, intent_for, place, quote
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.members.actors import member_actor
from kernel.members.api.authentication import MemberAuthentication, enforce_csrf
from kernel.members.api.views import MemberView, WriteThrottle, plain
from kernel.members.models import Member
from kernel.orders.api.forms import AddressForm, TaxShown, taxes_data
from kernel.orders.selectors import member_group
from kernel.tenancy.context import current_tenant

_KEY_HEADER: Final = "Idempotency-Key"


class CheckoutTold(serializers.Serializer[Any]):
    """What was chosen at checkout."""

    address = AddressForm(required=False)
    shipping = serializers.CharField(max_length=40, allow_blank=True, default="")
    note = serializers.CharField(max_length=500, allow_blank=True, default="")
    inputs = serializers.DictField(
        default=dict,
        help_text="By name: ids of `coupons`, `codes` of coupons, and what modules ask.",
    )
    email = serializers.EmailField(max_length=254, allow_blank=True, default="")
    phone = serializers.CharField(max_length=20, allow_blank=True, default="")
    purpose = serializers.ChoiceField(choices=CartPurpose.choices, default=CartPurpose.CART)


class ItemsTold(CheckoutTold):
    """What was chosen, and what is bought when that is not what stands in the cart."""

    items = serializers.ListField(
        child=WishAsked(),
        required=False,
        max_length=MOST_LINES,
        help_text="What is bought past the cart, which stays as it is.",
    )


class PlaceTold(ItemsTold):
    """An order, with the total that the buyer was shown."""

    expected_total = serializers.CharField(max_length=40)


class RefusalShown(serializers.Serializer[Any]):
    """Why it cannot be ordered as it is; ``line`` counts from 0."""

    code = serializers.CharField()
    title = serializers.CharField()
    line = serializers.IntegerField(allow_null=True)


class ReasonShown(serializers.Serializer[Any]):
    """Why something costs more or less; ``source`` names what brought it, and who bears it."""

    source = serializers.CharField()  # type: ignore[assignment]  # a member's name
    label = serializers.CharField()  # type: ignore[assignment]  # a member's name
    amount = serializers.CharField()


class QuotedLine(serializers.Serializer[Any]):
    """A line with its price, and its share of the freight; ``prices`` tell how it came about."""

    title = serializers.CharField()
    sku = serializers.CharField()
    quantity = serializers.IntegerField()
    unit = serializers.CharField()
    discount = serializers.CharField()
    freight = serializers.CharField()
    total = serializers.CharField()
    prices = serializers.JSONField()
    reasons = ReasonShown(many=True)


class WayShown(serializers.Serializer[Any]):
    """A way to ship; ``obstacle`` says why it cannot be chosen, and is empty when it can.

    ``insurance`` is what insurance of a parcel costs; null where there is none. Choose it
    with ``inputs: {"shipping": {"insurance": true}}``.
    """

    code = serializers.CharField()
    names = serializers.JSONField()
    method = serializers.CharField()
    amount = serializers.CharField()
    insurance = serializers.CharField(allow_null=True)
    obstacle = serializers.CharField(allow_blank=True)


class QuoteShown(serializers.Serializer[Any]):
    """What the cart costs; amounts are decimal strings."""

    currency = serializers.CharField()
    items = serializers.CharField()
    discount = serializers.CharField()
    freight = serializers.CharField()
    tax = serializers.CharField()
    taxes = TaxShown(many=True)
    total = serializers.CharField()
    may_be_placed = serializers.BooleanField()
    shipping = serializers.CharField()
    ways = WayShown(many=True)
    lines = QuotedLine(many=True)
    freight_reasons = ReasonShown(many=True)
    refusals = RefusalShown(many=True)


class PlacedShown(serializers.Serializer[Any]):
    """What was ordered."""

    id = serializers.CharField()
    number = serializers.CharField()
    currency = serializers.CharField()
    total = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)
    orders = serializers.ListField(child=serializers.CharField())


class HeldShown(serializers.Serializer[Any]):
    """Until when stock is kept for this buyer."""

    until = serializers.DateTimeField()


class CheckoutView(APIView):
    """A view for whoever has a cart."""

    authentication_classes = (MemberAuthentication,)
    permission_classes = ()
    throttle_classes = (WriteThrottle,)
    shared_parameters = (
        OpenApiParameter(HEADER, str, OpenApiParameter.HEADER, description="A guest's cart."),
    )

    def visit(self, told: Mapping[str, Any]) -> Visit:
        """Return who is at checkout, with what was chosen.

        Raises:
            CartUnknown: nobody is signed in, and no cart is named.
            PermissionDenied: a cart's cookie came without a CSRF token.
        """
        return Visit(
            owner=self._owner(),
            wishes=[Wish(**each) for each in told.get("items", ())],
            address=told.get("address", {}),
            choices=Choices(told["shipping"], told["note"], told["inputs"]),
            email=told["email"],
            phone=told["phone"],
            purpose=CartPurpose(told["purpose"]),
            source="api",
        )

    def actor(self) -> Actor:
        """Return the buyer, as the timeline names people."""
        buyer: object = self.request.user
        return member_actor(buyer) if isinstance(buyer, Member) else Actor("member", "guest")

    def _owner(self) -> CartOwner:
        buyer: object = self.request.user
        if isinstance(buyer, Member):
            return CartOwner(member_id=buyer.pk)
        asked = plain(self.request)
        token = header_token(asked)
        if not token and (token := cookie_token(asked)):
            enforce_csrf(asked)
        if not token:
            raise CartUnknown
        return CartOwner(token=token)


class QuoteView(CheckoutView):
    """Says what a cart, or something past it, costs."""

    @extend_schema(request=ItemsTold, responses=QuoteShown)
    def post(self, request: Request) -> Response:
        """Return what the items or the selected lines cost, and what speaks against them."""
        visit = self.visit(checked(ItemsTold, request.data))
        return Response(_quote_data(quote(visit, now=utc_now())))


class HoldView(CheckoutView):
    """Keeps stock while the buyer decides."""

    @extend_schema(request=CheckoutTold, responses=HeldShown)
    def post(self, request: Request) -> Response:
        """Keep what is selected for some minutes."""
        visit = self.visit(checked(CheckoutTold, request.data))
        return Response({"until": hold_stock(visit, now=utc_now())})


class PlaceView(CheckoutView):
    """Orders what is selected."""

    @extend_schema(
        parameters=[
            OpenApiParameter(_KEY_HEADER, KEY_SCHEMA, OpenApiParameter.HEADER, required=True),
        ],
        request=PlaceTold,
        responses={201: PlacedShown},
    )
    def post(self, request: Request) -> Response:
        """Order; the same key again orders nothing more."""
        told = checked(PlaceTold, request.data)
        key = request.headers.get(_KEY_HEADER, "")
        if not key:
            raise KeyMissing
        ordered = place(
            self.visit(told),
            key=key,
            expected_total=Money.parse(told["expected_total"], current_tenant().currency),
            actor=self.actor(),
            now=utc_now(),
        )
        return Response(_placed_data(ordered), status=201)


class PaymentTold(serializers.Serializer[Any]):
    """What shall be paid."""

    group = serializers.CharField(max_length=44)


class PaymentShown(serializers.Serializer[Any]):
    """What there is to pay; ``payment`` is what the payments' API goes on with."""

    payment = serializers.CharField()
    amount = serializers.CharField()
    currency = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)


class PaymentView(MemberView):
    """Begins to pay a group of orders."""

    @extend_schema(request=PaymentTold, responses=PaymentShown)
    def post(self, request: Request) -> Response:
        """Return the open payment of what the orders cost now."""
        group = member_group(self.member_id, checked(PaymentTold, request.data)["group"])
        intent = intent_for(group.pk, now=utc_now())
        return Response(
            {
                "payment": intent.public_id,
                "amount": Money(intent.amount_minor, intent.currency).decimal(),
                "currency": intent.currency,
                "expires_at": intent.expires_at,
            }
        )


def _quote_data(found: Quote) -> dict[str, object]:
    def amount(minor: int) -> str:
        return Money(minor, found.currency).decimal()

    def reasons(rows: Sequence[Reason]) -> list[dict[str, str]]:
        return [
            {"source": row.source, "label": row.label, "amount": amount(row.minor)} for row in rows
        ]

    freight: dict[int, int] = {}
    for part in found.parts:
        freight |= part.line_freight()
    return {
        "currency": found.currency,
        **{
            name: getattr(found, name).decimal()
            for name in ("items", "discount", "freight", "tax", "total")
        },
        "taxes": taxes_data(found.taxes, found.currency),
        "may_be_placed": found.may_be_placed,
        "shipping": found.shipping,
        "ways": [
            {
                "code": each.way.code,
                "names": each.way.names,
                "method": each.way.method,
                "amount": amount(each.minor),
                "insurance": None
                if each.way.insurance_minor is None
                else amount(each.way.insurance_minor),
                "obstacle": each.obstacle,
            }
            for each in found.ways
        ],
        "lines": [
            {
                "title": line.goods.facts["product__title"],
                "sku": line.goods.facts["sku"],
                "quantity": line.quantity,
                "unit": amount(line.unit_minor),
                "discount": amount(line.discount_minor),
                "freight": amount(freight.get(line.position, 0)),
                "total": amount(line.total_minor),
                "prices": [
                    {
                        "source": step["source"],
                        "label": step.get("label", ""),
                        "amount": amount(int(str(step["minor"]))),
                    }
                    for step in line.chain
                ],
                "reasons": reasons(line.reasons),
            }
            for line in found.lines
        ],
        "freight_reasons": [row for part in found.parts for row in reasons(part.reasons)],
        "refusals": [
            {"code": each.code, "title": str(each.title), "line": each.line, **each.fields}
            for each in found.refusals
        ],
    }


def _placed_data(ordered: Ordered) -> dict[str, object]:
    group = ordered.group
    return {
        "id": group.public_id,
        "number": group.number,
        "currency": group.currency,
        "total": Money(group.total_minor, group.currency).decimal(),
        "expires_at": group.expires_at,
        "orders": list(ordered.numbers),
    }
