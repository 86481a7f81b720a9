"""Partners' webhooks: signed, in order for each shop, and tried again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import override_settings

from channel_center.hosts import HOSTS
from channel_center.partners.models import PartnerDelivery
from channel_center.partners.services.endpoints import make_endpoint, replay
from channel_center.partners.services.sending import MOST_ATTEMPTS, send_due
from channel_center.partners.services.telling import tell
from channel_center.partners.tests.test_tree import ACTOR, make_partner
from kernel.common.time import utc_now
from kernel.tenancy.context import public_context
from testkit.receiver import Receiver
from testkit.sealing import root_key


@pytest.fixture
def receiver(db: None) -> Iterator[Receiver]:
    HOSTS.forget()
    with (
        root_key(),
        Receiver() as server,
        override_settings(STOA_WEBHOOK_INNER_HOSTS=[server.host]),
    ):
        yield server


def test_events_of_a_shop_come_signed_in_their_order_also_after_failures(
    receiver: Receiver,
) -> None:
    channel = make_partner()
    _row, secret = make_endpoint(
        channel.pk, name="Site", url=receiver.url, events=["*"], actor=ACTOR
    )
    for event in ("tenant.provisioned", "tenant.suspended"):
        tell(channel.pk, event, about="ten_x", data={"tenant": "ten_x"})
    now = utc_now()

    receiver.status = 500
    assert send_due(clock=lambda: now) == 1, "the second waits for the first"
    assert send_due(clock=lambda: now) == 0, "not before its time"
    receiver.status = 204
    receiver.received.clear()
    send_due(clock=lambda: now + timedelta(minutes=1))

    told = [json.loads(each.body)["type"] for each in receiver.received]
    assert told == ["tenant.provisioned", "tenant.suspended"]
    first = receiver.received[0]
    text = f"{first.headers['webhook-id']}.{first.headers['webhook-timestamp']}."
    key = base64.b64decode(secret.removeprefix("whsec_"))
    made = base64.b64encode(hmac.digest(key, text.encode() + first.body, hashlib.sha256)).decode()
    assert first.headers["webhook-signature"] == f"v1,{made}"


def test_what_was_given_up_is_sent_again_when_the_partner_asks(receiver: Receiver) -> None:
    channel = make_partner()
    make_endpoint(channel.pk, name="Site", url=receiver.url, events=["*"], actor=ACTOR)
    tell(channel.pk, "tenant.archived", about="ten_x", data={})
    receiver.status, now = 500, utc_now()
    for attempt in range(MOST_ATTEMPTS):
        at = now + timedelta(hours=7 * attempt)
        send_due(clock=lambda at=at: at)  # type: ignore[misc]
    with public_context():
        row = PartnerDelivery.objects.get()
    assert (row.state, row.attempts) == ("failed", MOST_ATTEMPTS)

    receiver.status = 200
    replay(channel.pk, row.id, actor=ACTOR)
    send_due()

    with public_context():
        assert PartnerDelivery.objects.get().state == "delivered"
    assert len({each.headers["webhook-id"] for each in receiver.received}) == 1
