"""Every way to pay with somebody who pays by it, for the contract tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from kernel.common.ids import public_id, uuid7
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.payments.gateways.contract import (
    AttemptRef,
    Binding,
    Cap,
    Gateway,
    Payer,
    PayRequest,
    PayResult,
    RefundRequest,
)
from kernel.payments.gateways.registry import gateway_named
from kernel.payments.services.opening import open_binding
from kernel.payments.tests.support import KEY, bound, member_with, stripe_values
from testkit.servers.stripe import StripeDouble

AMOUNT = Money(1999, "CNY")


@dataclass
class Rig:
    """One way to pay.

    Attributes:
        pay: what the payer does; None where only staff see the money come.
    """

    gateway: Gateway
    binding: Binding
    channel: str
    payer: Payer
    pay: Callable[[str], None] | None = None

    def request(self, **particulars: object) -> PayRequest:
        """Return a new request."""
        usual: dict[str, object] = {
            "attempt_no": public_id("pat", uuid7()),
            "amount": AMOUNT,
            "subject": "一箱苹果",
            "channel": self.channel,
            "return_url": "https://shop.example/back/",
            "cancel_url": "https://shop.example/back/",
            "expires_at": None,
            "payer": self.payer,
        }
        return PayRequest(**{**usual, **particulars})  # type: ignore[arg-type]

    def reference(self, request: PayRequest, result: PayResult | None = None) -> AttemptRef:
        """Return how a request is known afterwards; without the answer when that was lost."""
        return AttemptRef(
            number=request.attempt_no,
            gateway_ref=result.gateway_ref if result else "",
            amount=request.amount,
            channel=self.channel,
            begun_at=utc_now(),
            payer=self.payer,
        )

    def paid(self, **particulars: object) -> AttemptRef:
        """Have something paid; return how it is known afterwards."""
        request = self.request(**particulars)
        begun = self.gateway.create(self.binding, request)
        if self.pay is not None:
            self.pay(begun.gateway_ref)
        said = self.gateway.query(self.binding, self.reference(request, begun))
        return self.reference(request, said)

    def back(self, attempt: AttemptRef, minor: int) -> RefundRequest:
        """Return a request to give a part back."""
        amount = Money(minor, attempt.amount.currency)
        return RefundRequest(public_id("prf", uuid7()), attempt, amount, "damaged")

    def can(self, cap: Cap) -> bool:
        """Tell whether the binding offers something."""
        return cap in self.gateway.caps(self.binding)


def stripe_rig(double: StripeDouble, channel: str) -> Rig:
    row = bound("stripe", stripe_values())
    return Rig(
        gateway_named("stripe"),
        open_binding(row),
        channel,
        Payer(),
        lambda reference: double.pay(KEY, reference),
    )


def wallet_rig(double: StripeDouble, channel: str) -> Rig:
    row, member = bound("wallet", {"asset": "cny"}), member_with(100_000)
    return Rig(gateway_named("wallet"), open_binding(row), channel, Payer(member_id=member.id))


def offline_rig(double: StripeDouble, channel: str) -> Rig:
    values: dict[str, object] = {
        "way": channel,
        "instructions": "请在三天内转账",
        "account": "6222 0000 0000 0000",
    }
    row = bound("offline", values)
    return Rig(gateway_named("offline"), open_binding(row), channel, Payer())


@dataclass(frozen=True)
class Planned:
    """A way to pay, before it is bound.

    Attributes:
        public: what of its bind form decides what it can do.
    """

    make: Callable[[StripeDouble, str], Rig]
    channel: str
    code: str
    public: Mapping[str, object] = field(default_factory=dict)

    @property
    def caps(self) -> Cap:
        """What the gateway says that such a binding can do."""
        binding = Binding(
            id=uuid7(),
            tenant_id=uuid7(),
            gateway=self.code,
            mode="direct",
            live=False,
            public=dict(self.public),
            secrets={},
        )
        return gateway_named(self.code).caps(binding)


RIGS: dict[str, Planned] = {
    "stripe page": Planned(stripe_rig, "redirect", "stripe"),
    "stripe fields": Planned(stripe_rig, "card_fields", "stripe"),
    "balance": Planned(wallet_rig, "balance", "wallet"),
    "transfer": Planned(offline_rig, "transfer", "offline", {"way": "transfer"}),
    "delivery": Planned(offline_rig, "delivery", "offline", {"way": "delivery"}),
}
BY_HAND: Final = Cap.OFFLINE | Cap.ON_DELIVERY
"""What is paid so, only people see come."""
