"""Pays from what a member has in the ledger: earned or registered, never passed on.

The debit is a journal whose key is the attempt's number, so a repeat debits
nothing and a query finds it. A part of a payment is only held at first: the units
are frozen until the rest is paid, and then taken or let go. An asset other than money
pays by its rate; the gateway's account then keeps the units that were paid with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.common.ids import parse_public_id
from kernel.common.money import DECIMALS, Money
from kernel.ledger.errors import (
    HoldClosed,
    HoldExceeded,
    InsufficientBalance,
    JournalKeyReused,
)
from kernel.ledger.models import Asset, Hold, Journal
from kernel.ledger.services import Leg, Owner, capture, cash_asset, freeze, post, release
from kernel.payments.errors import BadSignature, NotFoundThere, Refused
from kernel.payments.gateways.contract import (
    Acknowledgement,
    AttemptRef,
    Binding,
    Cap,
    Event,
    Json,
    PayRequest,
    PayResult,
    RefundRequest,
    RefundResult,
    State,
    StatementLine,
)

_PAID: Final = "payments.wallet_paid"
_GIVEN_BACK: Final = "payments.wallet_refunded"
_LOCK: Final = (
    "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended("
    "'payments:' || pg_catalog.current_schema() || ':' || %s, 0))"
)


class WalletGateway:
    """A member's balance."""

    code = "wallet"
    _title = gettext_lazy("Balance")

    @property
    def title(self) -> str:
        """Its name, in the current language."""
        return str(self._title)

    @property
    def modes(self) -> Sequence[str]:
        """Nobody stands between."""
        return ("direct",)

    def caps(self, binding: Binding) -> Cap:
        """What this binding can do."""
        refunds = Cap.REFUND | Cap.PARTIAL_REFUND | Cap.MULTI_REFUND
        holds = Cap.AUTH_CAPTURE | Cap.PARTIAL_CAPTURE | Cap.VOID
        return Cap.INSTANT | Cap.QUERY | Cap.CLOSE | holds | refunds

    def bind_schema(self, mode: str) -> Json:
        """The bind form."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "required": ["asset"],
            "properties": {
                "asset": {
                    "type": "string",
                    "title": _("Asset that pays"),
                    "pattern": r"[a-z][a-z0-9_]{1,31}",
                    "x-order": 1,
                }
            },
        }

    def check_binding(self, binding: Binding) -> Sequence[str]:
        """The asset must be one that pays and cannot be passed on."""
        code = binding.text("asset")
        if code.upper() in DECIMALS:
            cash_asset(code.upper())
        asset = Asset.objects.filter(code=code, is_active=True).first()
        if asset is None:
            return [_("There is no such asset.")]
        if not asset.is_spendable or not asset.rate_minor:
            return [_("Nothing can be paid with this asset.")]
        if asset.is_transferable:
            return [_("An asset that members may pass on to others cannot pay for orders.")]
        return []

    def create(self, binding: Binding, request: PayRequest) -> PayResult:
        """Debit the member, or hold his units, once."""
        if request.payer.member_id is None:
            raise Refused("no_member")
        asset = _asset_of(binding, request.amount)
        units = _units(asset, request.amount.minor)
        member, gateway = Owner("member", request.payer.member_id), Owner("gateway", binding.id)
        reference = ("payment_attempt", parse_public_id("pat", request.attempt_no))
        data = {"minor": request.amount.minor, "units": units}
        key = _key(request.attempt_no)
        try:
            if not request.capture:
                freeze(member, asset.code, units, key=f"{key}:held", reference=reference, data=data)
                return PayResult("authorized", request.attempt_no, paid=request.amount)
            legs = [Leg(member, asset.code, -units), Leg(gateway, asset.code, units)]
            post(key=key, kind=_PAID, legs=legs, reference=reference, data=data)
        except InsufficientBalance as refusal:
            raise Refused("insufficient_balance") from refusal
        return _paid(request.attempt_no, request.amount)

    @transaction.atomic
    def capture(self, binding: Binding, attempt: AttemptRef, amount: Money) -> PayResult:
        """Take what is held, or a part; the rest returns to the member."""
        held = _hold_of(attempt)
        if held is None:
            raise Refused("not_held")
        key, asked = _key(attempt.number), int(held.journal.data["minor"])
        units = -(-held.amount_minor * amount.minor // asked)
        legs = [Leg(Owner("gateway", binding.id), held.account.asset.code, units)]
        try:
            capture(
                held.id,
                legs,
                key=key,
                reference=("payment_attempt", parse_public_id("pat", attempt.number)),
                data={"minor": amount.minor, "units": units},
            )
            if units < held.amount_minor:
                release(held.id, key=f"{key}:let_go")
        except (HoldClosed, HoldExceeded, JournalKeyReused) as refusal:
            raise Refused("not_held") from refusal
        return _paid(attempt.number, amount)

    def query(self, binding: Binding, attempt: AttemptRef) -> PayResult:
        """Look for the debit, or for what is held."""
        if (paid := _debit_of(attempt)) is not None:
            return paid
        held = _hold_of(attempt)
        if held is None:
            raise NotFoundThere
        state: State = "authorized" if held.remaining_minor else "closed"
        return PayResult(state, gateway_ref=attempt.number, paid=attempt.amount)

    @transaction.atomic
    def close(self, binding: Binding, attempt: AttemptRef) -> PayResult:
        """A debit is there or it is not; what is held goes back to the member."""
        if (paid := _debit_of(attempt)) is not None:
            return paid
        held = _hold_of(attempt)
        if held is None:
            raise NotFoundThere
        with suppress(HoldClosed):
            release(held.id, key=f"{_key(attempt.number)}:let_go")
        return PayResult("closed", gateway_ref=attempt.number)

    @transaction.atomic
    def refund(self, binding: Binding, request: RefundRequest) -> RefundResult:
        """Give units back, to the batches that they were taken from."""
        with connection.cursor() as cursor:
            cursor.execute(_LOCK, [request.attempt.number])
        paid = Journal.objects.filter(key=_key(request.attempt.number)).first()
        if paid is None:
            raise Refused("never_paid")
        asset = Asset.objects.get(code=binding.text("asset"))
        attempt_id = parse_public_id("pat", request.attempt.number)
        units = _units_back(paid, request)
        member = Owner("member", request.attempt.payer.member_id)
        gateway = Owner("gateway", binding.id)
        if units:
            post(
                key=_key(request.number),
                kind=_GIVEN_BACK,
                legs=[
                    Leg(gateway, asset.code, -units),
                    Leg(member, asset.code, units, undoes=paid.id),
                ],
                reference=("payment_attempt", attempt_id),
                data={"minor": request.amount.minor, "units": units},
            )
        return _given_back(request)

    def query_refund(self, binding: Binding, request: RefundRequest) -> RefundResult:
        """Look for the credit."""
        if not Journal.objects.filter(key=_key(request.number)).exists():
            raise NotFoundThere
        return _given_back(request)

    def parse_webhook(
        self, binding: Binding, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> Event:
        """Nobody sends messages for it."""
        raise BadSignature("this way to pay sends no messages")

    def read_event(self, binding: Binding, body: bytes) -> Event:
        """Nobody sends messages for it."""
        raise BadSignature("this way to pay sends no messages")

    def webhook_ack(self, *, accepted: bool) -> Acknowledgement:
        """Nobody waits for it."""
        return Acknowledgement(204, "text/plain", b"")

    def statement(self, binding: Binding, day: date) -> Iterator[StatementLine]:
        """The ledger is its statement."""
        yield from ()


def _key(number: str) -> str:
    return f"payments:wallet:{number}"


def _debit_of(attempt: AttemptRef) -> PayResult | None:
    paid = Journal.objects.filter(key=_key(attempt.number)).first()
    if paid is None:
        return None
    return _paid(attempt.number, Money(int(paid.data["minor"]), attempt.amount.currency))


def _hold_of(attempt: AttemptRef) -> Hold | None:
    held = Hold.objects.select_related("journal", "account__asset")
    return held.filter(journal__key=f"{_key(attempt.number)}:held").first()


def _asset_of(binding: Binding, amount: Money) -> Asset:
    asset = Asset.objects.filter(code=binding.text("asset"), is_active=True).first()
    if asset is None or not asset.is_spendable or asset.currency != amount.currency:
        raise Refused("asset_not_usable")
    return asset


def _units(asset: Asset, minor: int) -> int:
    """Return what an amount costs, rounded up to whole units."""
    if not asset.rate_units or not asset.rate_minor:
        raise Refused("asset_not_usable")
    return -(-minor * asset.rate_units // asset.rate_minor)


def _units_back(paid: Journal, request: RefundRequest) -> int:
    """Return what goes back for a part, so that all parts together are exactly all units."""
    earlier = Journal.objects.filter(
        kind=_GIVEN_BACK, reference_type="payment_attempt", reference_id=paid.reference_id
    ).exclude(key=_key(request.number))
    given = list(earlier.values_list("data", flat=True))
    minor = sum(int(data["minor"]) for data in given) + request.amount.minor
    due = int(paid.data["units"]) * minor // int(paid.data["minor"])
    return due - sum(int(data["units"]) for data in given)


def _paid(number: str, amount: Money) -> PayResult:
    return PayResult("paid", gateway_ref=number, paid=amount)


def _given_back(request: RefundRequest) -> RefundResult:
    return RefundResult("succeeded", gateway_ref=request.number, amount=request.amount)
