"""What the kill tests do in processes of their own."""

from __future__ import annotations

from contextlib import AbstractContextManager
from uuid import UUID

from kernel.audit.actor import SYSTEM
from kernel.audit.services import record
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.payments import payables
from kernel.payments.gateways.contract import Payer
from kernel.payments.models import PaymentIntent
from kernel.payments.payables import Description, Receipt
from kernel.payments.services import drive_refund, handle_notice, refund, start_attempt
from kernel.payments.services.attempts import Start
from kernel.payments.tests.support import GOODS, STORE
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from kernel.tenancy.ports import directory


class WrittenGoods:
    """A handler that leaves a row for each thing that it hears."""

    def describe(self, payable_id: UUID) -> Description:
        return Description("apples", Money(1999, "CNY"))

    def may_pay(self, payable_id: UUID, *, member_id: UUID | None) -> None:
        return None

    def on_paid(self, payable_id: UUID, receipt: Receipt) -> None:
        self._write("tests.paid", payable_id)

    def on_failed(self, payable_id: UUID, receipt: Receipt) -> None:
        self._write("tests.failed", payable_id)

    def on_refunded(self, payable_id: UUID, receipt: Receipt) -> None:
        self._write("tests.refunded", payable_id)

    def _write(self, action: str, payable_id: UUID) -> None:
        record(action=action, actor=SYSTEM, obj=(GOODS, payable_id.hex))


def pay(*, tenant: str, intent: str, binding: str, key: str = "one") -> None:
    """Pay an intent from its member's balance."""
    with _inside(tenant):
        row = PaymentIntent.objects.get(pk=intent)
        payer = Payer(member_id=row.member_id)
        start = Start(binding_id=UUID(binding), key=key, store_url=STORE, payer=payer)
        start_attempt(row.id, start, now=utc_now())


def hear(*, tenant: str, binding: str, body: str, signature: str) -> None:
    """Take in a gateway's notice."""
    with _inside(tenant):
        headers = {"Stripe-Signature": signature}
        handle_notice(UUID(binding), headers=headers, body=body.encode(), now=utc_now())


def give_back(*, tenant: str, intent: str, minor: int) -> None:
    """Give a part of a paid intent back."""
    with _inside(tenant):
        made = refund(
            UUID(intent),
            Money(minor, "CNY"),
            key=f"back:{intent}",
            reason="damaged",
            actor=SYSTEM,
            now=utc_now(),
        )
        for each in made:
            drive_refund(each.id, now=utc_now())


def _inside(tenant: str) -> AbstractContextManager[TenantRef]:
    payables.register(GOODS, WrittenGoods())
    with public_context():
        found = directory().by_id(UUID(tenant))
    return tenant_context(found)
