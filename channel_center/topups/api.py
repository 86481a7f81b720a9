"""Balances and top-ups over the channel API: a partner's own, and those of its shops."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from channel_center.billing.currencies import currency_in
from channel_center.billing.models import Wallet
from channel_center.billing.services.wallets import view_of, wallet_of
from channel_center.partners.api.authentication import PartnerView
from channel_center.partners.api.paging import CURRENCY, CURSOR, page_of, pages_of
from channel_center.partners.api.tenants import tenant_of
from channel_center.partners.selectors import visible_tenants
from channel_center.topups.choices import Method, TopUpState
from channel_center.topups.errors import InvalidAmount, UnknownTopUp
from channel_center.topups.models import TopUpRequest
from channel_center.topups.movements import Movement, movements_of
from channel_center.topups.selectors import offered_by, received_by
from channel_center.topups.services.topping import begin, decide, link_of
from kernel.access.confirming import ConfirmationNeeded, is_confirmed
from kernel.access.models import Staff
from kernel.branding.addresses import web_address
from kernel.catalogue.api.fields import checked
from kernel.common.errors import DomainError
from kernel.common.ids import parse_public_id, public_id
from kernel.common.money import InvalidAmount as NoAmount
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.tenancy.middleware import request_host

VIEW: Final = "billing.view"
MANAGE: Final = "billing.manage"
_JOURNAL: Final = "bkg"


class WalletShown(serializers.Serializer[Any]):
    """What a balance has."""

    id = serializers.CharField()
    currency = serializers.CharField()
    balance = serializers.CharField(help_text="Less than zero where credit is used.")
    available = serializers.CharField(help_text="What may be spent, with the credit limit.")
    cash = serializers.CharField()
    gift = serializers.CharField()
    credit = serializers.CharField()
    credit_limit = serializers.CharField()
    low_at = serializers.CharField(help_text="Below it, `wallet.low` is told.")
    methods = serializers.ListField(
        child=serializers.ChoiceField(choices=Method.choices), help_text="How it can be topped up."
    )
    transfer_to = serializers.CharField(help_text="The account for transfers; may be empty.")


class MovementShown(serializers.Serializer[Any]):
    """One booking on a balance."""

    id = serializers.CharField()
    at = serializers.DateTimeField()
    kind = serializers.CharField()
    amount = serializers.CharField(help_text="Less than zero for what went out.")
    balance_after = serializers.CharField()
    currency = serializers.CharField()
    tenant = serializers.CharField(allow_null=True)
    offer = serializers.CharField(allow_null=True)
    charge = serializers.CharField(allow_null=True)


class TopUpTold(serializers.Serializer[Any]):
    """How much is topped up, and how."""

    amount = serializers.CharField(max_length=20, help_text="Like `100.00`.")
    method = serializers.ChoiceField(choices=Method.choices)
    reference = serializers.CharField(
        max_length=80, default="", allow_blank=True, help_text="Of a transfer; needed for one."
    )


class TopUpShown(serializers.Serializer[Any]):
    """A top-up and where it stands."""

    id = serializers.CharField()
    wallet = serializers.CharField()
    method = serializers.ChoiceField(choices=Method.choices)
    state = serializers.ChoiceField(choices=TopUpState.choices)
    amount = serializers.CharField()
    paid = serializers.CharField(allow_null=True)
    currency = serializers.CharField()
    reference = serializers.CharField()
    reason = serializers.CharField()
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    pay_url = serializers.CharField(
        allow_null=True, help_text="Where a card is charged; good for ten minutes, then ask again."
    )


class DecideTold(serializers.Serializer[Any]):
    """What came of a transfer."""

    amount = serializers.CharField(
        max_length=20, required=False, allow_null=True, help_text="Left out, it is refused."
    )
    reason = serializers.CharField(max_length=300, default="", allow_blank=True)


class _OwnWallet(PartnerView):
    """Works on the partner's own balance."""

    def wallet(self) -> Wallet:
        """Return it, in the currency that is asked for.

        Raises:
            UnknownCurrency: nothing is paid in it.
        """
        asked = self.request.query_params.get("currency", "")
        return wallet_of(channel_id=self.channel_id, currency=currency_in(self.channel_id, asked))


