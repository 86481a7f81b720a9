"""Where the payment of a group of orders stands, as the cashier shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kernel.checkout.errors import NothingDue
from kernel.checkout.paying import PAYABLE
from kernel.checkout.services import intent_for
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.orders.choices import OrderStatus
from kernel.orders.models import Order, OrderGroup
from kernel.orders.services.money import due_minor
from kernel.payments.choices import PAYABLE_INTENTS, AttemptState
from kernel.payments.models import Attempt, PaymentIntent, Proof
from kernel.payments.selectors import Way, attempts_of, ways_to_pay
from kernel.payments.services.attempts import is_live
from kernel.payments.services.holding import BALANCE
from kernel.payments.services.passwords import standing_of
from kernel.payments.services.rows import held_minor
from themes.fields import Json
from themes.shop.amounts import text_of
from themes.shop.moments import moment_text

_ICONS: Final = {
    "redirect": "card",
    "balance": "wallet",
    "transfer": "bank",
    "delivery": "truck",
}
_ENDED: Final = frozenset({AttemptState.FAILED, AttemptState.CLOSED})
_BY_CHANNEL: Final = {"redirect": "leaving", "transfer": "transfer", "delivery": "delivery"}


@dataclass(frozen=True, slots=True)
class Till:
    """What there is to pay, and how far it came.

    Attributes:
        state: choose, leaving, transfer, delivery, checking, paid, expired or cancelled.
        intent: None when nothing can be paid any more.
    """

    group: OrderGroup
    orders: Sequence[Order]
    state: str
    due: Money
    intent: PaymentIntent | None = None
    attempt: Attempt | None = None
    failed: Attempt | None = None


def till_of(group: OrderGroup, *, chooses: bool, now: datetime) -> Till:
    """Return where a group's payment stands, beginning one when there is none.

    Chooses is set for somebody who wants another way than the one under way.
    """
    orders = list(Order.objects.filter(group=group).order_by("number"))
    due = Money(due_minor(orders), group.currency)
    if not due.minor:
        return Till(group, orders, _over(orders), due)
    if _is_late(group, now=now):
        return Till(group, orders, "expired", due)
    try:
        intent = intent_for(group.pk, now=now)
    except NothingDue:
        return Till(group, orders, _over(orders), Money.zero(group.currency))
    attempts = list(attempts_of(intent))
    live = next((each for each in reversed(attempts) if _is_under_way(each)), None)
    last = attempts[-1] if attempts else None
    if live is not None and not chooses:
        state = _BY_CHANNEL.get(live.channel, "checking") if live.action else "checking"
        return Till(group, orders, state, due, intent, live)
    failed = last if live is None and last is not None and last.state in _ENDED else None
    return Till(group, orders, "choose", due, intent, live, failed)


def till_inputs(till: Till, *, leaves: bool, notice: str) -> dict[str, Json]:
    """Return everything that the cashier's block draws."""
    language = get_language() or ""
    expires = till.intent.expires_at if till.intent is not None else None
    number = till.group.number
    held, rest = _held_and_rest(till)
    asks = till.state == "choose"
    return {
        "number": number,
        "state": till.state,
        "total": text_of(rest if till.due.minor else _paid(till)),
        "held": text_of(held) if held.minor else "",
        "expires": moment_text(expires, language) if expires else "",
        "notice": notice or _failure(till.failed),
        "ways": _ways(till, rest) if asks else [],
        "password": _password(till) if asks else None,
        "key": token_hex(16),
        "action": reverse("cashier", kwargs={"number": number}),
        "check": reverse("cashier-check", kwargs={"number": number}),
        "proof": reverse("cashier-proof", kwargs={"number": number}),
        "let_go": reverse("cashier-let-go", kwargs={"number": number}),
        "attempt": _attempt(till.attempt),
        "leaves": leaves and till.state == "leaving",
        "orders": [
            {"number": each.number, "href": reverse("order", kwargs={"number": each.number})}
            for each in till.orders
        ],
    }


def _is_under_way(attempt: Attempt) -> bool:
    """Tell whether a payer waits for an attempt; what a balance holds waits for him."""
    held = attempt.state == AttemptState.AUTHORIZED and attempt.channel == BALANCE
    return is_live(attempt) and not held


