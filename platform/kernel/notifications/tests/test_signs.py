"""Names in which text messages go out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kernel.audit.actor import SYSTEM
from kernel.common.time import utc_now
from kernel.members.messages.sms import Sms, send_sms
from kernel.notifications.errors import SignNotApproved
from kernel.notifications.models import SmsSign
from kernel.notifications.services.signs import ask_for_sign, choose_sign, decide_sign
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.receiver import Receiver
from testkit.web import console

HTTP = "kernel.notifications.sms_http:HttpSms"
JSON: Any = {"content_type": "application/json"}


def test_messages_go_out_in_a_name_that_the_platform_approved(
    tenant_a: TenantRef, settings: Any
) -> None:
    api, now = "/api/v1/admin/notifications/signs/", utc_now()
    with Receiver() as gateway, console(tenant_a) as desk:
        settings.STOA_SMS_PROVIDER, settings.STOA_SMS_URL = HTTP, gateway.url
        desk.as_staff("notifications.view", "notifications.manage")
        wrong = desk.post(api, {"text": "【店】"}, **JSON)
        made = [desk.post(api, {"text": text}, **JSON).json() for text in ("茶马", "TeaHorse")]
        early = desk.put(f"{api}{made[0]['id']}/")
        with tenant_context(tenant_a):
            send_sms(Sms("+8613800138000", "1234", "code"))
            decide_sign("茶马", is_approved=True, actor=SYSTEM, now=now)
            decide_sign("TeaHorse", is_approved=True, actor=SYSTEM, now=now)
            send_sms(Sms("+8613800138000", "1234", "code"))
        chosen = desk.put(f"{api}{made[1]['id']}/")
        page = desk.get("/notifications/signs/").content.decode()
        with tenant_context(tenant_a):
            send_sms(Sms("+8613800138000", "1234", "code"))
        gone = desk.post(f"/notifications/signs/{made[1]['id']}/drop/")

    told = [json.loads(each.body)["sign"] for each in gateway.received]
    assert (wrong.status_code, wrong.json()["field"]) == (422, "text")
    assert (early.status_code, early.json()["code"]) == (409, "notifications.sign_not_approved")
    assert told[1:] == ["茶马", "TeaHorse"]
    assert told[0] == tenant_a.brand.name
    assert (chosen.status_code, "TeaHorse" in page, gone.status_code) == (200, True, 302)


@pytest.mark.usefixtures("in_tenant_a")
def test_a_name_that_was_refused_is_used_by_nobody_and_can_be_asked_for_again() -> None:
    now = utc_now()
    row = ask_for_sign("支付宝", actor=SYSTEM, now=now)
    decide_sign("支付宝", is_approved=False, reason="不是本店", actor=SYSTEM, now=now)

    with pytest.raises(SignNotApproved):
        choose_sign(row.pk, actor=SYSTEM, now=now)
    refused = SmsSign.objects.get()
    ask_for_sign("支付宝", actor=SYSTEM, now=now)

    assert (refused.state, refused.reason, refused.is_usual) == ("refused", "不是本店", False)
    assert SmsSign.objects.get().state == "waiting"