class ShopWalletBase(PartnerView):
    """Works on the balance of a shop that whoever asks may see."""

    @override
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the shop once it is known who asks."""
        super().initial(request, *args, **kwargs)
        self.tenant_row = tenant_of(self.asks, str(kwargs["tenant"]))

    def wallet(self) -> Wallet:
        """Return it."""
        return wallet_of(tenant_id=self.tenant_row.pk)


class WalletView(_OwnWallet):
    """The partner's own balance in a currency."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=WalletShown, parameters=[CURRENCY])
    def get(self, request: Request) -> Response:
        """Return what is there, and how it is topped up."""
        return Response(wallet_shown(self.wallet()))


class ShopWalletView(ShopWalletBase):
    """The balance of a tenant."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=WalletShown)
    def get(self, request: Request, tenant: str) -> Response:
        """Return what is there, and how it is topped up."""
        return Response(wallet_shown(self.wallet()))


class MovementsView(_OwnWallet):
    """What moved on the partner's own balance."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=pages_of(MovementShown), parameters=[CURSOR, CURRENCY])
    def get(self, request: Request) -> Response:
        """Return bookings, the latest first, fifty at a time."""
        return _movements(self.wallet(), request)


class ShopMovementsView(ShopWalletBase):
    """What moved on the balance of a tenant."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=pages_of(MovementShown), parameters=[CURSOR])
    def get(self, request: Request, tenant: str) -> Response:
        """Return bookings, the latest first, fifty at a time."""
        return _movements(self.wallet(), request)


class TopUpsView(_OwnWallet):
    """Top-ups of the partner's own balance."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(responses=pages_of(TopUpShown), parameters=[CURSOR])
    def get(self, request: Request) -> Response:
        """Return top-ups, the newest first."""
        rows = TopUpRequest.objects.filter(wallet__channel=self.channel_id)
        return _page(rows.select_related("wallet"), request)

    @extend_schema(request=TopUpTold, responses={201: TopUpShown}, parameters=[CURRENCY])
    def post(self, request: Request) -> Response:
        """Begin a top-up: by card it is paid at `pay_url`, a transfer waits for review."""
        return _begun(self, self.wallet(), request, f"{_here(request)}top-ups/")


class ShopTopUpsView(ShopWalletBase):
    """Top-ups of the balance of a tenant."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(responses=pages_of(TopUpShown), parameters=[CURSOR])
    def get(self, request: Request, tenant: str) -> Response:
        """Return top-ups, the newest first."""
        rows = TopUpRequest.objects.filter(wallet__tenant=self.tenant_row)
        return _page(rows.select_related("wallet"), request)

    @extend_schema(request=TopUpTold, responses={201: TopUpShown})
    def post(self, request: Request, tenant: str) -> Response:
        """Begin a top-up for the tenant: hand `pay_url` on, or decide on the transfer."""
        domain = self.tenant_row.domains.filter(kind="console", is_primary=True).first()
        back = f"{web_address(domain.domain, 'console')}balance/" if domain else _here(request)
        return _begun(self, self.wallet(), request, back)


class TopUpView(PartnerView):
    """One top-up, of the partner or of one of its tenants."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=TopUpShown)
    def get(self, request: Request, top_up: str) -> Response:
        """Return a top-up and where it stands."""
        row = TopUpRequest.objects.select_related("wallet").filter(pk=_id(top_up)).first()
        if row is None or not _is_seen(self, row):
            raise UnknownTopUp
        return Response(_shown(row, _here(request)))


class ReceivedView(PartnerView):
    """What tenants paid, or say that they paid, to the partner."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=pages_of(TopUpShown), parameters=[CURSOR])
    def get(self, request: Request) -> Response:
        """Return what was paid to the partner, the newest first."""
        return _page(_received(self), request)


class DecideView(PartnerView):
    """The review of a transfer."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=DecideTold, responses=TopUpShown)
    def post(self, request: Request, top_up: str) -> Response:
        """Put what came on the balance, or refuse the transfer with a reason."""
        if isinstance(self.asks, Staff) and not is_confirmed(request.session, now=utc_now()):
            raise ConfirmationNeeded
        told = checked(DecideTold, request.data)
        row = _received(self).filter(pk=_id(top_up)).first()
        if row is None:
            raise UnknownTopUp
        amount = told.get("amount")
        done = decide(
            row.pk,
            receiver_channel=self.channel_id,
            minor=None if amount is None else _minor(amount, row.currency),
            reason=told["reason"],
            actor=self.actor,
            now=utc_now(),
        )
        return Response(_shown(done, _here(request)))


