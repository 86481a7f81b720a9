"""Gives members something that they earned, and a way to get it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from secrets import token_hex
from typing import Any
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.common.time import utc_now
from kernel.ledger.choices import AssetKind
from kernel.ledger.models import Asset
from kernel.ledger.services import Leg, Owner, ensure_asset, post, system
from kernel.members.models import Member
from kernel.wallet.models import IdentityCheck, PayoutAccount, Withdrawal
from kernel.wallet.providers import PayoutAnswer, PayoutOrder, PayoutProvider, PayoutUnsure
from kernel.wallet.rules import set_withdrawal_rule
from kernel.wallet.services import (
    add_account,
    request_withdrawal,
    submit_identity,
    verify_identity,
)
from testkit.factories.orders import make_member

ACTOR = Actor.system("tests")
COMMISSION = "commission"
BANK: Mapping[str, str] = {
    "holder": "王小梅",
    "number": "6222021234567890123",
    "bank": "工商银行 徐汇支行",
}


def make_earned(code: str = COMMISSION, **rules: Any) -> Asset:
    """Define what members earn, worth its face in yuan."""
    return ensure_asset(
        code,
        AssetKind.COMMISSION,
        {"zh-hans": "佣金", "en": "Commission"},
        2,
        currency="CNY",
        rate=(1, 1),
        is_withdrawable=True,
        is_transferable=True,
        **rules,
    )


def let_withdraw(**told: Any) -> None:
    """Let what members earn be paid out to banks."""
    make_earned()
    set_withdrawal_rule(
        COMMISSION,
        {"is_on": True, "channels": ["bank", "alipay"], **told},
        actor=ACTOR,
        now=utc_now(),
    )


def earn(member_id: UUID, minor: int, *, asset: str = COMMISSION) -> None:
    """Let a member earn something."""
    legs = [Leg(Owner("member", member_id), asset, minor), Leg(system("sales"), asset, -minor)]
    post(key=f"earned:{token_hex(8)}", kind="commission.earned", legs=legs)


def make_account(member: Member, channel: str = "bank") -> PayoutAccount:
    """Give a member a bank account."""
    return add_account(member.pk, channel, BANK, now=utc_now())


def card_number(seed: int) -> str:
    """Return a number of an identity card that is well formed and nobody's."""
    digits = f"11010119900101{seed % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
    return digits + "10X98765432"[total % 11]


def identify(member: Member, *, seed: int = 1) -> IdentityCheck:
    """Verify a member by the name that his bank account has."""
    told = {"document": "id_card", "name": BANK["holder"], "number": card_number(seed)}
    row = submit_identity(member.pk, **told, actor=ACTOR, now=utc_now())
    return verify_identity(row.pk, actor=ACTOR, now=utc_now())


def make_withdrawal(
    minor: int = 5_000, *, member: Member | None = None, earned: int = 10_000
) -> Withdrawal:
    """Let a member ask for some of what he earned."""
    buyer = member or make_member()
    earn(buyer.pk, earned)
    return request_withdrawal(
        buyer.pk,
        asset=COMMISSION,
        minor=minor,
        account_id=make_account(buyer).pk,
        key=token_hex(8),
        actor=ACTOR,
        now=utc_now(),
    )


class ScriptedPayouts(PayoutProvider):
    """A payout service that does what it is told, and counts what it paid by key.

    Attributes:
        script: called with a key; returns what happens, or raises. What is returned as
            paid is paid, also when the answer is lost on its way.
    """

    code = "scripted"
    label = "Scripted"
    channels = frozenset({"bank", "alipay"})

    def __init__(self) -> None:
        self.paid: dict[str, int] = {}
        self.submitted: list[str] = []
        self.script: Callable[[str], PayoutAnswer] = lambda _key: PayoutAnswer("paid", "ref")
        self.loses_answers = False

    def submit(self, order: PayoutOrder) -> PayoutAnswer:
        """Pay, unless the key was paid before."""
        self.submitted.append(order.key)
        answer = self.script(order.key)
        if answer.outcome == "paid" and order.key not in self.paid:
            self.paid[order.key] = order.amount.minor
        if self.loses_answers:
            raise PayoutUnsure("no answer in time")
        return answer

    def query(self, key: str) -> PayoutAnswer:
        """Say what became of a key."""
        if key in self.paid:
            return PayoutAnswer("paid", "ref")
        if key not in self.submitted:
            return PayoutAnswer("absent")
        return self.script(key)