def _over(orders: Sequence[Order]) -> str:
    is_dead = all(order.status == OrderStatus.CANCELLED for order in orders)
    return "cancelled" if is_dead else "paid"


def _is_late(group: OrderGroup, *, now: datetime) -> bool:
    """Tell whether the time is over; who pays outside may have more of it than the orders."""
    if group.expires_at is None or group.expires_at > now:
        return False
    open_intents = PaymentIntent.objects.filter(
        payable_type=PAYABLE, payable_id=group.pk, state__in=PAYABLE_INTENTS
    )
    ends = list(open_intents.values_list("expires_at", flat=True))
    return not any(each is None or each > now for each in ends)


def _paid(till: Till) -> Money:
    minor = sum(order.paid_minor - order.refunded_minor for order in till.orders)
    return Money(minor, till.group.currency)


def _held_and_rest(till: Till) -> tuple[Money, Money]:
    """Return what balances keep for the payment, and what is still to be paid."""
    held = held_minor(till.intent) if till.intent is not None else 0
    settled = till.intent.settled_minor if till.intent is not None else 0
    currency = till.group.currency
    return Money(held, currency), Money(till.due.minor - settled - held, currency)


def _password(till: Till) -> Json:
    """Return whether a payment password is asked for; None where it is not."""
    member_id = till.group.member_id
    if member_id is None:
        return None
    standing = standing_of(member_id, now=utc_now())
    if not standing.is_asked:
        return None
    locked = standing.locked_until
    return {
        "is_set": standing.is_set,
        "locked": moment_text(locked, get_language() or "") if locked is not None else "",
        "href": _password_page(till),
    }


def _password_page(till: Till) -> str:
    back = reverse("cashier", kwargs={"number": till.group.number})
    return f"{reverse('account:payment-password')}?{urlencode({'next': back})}"


def _ways(till: Till, rest: Money) -> list[Json]:
    assert till.intent is not None  # noqa: S101  there is one while something can be chosen
    ways = ways_to_pay(till.intent)
    has_other = any(way.balance is None for way in ways)
    return [_way(way, rest, has_other=has_other) for way in ways]


def _way(way: Way, rest: Money, *, has_other: bool) -> dict[str, Json]:
    channel = way.channels[0] if way.channels else ""
    has_enough = way.balance is None or way.balance.minor >= rest.minor
    hints = {
        "redirect": _("You go on to a safe page of the payment service."),
        "transfer": _("You transfer the amount yourself; we confirm when it has come."),
        "delivery": _("You pay when the goods are brought."),
    }
    hint = hints.get(channel, "")
    if way.balance is not None:
        hint = _("You have %(amount)s.") % {"amount": text_of(way.balance)}
    return {
        "binding": way.binding.public_id,
        "title": way.binding.title,
        "icon": _ICONS.get(channel, "card"),
        "hint": hint,
        "has_enough": has_enough,
        "is_balance": way.balance is not None,
        "part": "" if has_enough or not has_other else _part(way),
    }


def _part(way: Way) -> str:
    """Return what a balance can pay towards more than it has."""
    return text_of(way.balance) if way.balance is not None and way.balance.minor > 0 else ""


def _attempt(attempt: Attempt | None) -> Json:
    if attempt is None:
        return None
    action = attempt.action or {}
    language = get_language() or ""
    proofs = Proof.objects.filter(attempt=attempt).order_by("id")
    return {
        "title": attempt.binding.title,
        "url": str(action.get("url", "")),
        "account": str(action.get("account", "")),
        "text": str(action.get("text", "")),
        "reference": str(action.get("reference", "")),
        "proofs": [moment_text(each.uploaded_at, language) for each in proofs],
    }


def _failure(attempt: Attempt | None) -> str:
    if attempt is None:
        return ""
    texts = {
        "insufficient_balance": _("Your balance is not enough. Please choose another way to pay."),
        "not_received": _("The transfer was not found. Please ask us, or choose another way."),
        "expired": _("The payment was not finished in time. Please try again."),
    }
    usual = _("The payment did not go through. Nothing was taken. Please try again.")
    return texts.get(attempt.failure, usual)
