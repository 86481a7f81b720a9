"""Things to sell, bindings and payments for the tests of this package."""

from __future__ import annotations

from dataclasses import dataclass, field
from secrets import token_hex
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.common.ids import uuid7
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.ledger.services import Leg, Owner, post, system
from kernel.members.models import Member
from kernel.payments.errors import NoLongerPayable
from kernel.payments.gateways.contract import Payer
from kernel.payments.models import Attempt, PaymentBinding, PaymentIntent
from kernel.payments.payables import Description, Payable, Receipt
from kernel.payments.services import bind, create_intent, set_enabled, start_attempt
from kernel.payments.services.attempts import Start
from testkit.servers.stripe.running import StripeDouble, deliver

STAFF = Actor("staff", "stf_1", "李文")
COLLEAGUE = Actor("staff", "stf_2", "王芳")
KEY = "sk_test_aquietharbour"
HOOK_SECRET = "whsec_atestsecretoftherun"
STORE = "https://shop.example"
GOODS = "goods"


@dataclass
class Goods:
    """A handler that writes down what it hears, and can be withdrawn from sale."""

    heard: list[tuple[str, Receipt]] = field(default_factory=list)
    withdrawn: bool = False

    def describe(self, payable_id: UUID) -> Description:
        return Description("一箱苹果", Money(1999, "CNY"), "/orders/1/")

    def may_pay(self, payable_id: UUID, *, member_id: UUID | None) -> None:
        if self.withdrawn:
            raise NoLongerPayable

    def on_paid(self, payable_id: UUID, receipt: Receipt) -> None:
        if self.withdrawn:
            raise NoLongerPayable
        self.heard.append(("paid", receipt))

    def on_failed(self, payable_id: UUID, receipt: Receipt) -> None:
        self.heard.append(("failed", receipt))

    def on_refunded(self, payable_id: UUID, receipt: Receipt) -> None:
        self.heard.append(("refunded", receipt))

    def on_authorized(self, payable_id: UUID, receipt: Receipt) -> None:
        self.heard.append(("authorized", receipt))

    def on_promised(self, payable_id: UUID, receipt: Receipt) -> None:
        self.heard.append(("promised", receipt))

    @property
    def words(self) -> list[str]:
        return [word for word, _receipt in self.heard]


def stripe_values(key: str = KEY, secret: str = HOOK_SECRET) -> dict[str, object]:
    return {
        "restricted_key": key,
        "publishable_key": "pk_test_aquietharbour",
        "webhook_secret": secret,
    }


def bound(gateway: str, values: dict[str, object], *, mode: str = "direct") -> PaymentBinding:
    row = bind(
        gateway=gateway,
        mode=mode,
        is_live=False,
        title=gateway,
        values=values,
        actor=STAFF,
        now=utc_now(),
    )
    return set_enabled(row.id, enabled=True, actor=STAFF)


def member_with(units: int, *, asset: str = "cny") -> Member:
    member = Member.objects.create(login=f"{token_hex(6)}@example.com", name="兰兰")
    if units:
        earned = [
            Leg(system("tests"), asset, -units),
            Leg(Owner("member", member.id), asset, units),
        ]
        post(key=f"earned:{member.id}", kind="tests.earned", legs=earned)
    return member


def wanted(
    minor: int = 1999, *, member: Member | None = None, currency: str = "CNY", **particulars: object
) -> PaymentIntent:
    return create_intent(
        Payable(GOODS, uuid7()),
        Money(minor, currency),
        key=token_hex(8),
        member_id=member.id if member else None,
        **{"expires_at": None, **particulars},  # type: ignore[arg-type]
    )


def begun(
    intent: PaymentIntent,
    binding: PaymentBinding,
    *,
    channel: str = "",
    key: str = "first",
    amount: int | None = None,
    capture: bool = True,
) -> Attempt:
    start = Start(
        binding_id=binding.id,
        key=key,
        store_url=STORE,
        payer=Payer(member_id=intent.member_id),
        channel=channel,
        amount=None if amount is None else Money(amount, intent.currency),
        capture=capture,
    )
    return start_attempt(intent.id, start, now=utc_now())


def hear(
    double: StripeDouble, binding: PaymentBinding, *, kind: str = "", at: int | None = None
) -> list[int]:
    """Hand the double's events of a kind to a binding, oldest first."""
    from kernel.payments.services import handle_notice

    def send(body: bytes, headers: dict[str, str]) -> int:
        return handle_notice(binding.id, headers=headers, body=body, now=utc_now()).status

    return [deliver(event, HOOK_SECRET, send, at=at) for event in double.events(kind)]


def fresh(row: PaymentIntent) -> PaymentIntent:
    return PaymentIntent.objects.get(pk=row.pk)
