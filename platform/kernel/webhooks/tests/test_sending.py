"""What happens is told to receivers: all of it, signed, in order for each object."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import override_settings

from kernel.audit.actor import SYSTEM
from kernel.audit.models import AuditEntry
from kernel.common.ids import uuid7
from kernel.common.outbox.delivery import deliver_pending
from kernel.common.outbox.models import OutboxEvent
from kernel.common.outbox.publishing import publish
from kernel.common.time import utc_now
from kernel.reviews.events import ReviewChanged
from kernel.tenancy.context import TenantRef
from kernel.webhooks.choices import DeliveryState, EndpointState, Failure
from kernel.webhooks.errors import EndpointIsOff, InvalidEndpoint
from kernel.webhooks.models import Attempt, Delivery, Endpoint
from kernel.webhooks.services import (
    EndpointDraft,
    change_endpoint,
    make_endpoint,
    replay,
    replay_range,
    rotate_secret,
    send_test,
    switch_endpoint,
)
from kernel.webhooks.services.breaking import PAUSED_AFTER, STOPPED_AFTER
from kernel.webhooks.services.recording import SENDING
from kernel.webhooks.services.sending import MOST_ATTEMPTS, ask_again, next_due, send_due
from kernel.webhooks.signing import sign
from testkit.alarms import alarms
from testkit.receiver import Received, Receiver
from testkit.sealing import root_key

NOW = datetime(2031, 3, 4, 12, 0, tzinfo=UTC)
REVIEWS = uuid7(), uuid7()


@pytest.fixture
def receiver(in_tenant_a: TenantRef) -> Iterator[Receiver]:
    with (
        root_key(),
        Receiver() as server,
        override_settings(STOA_WEBHOOK_INNER_HOSTS=[server.host]),
    ):
        yield server


@pytest.fixture
def endpoint(receiver: Receiver) -> tuple[Endpoint, str]:
    draft = EndpointDraft(name="ERP", url=receiver.url, events=["review.changed"])
    return make_endpoint(draft, actor=SYSTEM, now=NOW)


def happen(number: int, review: int = 0) -> None:
    """Have something happen to a review, and the outbox hand it over."""
    row = REVIEWS[review]
    told = ReviewChanged(review_id=row, product_id=uuid7(), change=f"change {number}")
    publish(told, aggregate=f"review:{row.hex}")
    while deliver_pending(clock=utc_now, limit=50):
        pass
    # What the wall clock wrote, by the clock of the test.
    Delivery.objects.filter(state=DeliveryState.WAITING, attempts=0).update(next_at=NOW)


def send(at: datetime) -> int:
    return send_due(clock=lambda: at)


def changes(received: list[Received], review: int = 0) -> list[str]:
    """Return what was told of a review, in the order in which it came, each id once."""
    told: dict[str, Any] = {}
    for each in received:
        told.setdefault(each.headers["webhook-id"], json.loads(each.body)["data"])
    suffix = [told["change"] for told in told.values() if _is_of(told, review)]
    return [str(each) for each in suffix]


def _is_of(data: dict[str, Any], review: int) -> bool:
    from kernel.common.ids import public_id

    return bool(data["review"] == public_id("rev", REVIEWS[review]))


def is_signed(received: Received, secret: str) -> bool:
    """Check a signature as the standard says, without the code that makes it."""
    key = base64.b64decode(secret.split("_", 1)[1])
    headers = received.headers
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{received.body.decode()}"
    made = base64.b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()).decode()
    return f"v1,{made}" in headers["webhook-signature"].split(" ")


def test_a_signature_is_what_the_standard_s_own_example_says() -> None:
    made = sign(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
        timestamp=1614265330,
        secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    )

    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_receiver_that_is_down_for_an_hour_gets_everything_signed_and_in_order(
    receiver: Receiver, endpoint: tuple[Endpoint, str]
) -> None:
    receiver.close()
    now = NOW
    for number in range(6):
        happen(number, number % 2)
    while now < NOW + timedelta(hours=1):
        send(now)
        now = max(now + timedelta(seconds=1), next_due(now=now) or now)
    tried = Attempt.objects.count()
    receiver.open()
    for _round in range(8):
        send(now)
        now = max(now, next_due(now=now) or now)

    assert changes(receiver.received, 0) == ["change 0", "change 2", "change 4"]
    assert changes(receiver.received, 1) == ["change 1", "change 3", "change 5"]
    assert all(is_signed(each, endpoint[1]) for each in receiver.received)
    assert receiver.received[0].path == "/hooks?shop=1"
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.DELIVERED}
    # It was left in peace while it was down, and is trusted again.
    assert tried < 20
    row = Endpoint.objects.get()
    assert (row.failures, row.paused_until, row.state) == (0, None, EndpointState.ON)


def test_an_event_is_told_once_however_often_the_outbox_hands_it_over(
    receiver: Receiver, endpoint: tuple[Endpoint, str]
) -> None:
    from kernel.common.outbox.events import Envelope
    from kernel.webhooks.catalogue import offered_event
    from kernel.webhooks.services.recording import note

    event = offered_event("review.changed")
    assert event is not None
    told = ReviewChanged(REVIEWS[0], uuid7(), "written")
    envelope = Envelope(uuid7(), 1, told.name, "review:1", NOW)
    for _time in range(2):
        note(event, told, envelope)

    assert Delivery.objects.count() == 1
    assert alarms(SENDING)


def test_while_a_secret_is_replaced_both_sign_and_afterwards_the_new_one_alone(
    receiver: Receiver, endpoint: tuple[Endpoint, str]
) -> None:
    row, old = endpoint
    _row, new = rotate_secret(row.pk, actor=SYSTEM, now=NOW)

    happen(1)
    send(NOW)
    happen(2)
    send(NOW + timedelta(days=1))

    both, later = receiver.received
    assert [is_signed(both, secret) for secret in (old, new)] == [True, True]
    assert [is_signed(later, secret) for secret in (old, new)] == [False, True]
    assert new not in json.dumps(list(AuditEntry.objects.values()), default=str)


def test_a_failing_receiver_is_paused_then_stopped_and_staff_are_told(
    receiver: Receiver, endpoint: tuple[Endpoint, str]
) -> None:
    receiver.status, now = 500, NOW
    for number in range(PAUSED_AFTER + 2):
        happen(number, 0)
        Delivery.objects.update(aggregate=f"{number}", next_at=NOW)
    # Different objects: each may be tried by itself.
    for number, each in enumerate(Delivery.objects.order_by("pk")):
        Delivery.objects.filter(pk=each.pk).update(aggregate=str(number))
    send(now)
    paused = Endpoint.objects.get()
    assert (paused.failures, len(receiver.received)) == (PAUSED_AFTER, PAUSED_AFTER)
    assert paused.paused_until is not None
    assert send(now) == 0
    assert send(paused.paused_until) == 1  # one, to see

    send(now + STOPPED_AFTER)

    assert Endpoint.objects.get().state == EndpointState.STOPPED
    assert OutboxEvent.objects.filter(name="webhooks.endpoint_stopped").count() == 1
    assert AuditEntry.objects.filter(action="webhooks.stopped").exists()
    happen(99)
    assert send(now + timedelta(days=5)) == 0
    switch_endpoint(endpoint[0].pk, on=True, actor=SYSTEM, now=now + timedelta(days=5))
    receiver.status = 200
    while send(now + timedelta(days=5)):
        pass
    assert "change 99" in changes(receiver.received)


def test_what_a_receiver_refuses_for_good_is_given_up_and_sent_again_on_demand(
    receiver: Receiver, endpoint: tuple[Endpoint, str]
) -> None:
    receiver.status, receiver.content = 422, "不认识".encode()
    happen(1)
    Delivery.objects.update(attempts=MOST_ATTEMPTS - 1)
    send(NOW)
    row = Delivery.objects.get()
    assert row.state == DeliveryState.FAILED
    attempt = Attempt.objects.get()
    assert (attempt.status, attempt.failure, attempt.answer) == (422, Failure.STATUS, "不认识")

    receiver.status = 200
    replay(row.id, actor=SYSTEM, now=NOW)
    send(NOW)
    again = replay_range(
        endpoint[0].pk,
        since=row.created_at,
        until=row.created_at + timedelta(seconds=1),
        only_failed=False,
        actor=SYSTEM,
        now=NOW,
    )
    send(NOW)

    ids = {each.headers["webhook-id"] for each in receiver.received}
    assert (again, len(receiver.received), len(ids)) == (1, 3, 1)
    assert Delivery.objects.get().state == DeliveryState.DELIVERED


def test_a_redirect_is_not_followed_and_an_endpoint_that_is_gone_is_stopped(
    receiver: Receiver, endpoint: tuple[Endpoint, str]
) -> None:
    receiver.status, receiver.headers = 302, {"Location": "http://169.254.169.254/latest/"}
    happen(1)
    send(NOW)
    assert Attempt.objects.get().failure == Failure.REDIRECT

    receiver.status, receiver.headers = 410, {}
    send(NOW + timedelta(minutes=1))

    assert Endpoint.objects.get().state == EndpointState.STOPPED
    with pytest.raises(EndpointIsOff):
        replay(Delivery.objects.get().id, actor=SYSTEM, now=NOW)


def test_a_test_reaches_an_endpoint_that_is_off_and_is_no_reason_to_pause_it(
    receiver: Receiver, endpoint: tuple[Endpoint, str]
) -> None:
    switch_endpoint(endpoint[0].pk, on=False, actor=SYSTEM, now=NOW)
    happen(1)
    receiver.status = 500

    send_test(endpoint[0].pk, "order.paid", actor=SYSTEM, now=NOW)
    send(NOW)
    receiver.status = 200
    send_test(endpoint[0].pk, "order.paid", actor=SYSTEM, now=NOW)
    send(NOW)

    assert [json.loads(each.body)["type"] for each in receiver.received] == ["order.paid"] * 2
    states = Delivery.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [DeliveryState.FAILED, DeliveryState.DELIVERED]
    assert Endpoint.objects.get().failures == 0


def test_what_fails_is_asked_for_again_by_the_clock(
    receiver: Receiver, endpoint: tuple[Endpoint, str]
) -> None:
    receiver.close()
    happen(1)
    send(NOW)

    ask_again(now=NOW)

    assert NOW + timedelta(minutes=1) in alarms(SENDING)


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/",
        "https://169.254.169.254/latest/meta-data/",
        "https://2852039166/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://localhost/",
        "https://192.168.1.10/",
        "https://user@example.com/",
        "ftp://example.com/",
        "https:///nothing",
        "https://example.com:99999/",
        "https://example.com/a b",
    ],
)
def test_an_address_of_our_own_is_refused_with_the_field_that_it_is_in(
    in_tenant_a: TenantRef, url: str
) -> None:
    draft = EndpointDraft(name="ERP", url=url, events=["*"])

    with pytest.raises(InvalidEndpoint) as refused:
        make_endpoint(draft, actor=SYSTEM, now=NOW)

    assert refused.value.fields["field"] == "url"
    assert not Endpoint.objects.exists()


def test_an_endpoint_whose_name_leads_inside_later_is_not_asked(
    receiver: Receiver, endpoint: tuple[Endpoint, str]
) -> None:
    happen(1)

    with override_settings(STOA_WEBHOOK_INNER_HOSTS=[]):
        send(NOW)

    assert receiver.received == []
    assert Attempt.objects.get().failure == Failure.ADDRESS


def test_a_change_asks_for_events_that_there_are(
    receiver: Receiver, endpoint: tuple[Endpoint, str]
) -> None:
    draft = EndpointDraft(name="ERP", url=receiver.url, events=["order.eaten"])

    with pytest.raises(InvalidEndpoint) as refused:
        change_endpoint(endpoint[0].pk, draft, actor=SYSTEM, now=NOW)

    assert refused.value.fields["field"] == "events"
