"""What every way to pay must hold, each against its own double."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.payments.errors import BadSignature, NotFoundThere, Refused
from kernel.payments.gateways.contract import Cap
from kernel.payments.gateways.forms import fields_of, secret_names
from kernel.payments.services.channels import channels_of
from kernel.payments.tests.rigs import AMOUNT, BY_HAND, RIGS, Rig
from kernel.payments.tests.support import HOOK_SECRET, KEY
from kernel.tenancy.context import TenantRef
from testkit.servers.stripe import StripeDouble
from testkit.servers.stripe.events import signature

NOTHING = Cap(0)


@pytest.fixture
def rig(request: pytest.FixtureRequest, in_tenant_a: TenantRef, double: StripeDouble) -> Rig:
    """The rig that the test names; its flags are what the binding itself says it can do."""
    planned = RIGS[request.param]
    made = planned.make(double, planned.channel)
    assert made.gateway.caps(made.binding) == planned.caps
    return made


def rigs(needed: Cap = NOTHING, *, without: Cap = NOTHING, code: str = "") -> pytest.MarkDecorator:
    """Run a test with each way to pay that can do all of something, and nothing of another."""
    fitting = [
        name
        for name, planned in RIGS.items()
        if needed in planned.caps
        and not planned.caps & without
        and (not code or planned.code == code)
    ]
    return pytest.mark.parametrize("rig", fitting, indirect=True)


EVERY = rigs()
SEES_MONEY = rigs(without=BY_HAND)


@EVERY
def test_the_bind_form_is_a_schema_that_names_its_secrets(rig: Rig) -> None:
    for mode in rig.gateway.modes:
        schema = rig.gateway.bind_schema(mode)

        assert json.loads(json.dumps(schema))["type"] == "object"
        assert all(field["title"] for field in fields_of(schema).values())
        assert secret_names(schema) <= set(fields_of(schema))


@EVERY
def test_a_good_binding_is_found_good(rig: Rig) -> None:
    assert list(rig.gateway.check_binding(rig.binding)) == []
    assert rig.channel in channels_of(rig.gateway.caps(rig.binding))


@EVERY
def test_the_binding_never_shows_its_secrets(rig: Rig) -> None:
    assert KEY not in repr(rig.binding)
    assert HOOK_SECRET not in repr(rig.binding)


@EVERY
def test_a_beginning_tells_the_payer_what_to_do_or_pays_at_once(rig: Rig) -> None:
    result = rig.gateway.create(rig.binding, rig.request())

    if rig.can(Cap.INSTANT):
        assert (result.state, result.paid) == ("paid", AMOUNT)
    else:
        assert result.state == "pending"
        assert result.action is not None


@EVERY
def test_the_same_number_begins_one_thing(rig: Rig) -> None:
    request = rig.request()

    first = rig.gateway.create(rig.binding, request)
    again = rig.gateway.create(rig.binding, request)

    assert first == again


@SEES_MONEY
def test_what_was_paid_is_told_with_its_amount(rig: Rig) -> None:
    attempt = rig.paid()

    said = rig.gateway.query(rig.binding, attempt)

    assert (said.state, said.paid) == ("paid", AMOUNT)


@SEES_MONEY
def test_what_was_paid_is_found_by_our_number_alone(rig: Rig) -> None:
    request = rig.request()
    begun = rig.gateway.create(rig.binding, request)
    if rig.pay is not None:
        rig.pay(begun.gateway_ref)

    said = rig.gateway.query(rig.binding, rig.reference(request))

    assert (said.state, said.paid) == ("paid", AMOUNT)


@SEES_MONEY
def test_what_never_arrived_is_not_known(rig: Rig) -> None:
    with pytest.raises(NotFoundThere):
        rig.gateway.query(rig.binding, rig.reference(rig.request()))


@rigs(Cap.CLOSE, without=Cap.INSTANT)
def test_what_was_closed_brings_no_money(rig: Rig) -> None:
    request = rig.request()
    begun = rig.gateway.create(rig.binding, request)

    said = rig.gateway.close(rig.binding, rig.reference(request, begun))

    assert said.state == "closed"


@rigs(Cap.CLOSE, without=BY_HAND)
def test_closing_what_was_paid_says_that_it_was_paid(rig: Rig) -> None:
    attempt = rig.paid()

    said = rig.gateway.close(rig.binding, attempt)

    assert (said.state, said.paid) == ("paid", AMOUNT)


@rigs(Cap.AUTH_CAPTURE)
def test_held_money_is_taken_in_part(rig: Rig) -> None:
    attempt = rig.paid(capture=False)
    held = rig.gateway.query(rig.binding, attempt)

    taken = rig.gateway.capture(rig.binding, attempt, Money(1500, "CNY"))

    assert (held.state, held.paid) == ("authorized", AMOUNT)
    assert (taken.state, taken.paid) == ("paid", Money(1500, "CNY"))


@rigs(Cap.VOID)
def test_held_money_is_let_go(rig: Rig) -> None:
    attempt = rig.paid(capture=False)

    said = rig.gateway.close(rig.binding, attempt)

    assert said.state == "closed"


@rigs(Cap.MULTI_REFUND)
def test_parts_go_back_each_once(rig: Rig) -> None:
    attempt = rig.paid()
    first, second = rig.back(attempt, 500), rig.back(attempt, 1499)

    said = [rig.gateway.refund(rig.binding, each) for each in (first, first, second)]

    if not rig.can(Cap.OFFLINE) and not rig.can(Cap.ON_DELIVERY):
        assert {each.state for each in said} == {"succeeded"}
        assert said[0] == said[1]
        found = rig.gateway.query_refund(rig.binding, second)
        assert (found.state, found.amount) == ("succeeded", Money(1499, "CNY"))
    else:
        assert {each.state for each in said} == {"review"}


@rigs(Cap.REFUND)
def test_a_refund_that_never_arrived_is_not_known(rig: Rig) -> None:
    attempt = rig.paid()

    with pytest.raises(NotFoundThere):
        rig.gateway.query_refund(rig.binding, rig.back(attempt, 500))


@rigs(Cap.REFUND, code="stripe")
def test_more_than_was_paid_does_not_go_back(rig: Rig, double: StripeDouble) -> None:
    attempt = rig.paid()

    with pytest.raises(Refused):
        rig.gateway.refund(rig.binding, rig.back(attempt, 2000))

    assert double.made(KEY, "refund") == []


@EVERY
@pytest.mark.parametrize(
    "header",
    ["", "t=1,v1=00", "v1=00", "t=x", "nonsense", "t=99999999999,v1=" + "0" * 64],
)
def test_what_the_gateway_did_not_sign_is_refused(rig: Rig, header: str) -> None:
    with pytest.raises(BadSignature):
        rig.gateway.parse_webhook(rig.binding, {"stripe-signature": header}, b"{}", utc_now())


@EVERY
@pytest.mark.parametrize("seconds", [-400, 400])
def test_what_was_signed_at_another_time_is_refused(rig: Rig, seconds: int) -> None:
    body = b'{"id":"evt_1","type":"x","created":1,"data":{"object":{}}}'
    at = int((utc_now() + timedelta(seconds=seconds)).timestamp())
    headers = {"stripe-signature": signature(body, HOOK_SECRET, at=at)}

    with pytest.raises(BadSignature):
        rig.gateway.parse_webhook(rig.binding, headers, body, utc_now())


@EVERY
@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"id":1}', b"\xff\xfe", b'{"data":[]}'])
def test_what_is_no_event_is_refused_though_it_is_signed(rig: Rig, body: bytes) -> None:
    headers = {"stripe-signature": signature(body, HOOK_SECRET)}

    with pytest.raises(BadSignature):
        rig.gateway.parse_webhook(rig.binding, headers, body, utc_now())


@rigs(Cap.STATEMENT)
def test_a_statement_lists_what_was_paid(rig: Rig) -> None:
    attempt = rig.paid()
    rig.gateway.refund(rig.binding, rig.back(attempt, 500))

    lines = list(rig.gateway.statement(rig.binding, utc_now().date()))

    moved = {(line.kind, line.gross.minor) for line in lines}
    assert moved == {("payment", 1999), ("refund", -500)}
    assert {line.number for line in lines if line.kind == "payment"} == {attempt.number}
    assert sum(line.fee.minor for line in lines) == 1999 * 29 // 1000 + 30
