"""Messages as staff meet them: the bell, the words, the rules, the log."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

from kernel.audit.actor import SYSTEM
from kernel.common.outbox.delivery import deliver_pending
from kernel.common.time import utc_now
from kernel.notifications.models import Message, MessageTemplate, Printer
from kernel.notifications.policy import current_policy, set_policy
from kernel.notifications.services.sending import send_due
from kernel.orders.models import Order
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.receiver import Receiver
from testkit.sealing import root_key
from testkit.web import TenantClient

PRINTERS = "/notifications/printers/"
METADATA = "https://169.254.169.254/"
NAMED = {"title": "Counter", "copies": "1", "is_on": "on"}


def tell() -> None:
    while deliver_pending(clock=utc_now, limit=50):
        pass


def test_the_bell_rings_for_a_paid_order_until_it_is_looked_at(
    desk: TenantClient, tenant: TenantRef, paid_order: Order
) -> None:
    desk.as_staff("orders.view", "orders.manage")
    with tenant_context(tenant):
        tell()

    count = desk.get("/notices/unread/").json()["unread"]
    shown = desk.get("/notices/").content.decode()
    path = f"/notices/{shown.split('/notices/msg_')[1].split('/')[0]}/"
    opened = desk.post(path.replace("/notices/", "/notices/msg_"))
    after = desk.get("/notices/unread/").json()["unread"]
    desk.post("/notices/read/")
    desk.logout()
    stranger = desk.get("/notices/unread/")

    assert (count, after, stranger.status_code) == (1, 0, 403)
    assert f"新订单 {paid_order.number}" in shown
    assert opened["Location"] == f"/orders/{paid_order.number}/"


def test_staff_change_words_look_at_them_and_take_them_back(
    desk: TenantClient, tenant: TenantRef
) -> None:
    person = desk.as_staff("notifications.view", "notifications.manage")
    path = "/notifications/order.paid/email/en/"
    told = {"subject": "Thanks, {{ name }}", "body": "{{ number }} at {{ shop }}"}

    wrong = desk.post(path, {**told, "body": "{{ nummer }}"})
    looked = desk.post(path, {**told, "preview": "1"}).content.decode()
    with tenant_context(tenant):
        assert not MessageTemplate.objects.exists()
    kept = desk.post(path, told)
    shown = desk.get(path).content.decode()
    listed = desk.get("/notifications/").content.decode()
    tried = desk.post(f"{path}test/")
    back = desk.post(f"{path}reset/")
    missing = desk.get("/notifications/staff.new_order/sms/en/")

    assert wrong.status_code == 422
    assert "no variable “nummer” here" in wrong.content.decode()
    assert "Thanks, 林晓" in looked
    assert "2607010000012 at tenant-a" in shown
    assert "✎" in listed
    assert [each.status_code for each in (kept, tried, back, missing)] == [302, 302, 302, 404]
    with tenant_context(tenant):
        assert not MessageTemplate.objects.exists()
        assert Message.objects.get().recipient == person.email


def test_staff_choose_channels_and_quiet_hours_and_send_again_what_was_given_up(
    desk: TenantClient, tenant: TenantRef, paid_order: Order
) -> None:
    desk.as_staff("notifications.view", "notifications.manage")
    rules = {"quiet_from": "22:00", "quiet_until": "08:00", "a_day": "9", "sms_a_day": "0"}

    half = desk.post("/notifications/rules/", {**rules, "quiet_until": ""})
    with tenant_context(tenant):
        assert current_policy().quiet_from is None
    desk.post("/notifications/rules/", {**rules, "on": ["order.paid:email", "order.paid:sms"]})
    with tenant_context(tenant):
        policy = current_policy()
        tell()
        Message.objects.filter(channel="email").update(state="failed", reason="TimeoutError")
        row = Message.objects.get(channel="email")
    log = desk.get("/notifications/sent/?state=failed").content.decode()
    desk.post(f"/notifications/sent/{row.public_id}/again/")

    assert half.status_code == 302
    assert policy.channels["order.paid"] == ["email", "sms"]
    assert policy.channels["order.shipped"] == []
    assert "TimeoutError" in log
    assert "guest@example.com" not in log
    with tenant_context(tenant):
        assert Message.objects.get(pk=row.pk).state == "waiting"


def test_a_paid_order_comes_out_of_each_printer_once_also_after_an_outage(
    desk: TenantClient, tenant: TenantRef, paid_order: Order, settings: Any
) -> None:
    desk.as_staff("notifications.view", "notifications.manage")
    account = {"value_user": "shop@example.com", "value_number": "316500010", "value_key": "ukey"}
    later = utc_now() + timedelta(hours=1)
    with root_key(), Receiver(status=200, content=b'{"ret":0,"msg":"ok"}') as cloud:
        settings.STOA_FEIE_URL = cloud.url
        settings.STOA_WEBHOOK_INNER_HOSTS = [cloud.host]
        made = desk.post(f"{PRINTERS}new/feie/", {**NAMED, "copies": "2", **account})
        own = {"value_url": cloud.url, "value_secret": "sixteen letters!"}
        desk.post(f"{PRINTERS}new/http/", {**NAMED, "title": "Kitchen", **own})
        wrong = desk.post(f"{PRINTERS}new/http/", {**NAMED, **own, "value_url": METADATA})
        cloud.close()
        with tenant_context(tenant):
            printed = {"staff.new_order": ["inbox", "printer"]}
            set_policy(replace(current_policy(), channels=printed), actor=SYSTEM)
            tell()
            send_due()
            waiting = Message.objects.filter(channel="printer", state="waiting").count()
        cloud.open()
        with tenant_context(tenant):
            sent = [send_due(clock=lambda: later) for _time in range(2)]
            printers = Printer.objects.order_by("name")
            kept = str(list(printers.values()))
            printer = printers[1]
        listed = desk.get(PRINTERS).content.decode()
        changed = desk.post(f"{PRINTERS}{printer.public_id}/", {**NAMED, "title": "Bar", **own})

    assert (made.status_code, wrong.status_code, changed.status_code) == (302, 422, 302)
    assert (waiting, sent, len(cloud.received)) == (2, [2, 0], 2)
    assert ("ukey" in kept, "sixteen" in kept, "Kitchen" in listed) == (False, False, True)
    bodies = sorted((each.body for each in cloud.received), key=lambda body: body[:1] == b"{")
    form = {name: values[0] for name, values in parse_qs(bodies[0].decode()).items()}
    signed = f"shop@example.comukey{form['stime']}".encode()
    assert form["sig"] == hashlib.sha1(signed, usedforsecurity=False).hexdigest()
    assert (form["sn"], form["times"]) == ("316500010", "2")
    assert paid_order.number in form["content"]
    assert "× 5" in form["content"]
    assert json.loads(bodies[1])["copies"] == 1
