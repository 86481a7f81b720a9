"""What is sold to a tenant, over the channel API: the price first, then exactly that."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from channel_center.billing.choices import Collection, SubscriptionState
from channel_center.billing.errors import UnknownSale
from channel_center.billing.models import Subscription
from channel_center.billing.services.quoting import MOST_QUANTITY, quote
from channel_center.billing.services.renewing import renew
from channel_center.billing.services.selling import buy, cancel
from channel_center.billing.values import Quote
from channel_center.market.selectors import items_of
from channel_center.market.undoing import take_back, undo_of
from channel_center.market.values import Item, Offered
from channel_center.partners.api.authentication import PartnerView
from channel_center.partners.api.paging import CURSOR, page_of, pages_of
from channel_center.partners.api.tenants import tenant_of
from kernel.api.openapi.answers import items_of as all_of
from kernel.catalogue.api.fields import checked
from kernel.common.errors import DomainError
from kernel.common.ids import parse_public_id
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.tenancy.context import public_context
from kernel.tenancy.ports import directory
from tenants.directory import to_ref
from tenants.models import Tenant

VIEW: Final = "tenants.view"
MANAGE: Final = "billing.manage"


class TierShown(serializers.Serializer[Any]):
    """Of what is paid by use: what each unit costs above a number of them in a period."""

    above = serializers.IntegerField()
    amount = serializers.CharField()


class OfferShown(serializers.Serializer[Any]):
    """An offer at the price that this tenant is asked for."""

    offer = serializers.CharField()
    edition = serializers.CharField()
    term = serializers.CharField()
    price = serializers.CharField()
    currency = serializers.CharField()
    trial_days = serializers.IntegerField(help_text="0 where it cannot be tried, or was.")
    action = serializers.CharField(
        help_text="buy, convert, upgrade, change, current, planned; empty where it cannot follow."
    )
    tiers = TierShown(many=True)


class MarketItem(serializers.Serializer[Any]):
    """Something that a tenant may switch on or buy."""

    code = serializers.CharField()
    name = serializers.CharField()
    summary = serializers.CharField()
    category = serializers.CharField()
    is_free = serializers.BooleanField()
    is_on = serializers.BooleanField()
    subscription = serializers.CharField(allow_null=True)
    offers = OfferShown(many=True)


class QuoteTold(serializers.Serializer[Any]):
    """What a price is wanted for."""

    offer = serializers.CharField(max_length=120)
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_QUANTITY, default=1)
    as_trial = serializers.BooleanField(default=False)
    collection = serializers.ChoiceField(
        choices=Collection.values,
        default=Collection.WALLET.value,
        help_text=(
            "`wallet`: the tenant's balance pays. `manual`: the partner collects it itself; what is"
            " owed stays within the limit on account that the partner set for the tenant."
        ),
    )


class QuoteShown(serializers.Serializer[Any]):
    """A price that holds for a quarter of an hour."""

    token = serializers.CharField(help_text="To be sent to `purchases/`.")
    offer = serializers.CharField()
    quantity = serializers.IntegerField()
    kind = serializers.CharField()
    price = serializers.CharField()
    billed = serializers.CharField(help_text="For the rest of the period.")
    credit = serializers.CharField(help_text="What is left of what was paid before.")
    due = serializers.CharField(help_text="Less than zero where the balance grows.")
    currency = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField()


class PurchaseTold(serializers.Serializer[Any]):
    """What is bought."""

    token = serializers.CharField(max_length=4000)


class SubscriptionShown(serializers.Serializer[Any]):
    """What a tenant has of a product."""

    id = serializers.CharField()
    product = serializers.CharField()
    feature = serializers.CharField()
    offer = serializers.CharField()
    next_offer = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(choices=SubscriptionState.choices)
    quantity = serializers.IntegerField()
    collection = serializers.ChoiceField(choices=Collection.choices)
    current_start = serializers.DateTimeField()
    current_end = serializers.DateTimeField(allow_null=True)
    ends_with_period = serializers.BooleanField()
    undo_until = serializers.DateTimeField(
        allow_null=True, help_text="So long `undo/` gives back what it cost."
    )
    undo_gives = serializers.CharField(allow_null=True)


class PurchaseShown(serializers.Serializer[Any]):
    """What came of a purchase."""

    subscription = SubscriptionShown()
    charge = serializers.CharField(
        allow_null=True, help_text="None where it counts from the next period on."
    )


class MarketView(PartnerView):
    """What a tenant may switch on or buy."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=all_of(MarketItem))
    def get(self, request: Request, tenant: str) -> Response:
        """Return everything, at the prices that this tenant is asked for."""
        found = items_of(to_ref(tenant_of(self.asks, tenant)), now=utc_now())
        return Response({"items": [_item(each) for each in found]})


class QuotesView(PartnerView):
    """Prices."""

    permissions_by_method = {"POST": VIEW}

    @extend_schema(request=QuoteTold, responses={201: QuoteShown})
    def post(self, request: Request, tenant: str) -> Response:
        """Say what buying, trying or upgrading costs now; nothing is changed."""
        told = checked(QuoteTold, request.data)
        found = quote(
            tenant_of(self.asks, tenant).pk,
            told["offer"],
            quantity=told["quantity"],
            as_trial=told["as_trial"],
            collection=told["collection"],
        )
        return Response(_quote(found), status=201)


