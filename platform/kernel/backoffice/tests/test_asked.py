"""Forms from the console to the storefront and back."""

from __future__ import annotations

import re
from typing import Any

from kernel.audit.models import AuditEntry
from kernel.forms.document import Ask
from kernel.forms.models import Form, Submission
from kernel.forms.services import FormTold, create_form, put_field
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import TESTER
from testkit.web import TenantClient, somewhere, store

HERE: dict[str, Any] = {"HTTP_SEC_FETCH_SITE": "same-origin"}
ABOUT = {
    "names_zh": "批发咨询",
    "names_en": "Wholesale",
    "code": "wholesale",
    "thanks_en": "We call you.",
    "is_open": "on",
    "tells_staff": "on",
}
WHOLESALE = "/forms/wholesale/"
GOOD = {"f1": "=Lin <b>", "f2": "lin@example.com", "f3": "c2"}
HOSTILE = "<script>alert(1)</script>"


def built(desk: TenantClient, **about: str) -> str:
    """Build a form with a required text, an e-mail address and a list; return its path."""
    path = desk.post("/forms/new/", {**ABOUT, **about})["Location"]
    for field in (
        {"kind": "text", "label_zh": "称呼", "label_en": f"Name {HOSTILE}", "is_required": "on"},
        {"kind": "email", "label_en": "Your e-mail", "help_en": "We answer there."},
        {"kind": "choice", "label_en": "How much", "choices": "少 | Little\n多 | Much"},
    ):
        assert desk.post(f"{path}fields/new/", field).status_code == 302
    return path


def test_an_owner_builds_a_form_and_visitors_send_it_once(
    desk: TenantClient, tenant: TenantRef
) -> None:
    desk.as_staff("forms.view", "forms.manage")
    empty = desk.get("/forms/").content.decode()
    refused = desk.post("/forms/new/", {**ABOUT, "code": "No Name"})
    path = built(desk)
    desk.post(f"{path}fields/f3/move/", {"to": "up"})
    no_list = desk.post(f"{path}fields/new/", {"kind": "choice", "label_en": "Empty"})
    page = desk.get(path).content.decode()

    with store(tenant, REMOTE_ADDR=somewhere(), headers={"Accept-Language": "en"}) as browser:
        shown = browser.get(WHOLESALE).content.decode()
        token = re.search(r'name="token" value="([0-9a-f]+)"', shown)
        assert token
        sent = {"token": token[1], **GOOD}
        elsewhere = browser.post(WHOLESALE, sent, HTTP_SEC_FETCH_SITE="cross-site")
        trapped = browser.post(WHOLESALE, {**sent, "homepage": "https://x"}, **HERE)
        with tenant_context(tenant):
            assert not Submission.objects.exists()
        good = [browser.post(WHOLESALE, sent, **HERE) for _press in range(2)]
        thanks = browser.get(good[0]["Location"]).content.decode()
        missing = browser.get("/forms/nothing/")

    assert "There is no form yet" in empty
    assert (refused.status_code, no_list.status_code) == (422, 422)
    assert page.index("How much") < page.index("Your e-mail")
    assert HOSTILE not in page + shown
    assert "Name &lt;script&gt;" in shown
    assert (elsewhere.status_code, trapped.status_code) == (403, 302)
    assert [each.status_code for each in good] == [302, 302]
    assert "We call you." in thanks
    assert missing.status_code == 404
    with tenant_context(tenant):
        row = Submission.objects.get()
    assert [each["text"] for each in row.answers] == ["=Lin <b>", "Much", "lin@example.com"]


def test_what_does_not_fit_is_said_at_its_field_and_stays_filled_in(
    desk: TenantClient, tenant: TenantRef
) -> None:
    desk.as_staff("forms.view", "forms.manage")
    built(desk)

    with store(tenant, REMOTE_ADDR=somewhere(), headers={"Accept-Language": "en"}) as browser:
        bad = browser.post(WHOLESALE, {"f1": "", "f2": "no", "f3": "c7"}, **HERE)
        huge = browser.post(WHOLESALE, {**GOOD, "f1": "x" * 1_000_000}, **HERE)

    shown = bad.content.decode()
    assert (bad.status_code, huge.status_code) == (422, 422)
    assert shown.count('class="field-error"') == 3
    assert shown.count('aria-invalid="true"') == 4
    assert 'value="no"' in shown
    assert len(huge.content) < 100_000
    with tenant_context(tenant):
        assert not Submission.objects.exists()


