"""The gateway's books and ours, side by side."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.audit.models import AuditEntry
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.ledger.services import TENANT, balance, verify
from kernel.payments.books import BANK, clearing
from kernel.payments.errors import GatewaySilent, IntentNotFound, NotCapable
from kernel.payments.models import (
    Attempt,
    Difference,
    PaymentBinding,
    ReconciliationRun,
    StatementRow,
)
from kernel.payments.services import drive_refund, reconcile, refund, resolve_difference
from kernel.payments.tests.support import KEY, STAFF, begun, bound, hear, wanted
from testkit.servers.stripe import StripeDouble, money

FEE = 1999 * 29 // 1000 + 30


@pytest.fixture
def paid(stripe_binding: PaymentBinding, double: StripeDouble) -> Attempt:
    """A payment that both sides know of."""
    attempt = begun(wanted(1999), stripe_binding)
    double.pay(KEY, attempt.gateway_ref)
    hear(double, stripe_binding)
    return Attempt.objects.get(pk=attempt.pk)


def run(binding: PaymentBinding) -> ReconciliationRun:
    return reconcile(binding.id, utc_now().date(), now=utc_now())


def found() -> list[tuple[str, str, int | None, int | None]]:
    rows = Difference.objects.filter(state="open").order_by("kind", "theirs_minor")
    return list(rows.values_list("kind", "line_kind", "ours_minor", "theirs_minor"))


def test_equal_books_have_no_differences_and_show_fees_and_payouts(
    stripe_binding: PaymentBinding, double: StripeDouble, paid: Attempt
) -> None:
    (made,) = refund(
        paid.intent_id, Money(500, "CNY"), key="r", reason="", actor=STAFF, now=utc_now()
    )
    drive_refund(made.id, now=utc_now())
    money.pay_out(double.state, KEY, 1000, "cny")

    once, again = run(stripe_binding), run(stripe_binding)

    assert (once.lines, once.matched, once.differences) == (3, 2, 0)
    assert (again.id, again.matched) == (once.id, 2)
    assert balance(TENANT, "cny") == 1999 - 500 - FEE
    assert balance(clearing(stripe_binding.id), "cny") == -(1999 - 500 - FEE - 1000)
    assert balance(BANK, "cny") == -1000
    assert Attempt.objects.get().fee_minor == FEE
    assert verify() == []


def test_what_only_we_know_of_is_found(stripe_binding: PaymentBinding, paid: Attempt) -> None:
    other = begun(wanted(700), stripe_binding)
    Attempt.objects.filter(pk=other.pk).update(
        state="paid", captured_minor=700, finished_at=utc_now(), gateway_ref="pi_planted"
    )

    run(stripe_binding)

    assert found() == [("ours_only", "payment", 700, None)]


def test_what_only_they_know_of_is_found_until_we_hear_of_it(
    stripe_binding: PaymentBinding, double: StripeDouble, paid: Attempt
) -> None:
    attempt = begun(wanted(800), stripe_binding)
    double.pay(KEY, attempt.gateway_ref)

    run(stripe_binding)
    before = found()
    hear(double, stripe_binding)
    run(stripe_binding)

    assert before == [("theirs_only", "payment", None, 800)]
    assert found() == []


def test_another_amount_and_a_second_charge_are_found(
    stripe_binding: PaymentBinding, double: StripeDouble, paid: Attempt
) -> None:
    (line,) = double.made(KEY, "balance_transaction")
    line["amount"] = 1899
    twin = {**line, "id": "txn_twin", "fee": 0}
    double.state.objects[KEY, "txn_twin"] = twin

    run(stripe_binding)

    assert {kind for kind, *_rest in found()} == {"amount", "duplicate"}
    assert all(theirs == 1899 for *_rest, theirs in found())


def test_a_partner_in_the_statement_of_the_day_beside_is_no_difference(
    stripe_binding: PaymentBinding, double: StripeDouble, paid: Attempt
) -> None:
    yesterday = utc_now() - timedelta(days=1)
    (line,) = double.made(KEY, "balance_transaction")
    line["created"] = int(yesterday.timestamp())

    reconcile(stripe_binding.id, yesterday.date(), now=utc_now())
    run(stripe_binding)

    assert found() == []


def test_a_silent_gateway_changes_nothing(
    stripe_binding: PaymentBinding, double: StripeDouble, paid: Attempt, settings: object
) -> None:
    settings.STOA_STRIPE_API_BASE = "http://127.0.0.1:9"  # type: ignore[attr-defined]

    with pytest.raises(GatewaySilent):
        run(stripe_binding)

    assert not ReconciliationRun.objects.exists()
    assert not StatementRow.objects.exists()


def test_a_way_to_pay_without_statements_has_nothing_to_compare(
    stripe_binding: PaymentBinding,
) -> None:
    wallet = bound("wallet", {"asset": "cny"})

    with pytest.raises(NotCapable):
        run(wallet)


def test_a_difference_is_dealt_with_once_and_on_the_record(
    stripe_binding: PaymentBinding, double: StripeDouble
) -> None:
    attempt = begun(wanted(800), stripe_binding)
    double.pay(KEY, attempt.gateway_ref)
    run(stripe_binding)
    row = Difference.objects.get()

    resolve_difference(row.id, resolution="booked by hand", actor=STAFF, now=utc_now())

    with pytest.raises(IntentNotFound):
        resolve_difference(row.id, resolution="again", actor=STAFF, now=utc_now())
    entry = AuditEntry.objects.order_by("-sequence").first()
    assert entry is not None
    assert (entry.action, entry.reason) == ("payments.difference_resolved", "booked by hand")
