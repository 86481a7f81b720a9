"""Shares of payments, with a gateway that pays them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

import pytest
from typing_extensions import override

from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.ledger.services import TENANT, balance, verify
from kernel.payments.choices import SplitState
from kernel.payments.errors import (
    AmountNotOpen,
    NotCapable,
    NotFoundThere,
    ReceiverUnknown,
    Refused,
    SplitNotReturnable,
    Transient,
)
from kernel.payments.gateways.contract import Binding, Cap, SplitRequest, SplitResult
from kernel.payments.gateways.registry import register_gateway, unregister_gateway
from kernel.payments.gateways.wallet import WalletGateway
from kernel.payments.models import Attempt, PaymentBinding, Split, SplitReceiver
from kernel.payments.services import refund, sweep
from kernel.payments.services.splits import Share, add_receiver, return_split, split_attempt
from kernel.payments.tests.support import STAFF, begun, bound, fresh, member_with, wanted
from kernel.tenancy.context import TenantRef
from testkit.web import console

LATER = timedelta(hours=2)


@dataclass
class SharingGateway(WalletGateway):
    """Balances whose payments can be shared; keeps account of shares as a gateway would.

    Attributes:
        fault: what the next call meets.
        calls: how often shares were sent or asked back.
    """

    code: str = "sharing"
    out: dict[str, Literal["succeeded"]] = field(default_factory=dict)
    back: dict[str, Literal["succeeded"]] = field(default_factory=dict)
    fault: Exception | None = None
    calls: list[str] = field(default_factory=list)

    @override
    def caps(self, binding: Binding) -> Cap:
        return super().caps(binding) | Cap.SPLIT_DELAYED | Cap.SPLIT_RETURN

    def split(self, binding: Binding, request: SplitRequest) -> SplitResult:
        return self._note(self.out, request)

    def return_split(self, binding: Binding, request: SplitRequest) -> SplitResult:
        return self._note(self.back, request)

    def query_split(self, binding: Binding, request: SplitRequest) -> SplitResult:
        return self._told(self.out, request)

    def query_return(self, binding: Binding, request: SplitRequest) -> SplitResult:
        return self._told(self.back, request)

    def _note(self, book: dict[str, Literal["succeeded"]], request: SplitRequest) -> SplitResult:
        self.calls.append(request.account)
        fault, self.fault = self.fault, None
        if isinstance(fault, Refused):
            raise fault
        book[request.number] = "succeeded"
        if fault is not None:
            raise fault
        return SplitResult("succeeded", gateway_ref=f"share-{request.number}")

    def _told(self, book: dict[str, Literal["succeeded"]], request: SplitRequest) -> SplitResult:
        if request.number not in book:
            raise NotFoundThere
        return SplitResult(book[request.number], gateway_ref=f"share-{request.number}")


@pytest.fixture
def gateway() -> Iterator[SharingGateway]:
    made = SharingGateway()
    register_gateway(made)
    yield made
    unregister_gateway("sharing")


@pytest.fixture
def binding(in_tenant_a: TenantRef, gateway: SharingGateway) -> PaymentBinding:
    return bound("sharing", {"asset": "cny"})


@pytest.fixture
def partner(binding: PaymentBinding) -> SplitReceiver:
    return add_receiver(binding.id, account="1900001", name="果园", actor=STAFF, now=utc_now())


@pytest.fixture
def paid(binding: PaymentBinding) -> Attempt:
    return begun(wanted(1000, member=member_with(1000)), binding)


def shared(attempt: Attempt, partner: SplitReceiver, minor: int, key: str = "one") -> Split:
    share = Share(partner.pk, Money(minor, "CNY"))
    [row] = split_attempt(attempt.pk, [share], key=key, reason="", actor=STAFF, now=utc_now())
    return row


def state_of(row: Split) -> str:
    return Split.objects.get(pk=row.pk).state


def test_a_share_reaches_its_receiver_once_and_comes_back(
    gateway: SharingGateway, paid: Attempt, partner: SplitReceiver
) -> None:
    row = shared(paid, partner, 300)
    again = shared(paid, partner, 300)
    sweep(now=utc_now())
    out = (state_of(row), balance(TENANT, "cny"))
    with pytest.raises(AmountNotOpen):
        refund(paid.intent_id, Money(800, "CNY"), key="r", reason="", actor=STAFF, now=utc_now())
    return_split(row.pk, reason="returned", actor=STAFF, now=utc_now())
    sweep(now=utc_now())
    refund(paid.intent_id, Money(1000, "CNY"), key="all", reason="", actor=STAFF, now=utc_now())
    sweep(now=utc_now())

    assert row.pk == again.pk
    assert out == (SplitState.SUCCEEDED, 700)
    assert state_of(row) == SplitState.RETURNED
    assert gateway.calls == ["1900001", "1900001"]
    assert balance(TENANT, "cny") == 0
    assert fresh(paid.intent).refunded_minor == 1000
    assert verify() == []


def test_a_share_whose_answer_was_lost_is_asked_for_and_not_repeated(
    gateway: SharingGateway, paid: Attempt, partner: SplitReceiver
) -> None:
    gateway.fault = Transient()
    row = shared(paid, partner, 300)

    sweep(now=utc_now())
    lost = state_of(row)
    sweep(now=utc_now() + LATER)

    assert (lost, state_of(row)) == (SplitState.CREATED, SplitState.SUCCEEDED)
    assert gateway.calls == ["1900001"]


def test_a_share_that_is_refused_leaves_the_money_with_the_shop(
    gateway: SharingGateway, paid: Attempt, partner: SplitReceiver
) -> None:
    gateway.fault = Refused("receiver_closed")
    row = shared(paid, partner, 300)

    sweep(now=utc_now())

    assert (state_of(row), Split.objects.get().failure) == (SplitState.FAILED, "receiver_closed")
    assert Attempt.objects.get(pk=paid.pk).left_minor == 1000
    assert balance(TENANT, "cny") == 1000
    with pytest.raises(SplitNotReturnable):
        return_split(row.pk, reason="", actor=STAFF, now=utc_now())


def test_shares_are_for_known_receivers_and_no_more_than_what_was_paid(
    paid: Attempt, partner: SplitReceiver
) -> None:
    stranger = Share(paid.pk, Money(1, "CNY"))
    other = begun(wanted(100, member=member_with(100)), bound("wallet", {"asset": "cny"}))

    with pytest.raises(AmountNotOpen):
        shared(paid, partner, 1001)
    with pytest.raises(ReceiverUnknown):
        split_attempt(paid.pk, [stranger], key="x", reason="", actor=STAFF, now=utc_now())
    with pytest.raises(NotCapable):
        shared(other, partner, 1)
    assert not Split.objects.exists()


def test_staff_share_a_payment_over_the_api(
    tenant_a: TenantRef, tenant_b: TenantRef, binding: PaymentBinding, paid: Attempt
) -> None:
    root, told = "/api/v1/admin/payments", {"account": "1900001", "name": "果园"}
    json = "application/json"
    place = f"{root}/attempts/{paid.number}/splits/"
    with console(tenant_a) as browser:
        browser.as_staff("payments.manage", "payments.view", "payments.refund")
        path = f"{root}/bindings/{binding.public_id}/receivers/"
        receiver = browser.post(path, told, content_type=json).json()
        share = {"receiver": receiver["id"], "amount": "3.00"}
        made = browser.post(place, {"shares": [share]}, content_type=json)
        sweep(now=utc_now())
        share_id = made.json()[0]["id"]
        page = browser.get("/payments/splits/?state=succeeded").content.decode()
        nothing = browser.get("/payments/splits/?state=failed").content.decode()
        detail = browser.get(f"/payments/splits/{share_id}/").content.decode()
        back = f"{root}/splits/{share_id}/return/"
        returned = browser.post(back, {"reason": "returned"}, content_type=json)
        listed = browser.get(place).json()
        late = browser.post(f"/payments/splits/{share_id}/", {"reason": "again"})
    with console(tenant_b) as browser:
        browser.as_staff("payments.view", "payments.refund")
        foreign = {browser.get(place).status_code}
        foreign.add(browser.get(f"/payments/splits/{share_id}/").status_code)

    assert made.status_code == 201
    assert returned.json()["state"] == SplitState.RETURNING
    assert [(each["amount"], each["state"]) for each in listed] == [("3.00", "returning")]
    assert foreign == {404}
    assert "果园" in page
    assert share_id in page
    assert share_id not in nothing
    assert 'name="reason"' in detail
    assert late.status_code == 302