def test_staff_find_read_note_export_and_delete_what_was_sent(
    desk: TenantClient, tenant: TenantRef
) -> None:
    desk.as_staff("forms.view", "forms.manage")
    path = built(desk)
    with store(tenant, REMOTE_ADDR=somewhere(), headers={"Accept-Language": "en"}) as browser:
        browser.post(WHOLESALE, GOOD, **HERE)
    with tenant_context(tenant):
        one = f"{path}sent/{Submission.objects.get().public_id}/"

    listed = desk.get(f"{path}sent/?text=lin@example&state=unread").content.decode()
    detail = desk.get(one).content.decode()
    desk.post(one, {"note": "Called back"})
    desk.post(f"{one}mark/", {"read": "1"})
    none_new = desk.get(f"{path}sent/?state=unread").content.decode()
    asked = {"form": path.split("/")[2]}
    csv = b"".join(desk.get("/exports/lists/form-entries.csv", asked)).decode("utf-8-sig")
    kept = desk.post(f"{path}delete/", follow=True).content.decode()
    desk.post(f"{one}delete/")

    assert "=Lin &lt;b&gt;" in listed
    assert "lin@example.com" in detail
    assert "Nothing fits" in none_new
    assert "'=Lin <b>" in csv
    assert "Called back" in csv
    assert "Close it instead" in kept
    with tenant_context(tenant):
        assert not Submission.objects.exists()
        actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert actions >= {
        "forms.created",
        "forms.changed",
        "forms.noted",
        "forms.submission_deleted",
    }


def test_who_may_only_look_builds_and_notes_nothing(desk: TenantClient, tenant: TenantRef) -> None:
    desk.as_staff("forms.view")
    with tenant_context(tenant):
        row = create_form(FormTold(code="wholesale", names={"en": "Wholesale"}), actor=TESTER)
        put_field(row.pk, Ask(key="", kind="text", label={"en": "Name"}), actor=TESTER)
    path = f"/forms/{row.public_id}/"

    told = [desk.get(each).status_code for each in ("/forms/", f"{path}sent/", path, "/forms/new/")]
    refused = [
        desk.post(f"{path}{each}", {}).status_code
        for each in ("", "delete/", "fields/new/", "fields/f1/move/", "fields/f1/remove/")
    ]

    assert told == [200, 200, 403, 403]
    assert set(refused) == {403}
    with tenant_context(tenant):
        assert len(Form.objects.get().fields) == 1


def test_the_form_of_one_shop_is_found_in_no_other(
    desk: TenantClient, tenant: TenantRef, tenant_b: TenantRef
) -> None:
    desk.as_staff("forms.view", "forms.manage")
    path = built(desk)

    with store(tenant_b, REMOTE_ADDR=somewhere()) as browser:
        answers = [
            browser.get(WHOLESALE).status_code,
            browser.post(WHOLESALE, {"f1": "Lin"}, **HERE).status_code,
        ]
    assert answers == [404, 404]
    assert desk.get(path).status_code == 200


def test_a_member_finds_the_address_filled_in_and_sends_it_once(
    desk: TenantClient, tenant: TenantRef
) -> None:
    desk.as_staff("forms.view", "forms.manage")
    built(desk, is_once="on")

    with store(tenant, REMOTE_ADDR=somewhere(), headers={"Accept-Language": "en"}) as browser:
        stranger = browser.post(WHOLESALE, {"f1": "Lin"}, **HERE)
        member = browser.as_member()
        shown = browser.get(WHOLESALE).content.decode()
        first = browser.post(WHOLESALE, {"f1": "Lin", "token": "a"}, **HERE)
        second = browser.post(WHOLESALE, {"f1": "Lin", "token": "b"}, **HERE)

    assert [each.status_code for each in (stranger, first, second)] == [403, 302, 409]
    assert member.login
    assert f'value="{member.login}"' in shown
    with tenant_context(tenant):
        assert Submission.objects.get().member_id == member.pk
