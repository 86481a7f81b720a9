"""Messages as staff meet them: the bell, the words, the rules, the log."""

from __future__ import annotations

from kernel.common.outbox.delivery import deliver_pending
from kernel.common.time import utc_now
from kernel.notifications.models import Message, MessageTemplate
from kernel.notifications.policy import current_policy
from kernel.orders.models import Order
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import TenantClient


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