class PurchasesView(PartnerView):
    """Purchases."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=PurchaseTold, responses={201: PurchaseShown})
    def post(self, request: Request, tenant: str) -> Response:
        """Buy what a quote says, at what it says; the same quote again is the same purchase."""
        row, told = tenant_of(self.asks, tenant), checked(PurchaseTold, request.data)
        sale = buy(told["token"], tenant_id=row.pk, actor=self.actor)
        # The right is new: what this process remembers of the tenant is older.
        directory().forget(row.pk)
        return Response(
            {
                "subscription": _subscription(sale.subscription),
                "charge": sale.charge.public_id if sale.charge is not None else None,
            },
            status=201,
        )


class SubscriptionsView(PartnerView):
    """What a tenant bought."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=pages_of(SubscriptionShown), parameters=[CURSOR])
    def get(self, request: Request, tenant: str) -> Response:
        """Return what runs and what ended, the newest first."""
        row = tenant_of(self.asks, tenant)
        found, cursor = page_of(Subscription.objects.filter(tenant=row), request, "sub")
        return Response({"items": [_subscription(each) for each in found], "next_cursor": cursor})


class _SubscriptionView(PartnerView):
    permissions_by_method = {"POST": MANAGE}

    def row(self, tenant: str, subscription: str) -> Subscription:
        """Return what the tenant has.

        Raises:
            UnknownSale: there is no such subscription, or it is another tenant's.
        """
        owner: Tenant = tenant_of(self.asks, tenant)
        try:
            key = parse_public_id("sub", subscription)
        except DomainError as error:
            raise UnknownSale from error
        with public_context():
            row = Subscription.objects.filter(pk=key, tenant=owner).first()
        if row is None:
            raise UnknownSale
        return row


class CancelView(_SubscriptionView):
    """The end of a subscription."""

    @extend_schema(request=None, responses=SubscriptionShown)
    def post(self, request: Request, tenant: str, subscription: str) -> Response:
        """Let it end with the running period."""
        row = cancel(self.row(tenant, subscription).pk, actor=self.actor)
        return Response(_subscription(row))


class KeepView(_SubscriptionView):
    """The end of a subscription, taken back."""

    @extend_schema(request=None, responses=SubscriptionShown)
    def post(self, request: Request, tenant: str, subscription: str) -> Response:
        """Let it go on."""
        row = cancel(self.row(tenant, subscription).pk, actor=self.actor, keep=True)
        return Response(_subscription(row))


class RenewView(_SubscriptionView):
    """The payment of a period that began."""

    @extend_schema(request=None, responses=SubscriptionShown)
    def post(self, request: Request, tenant: str, subscription: str) -> Response:
        """Pay what is due; nothing is paid twice."""
        row = self.row(tenant, subscription)
        renew(row.pk, actor=self.actor)
        return Response(_again(row))


class UndoView(_SubscriptionView):
    """A purchase, taken back."""

    @extend_schema(request=None, responses=SubscriptionShown)
    def post(self, request: Request, tenant: str, subscription: str) -> Response:
        """Give back what it cost, while its offer allows that, and end it."""
        row = self.row(tenant, subscription)
        take_back(row.tenant_id, row.pk, actor=self.actor, now=utc_now())
        directory().forget(row.tenant_id)
        return Response(_again(row))


@public_context()
def _again(row: Subscription) -> dict[str, object]:
    return _subscription(Subscription.objects.get(pk=row.pk))


def _text(money: Money) -> str:
    return str(money.decimal())


def _item(item: Item) -> dict[str, object]:
    bought = item.bought.subscription.public_id if item.bought is not None else None
    return {
        "code": item.code,
        "name": item.name,
        "summary": item.summary,
        "category": item.category,
        "is_free": item.is_free,
        "is_on": item.is_on,
        "subscription": bought,
        "offers": [_offer(each) for each in item.offers],
    }


def _offer(each: Offered) -> dict[str, object]:
    return {
        "offer": each.offer.code,
        "edition": each.name,
        "term": each.offer.term,
        "price": _text(each.price),
        "currency": each.price.currency,
        "trial_days": each.trial_days,
        "action": each.action,
        "tiers": [{"above": above, "amount": _text(amount)} for above, amount in each.tiers],
    }


def _quote(found: Quote) -> dict[str, object]:
    return {
        "token": found.token,
        "offer": found.offer_code,
        "quantity": found.quantity,
        "kind": str(found.kind),
        "price": _text(found.price),
        "billed": _text(found.billed),
        "credit": _text(found.credit),
        "due": _text(found.due),
        "currency": found.due.currency,
        "starts_at": found.starts_at,
        "ends_at": found.ends_at,
        "expires_at": found.expires_at,
    }


@public_context()
def _subscription(row: Subscription) -> dict[str, object]:
    undo = undo_of(row.tenant_id, row.pk, now=utc_now())
    return {
        "id": row.public_id,
        "product": row.product.public_id,
        "feature": row.product.feature,
        "offer": row.offer.code,
        "next_offer": row.next_offer.code if row.next_offer is not None else None,
        "state": row.state,
        "quantity": row.quantity,
        "collection": row.collection,
        "current_start": row.current_start,
        "current_end": row.current_end,
        "ends_with_period": row.cancel_at_end,
        "undo_until": undo.until if undo is not None else None,
        "undo_gives": _text(undo.back) if undo is not None else None,
    }
