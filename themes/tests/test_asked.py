"""A form of the shop on a page that is kept for everybody, without any script."""

from __future__ import annotations

from typing import Any

from kernel.forms.document import Ask
from kernel.forms.models import Submission
from kernel.forms.services import FormTold, create_form, put_field
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import TESTER
from testkit.web import somewhere, store
from themes.fields import Json
from themes.tests.test_own_pages import home, seen, write

HERE: dict[str, Any] = {"HTTP_SEC_FETCH_SITE": "same-origin"}


def test_a_block_on_a_kept_page_shows_a_form_that_is_taken_once(
    tenant_a: TenantRef, django_capture_on_commit_callbacks: Any
) -> None:
    block: Json = {
        "id": "b-ask",
        "type": "form.entry",
        "v": 1,
        "settings": {"form": "contact"},
    }
    with tenant_context(tenant_a), django_capture_on_commit_callbacks(execute=True):
        row = create_form(FormTold(code="contact", names={"en": "Ask us"}), actor=TESTER)
        put_field(row.pk, Ask(key="", kind="long", label={"en": "Your words"}), actor=TESTER)
        write(home(), block)

    shown = seen(tenant_a, "/")[1]
    with store(tenant_a, REMOTE_ADDR=somewhere()) as browser:
        presses = [browser.post("/forms/contact/", {"f1": "Hello"}, **HERE) for _each in range(2)]

    assert "Your words" in shown
    assert 'action="/forms/contact/"' in shown
    assert [each.status_code for each in presses] == [302, 302]
    with tenant_context(tenant_a):
        assert [each["text"] for each in Submission.objects.get().answers] == ["Hello"]