def _is_seen(view: PartnerView, row: TopUpRequest) -> bool:
    if row.wallet.tenant_id is None:
        return bool(row.wallet.channel_id == view.channel_id)
    return visible_tenants(view.asks).filter(pk=row.wallet.tenant_id).exists()


def _received(view: PartnerView) -> Any:
    mine = visible_tenants(view.asks).values("pk")
    return received_by(view.channel_id).filter(wallet__tenant__in=mine)


def _begun(view: PartnerView, wallet: Wallet, request: Request, back_to: str) -> Response:
    told = checked(TopUpTold, request.data)
    row = begin(
        wallet,
        _minor(told["amount"], wallet.currency),
        method=told["method"],
        reference=told["reference"],
        back_to=back_to,
        actor=view.actor,
        now=utc_now(),
    )
    return Response(_shown(row, _here(request)), status=201)


def _minor(text: str, currency: str) -> int:
    try:
        return Money.parse(text.strip(), currency).minor
    except NoAmount as error:
        raise InvalidAmount(field="amount") from error


def _id(text: str) -> Any:
    try:
        return parse_public_id("tpr", text)
    except DomainError as error:
        raise UnknownTopUp from error


def _page(rows: Any, request: Request) -> Response:
    (found, cursor), here = page_of(rows, request, "tpr"), _here(request)
    return Response({"items": [_shown(row, here) for row in found], "next_cursor": cursor})


def _here(request: Request) -> str:
    # The process that answers here has the keys of every receiver; no other host is named.
    return web_address(request_host(request._request), "channel")  # noqa: SLF001  DRF has no other name for it


def _text(minor: int, currency: str) -> str:
    return str(Money(minor, currency).decimal())


def wallet_shown(wallet: Wallet) -> dict[str, object]:
    """Return what a balance has, as programs read it."""
    view, receiver = view_of(wallet), offered_by(wallet)
    amounts = {
        "balance": view.balance_minor,
        "available": view.available_minor,
        "cash": view.cash_minor,
        "gift": view.gift_minor,
        "credit": view.credit_minor,
        "credit_limit": view.limit_minor,
        "low_at": wallet.low_at_minor,
    }
    ways = {}
    if receiver is not None:
        ways = {Method.STRIPE: receiver.has_stripe, Method.BANK: bool(receiver.bank)}
    return {
        "id": wallet.public_id,
        "currency": wallet.currency,
        **{name: _text(minor, wallet.currency) for name, minor in amounts.items()},
        "methods": [str(way) for way, is_open in ways.items() if is_open],
        "transfer_to": receiver.bank if receiver is not None else "",
    }


def _movements(wallet: Wallet, request: Request) -> Response:
    cursor = request.query_params.get("cursor", "")
    before = parse_public_id(_JOURNAL, cursor) if cursor else None
    found, after = movements_of(wallet, before=before)
    items = [_movement(each) for each in found]
    return Response({"items": items, "next_cursor": public_id(_JOURNAL, after) if after else None})


def _movement(row: Movement) -> dict[str, object]:
    charge = row.charge
    return {
        "id": public_id(_JOURNAL, row.id),
        "at": row.at,
        "kind": row.kind,
        "amount": _text(row.minor, row.currency),
        "balance_after": _text(row.after, row.currency),
        "currency": row.currency,
        "tenant": charge.subscription.tenant.public_id if charge else None,
        "offer": charge.offer.code if charge else None,
        "charge": charge.public_id if charge else None,
    }


def _shown(row: TopUpRequest, here: str) -> dict[str, object]:
    is_open = row.state == TopUpState.OPEN and row.method == Method.STRIPE
    paid = row.paid_minor
    return {
        "id": row.public_id,
        "wallet": row.wallet.public_id,
        "method": row.method,
        "state": row.state,
        "amount": _text(row.amount_minor, row.currency),
        "paid": None if paid is None else _text(paid, row.currency),
        "currency": row.currency,
        "reference": row.reference,
        "reason": row.reason,
        "created_at": row.created_at,
        "decided_at": row.decided_at,
        "pay_url": f"{here}pay/top-up/{link_of(row)}/" if is_open else None,
    }
