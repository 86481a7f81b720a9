"""Forms over the APIs: built by staff's programs, sent by visitors, told by webhook."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from kernel.common.outbox.models import OutboxEvent
from kernel.forms.events import FormSubmitted
from kernel.forms.models import Form, Submission
from kernel.tenancy.context import TenantRef, tenant_context
from kernel.webhooks.catalogue import offered_event
from testkit.web import TenantClient, console, somewhere, store

ADMIN, STORE = "/api/v1/admin/forms/", "/api/v1/store/forms/"
ABOUT = {
    "code": "wholesale",
    "names": {"zh-hans": "批发", "en": "Wholesale"},
    "thanks": {"zh-hans": "谢谢", "en": "Thanks"},
}
NAME = {"kind": "text", "label": {"zh-hans": "姓名", "en": "Name"}, "is_required": True}
SIZES = [{"texts": {"zh-hans": "小", "en": "Small"}}, {"texts": {"en": "Large"}}]
SIZE = {"kind": "choice", "label": {"zh-hans": "大小", "en": "Size"}, "choices": SIZES}
GOOD = {"answers": {"f1": ["Lin"], "f2": ["c1"]}, "page": "/about/"}


@pytest.fixture
def desk(tenant_a: TenantRef) -> Iterator[TenantClient]:
    with console(tenant_a) as client:
        client.as_staff("forms.view", "forms.manage")
        yield client


def visiting(tenant: TenantRef) -> Any:
    """Open the storefront; only one side is served at a time."""
    return store(tenant, REMOTE_ADDR=somewhere(), headers={"Accept-Language": "zh-Hans"})


def send(client: TenantClient, method: str, path: str, data: object = None, **more: str) -> Any:
    return client.generic(method, path, _json(data), content_type="application/json", headers=more)


def _json(data: object) -> str:

    return "" if data is None else json.dumps(data)


@pytest.fixture
def form(desk: TenantClient) -> str:
    """A form with a name and a size; its path in the admin API."""
    made = send(desk, "POST", ADMIN, ABOUT)
    assert made.status_code == 201, made.content
    path = f"{ADMIN}{made.json()['id']}/"
    for field in (NAME, SIZE):
        assert send(desk, "POST", f"{path}fields/", field).status_code == 201
    return path


def test_a_program_builds_a_form_that_visitors_send_and_staff_read(
    tenant_a: TenantRef, desk: TenantClient, form: str
) -> None:
    with visiting(tenant_a) as browser:
        asked = browser.get(f"{STORE}wholesale/").json()
        first, again = (
            send(browser, "POST", f"{STORE}wholesale/entries/", GOOD, **{"Idempotency-Key": "k"})
            for _twice in range(2)
        )
    listed = desk.get(f"{form}entries/").json()["results"]
    entry = f"{form}entries/{listed[0]['id']}/"
    noted = send(desk, "PATCH", entry, {"is_read": True, "note": "called back"}).json()

    assert (asked["name"], asked["is_open"]) == ("批发", True)
    assert [(each["key"], each["label"]) for each in asked["fields"]] == [
        ("f1", "姓名"),
        ("f2", "大小"),
    ]
    assert asked["fields"][1]["choices"] == [
        {"key": "c1", "text": "小"},
        {"key": "c2", "text": "Large"},
    ]
    assert (first.status_code, first.json(), again.json()) == (
        201,
        {"thanks": "谢谢"},
        first.json(),
    )
    assert [[each["text"] for each in row["answers"]] for row in listed] == [["Lin", "小"]]
    assert (listed[0]["page"], noted["is_read"], noted["note"]) == ("/about/", True, "called back")
    assert desk.get(f"{form}entries/?state=unread").json()["results"] == []
    with tenant_context(tenant_a):
        told = OutboxEvent.objects.get(name=FormSubmitted.name).payload
        row = Submission.objects.get()
    event = offered_event("form.submitted")
    assert event is not None
    said = event.says(FormSubmitted(row.form_id, row.pk, "wholesale", None))
    assert said is not None
    assert (said["entry"], said["code"], told["code"]) == (row.public_id, "wholesale", "wholesale")


def test_fields_are_changed_moved_and_removed(desk: TenantClient, form: str) -> None:
    send(desk, "PUT", f"{form}fields/f1/", {**NAME, "is_required": False})
    moved = send(desk, "POST", f"{form}fields/f2/move/", {"by": -1}).json()
    gone = send(desk, "DELETE", f"{form}fields/f1/")
    shut = send(desk, "PUT", form, {**ABOUT, "is_open": False}).json()

    assert [each["key"] for each in moved["fields"]] == ["f2", "f1"]
    assert moved["fields"][1]["is_required"] is False
    assert gone.status_code == 204
    assert ([each["key"] for each in shut["fields"]], shut["is_open"]) == (["f2"], False)
    assert [row["id"] for row in desk.get(ADMIN).json()["items"]] == [shut["id"]]
    assert send(desk, "DELETE", form).status_code == 204
    assert desk.get(form).json()["code"] == "forms.unknown"


@pytest.mark.parametrize(
    ("told", "status", "code"),
    [
        ({"answers": {"f2": ["c1"]}}, 422, "forms.invalid_answers"),
        ({"answers": {"f1": ["x" * 201]}}, 422, "forms.invalid_answers"),
        ({"answers": {"f1": ["a"], "f2": ["c9"]}}, 422, "forms.invalid_answers"),
        ({"answers": {"f1": "no list"}}, 422, "api.invalid"),
        ({"answers": {"f" * 41: ["a"]}}, 422, "api.invalid"),
        ({"answers": []}, 422, "api.invalid"),
        ({}, 422, "api.invalid"),
    ],
)
def test_answers_that_do_not_fit_are_refused(
    tenant_a: TenantRef, form: str, told: dict[str, object], status: int, code: str
) -> None:
    with visiting(tenant_a) as browser:
        answer = send(browser, "POST", f"{STORE}wholesale/entries/", told)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    with tenant_context(tenant_a):
        assert not Submission.objects.exists()


@pytest.mark.parametrize(
    "told",
    [
        {**SIZE, "choices": []},
        {**NAME, "kind": "file"},
        {**NAME, "label": {}},
        {**NAME, "label": {"fr": "Nom"}},
        {"kind": "number", "label": {"en": "N"}, "least": 3, "most": 2},
        {**NAME, "most": 0},
    ],
)
def test_fields_that_cannot_be_kept_are_refused(
    tenant_a: TenantRef, desk: TenantClient, form: str, told: dict[str, object]
) -> None:
    answer = send(desk, "POST", f"{form}fields/", told)

    assert answer.status_code in {400, 422}
    with tenant_context(tenant_a):
        assert [each["key"] for each in Form.objects.get().fields] == ["f1", "f2"]


def test_forms_are_a_shops_own_and_staff_need_the_permission(
    tenant_b: TenantRef, desk: TenantClient, form: str
) -> None:
    with console(tenant_b) as other:
        other.as_staff("forms.view", "forms.manage")
        assert other.get(form).status_code == 404
        assert other.get(ADMIN).json()["items"] == []
    with visiting(tenant_b) as visitor:
        assert visitor.get(f"{STORE}wholesale/").status_code == 404
    desk.as_staff("forms.view", email="reader@example.com")
    assert send(desk, "DELETE", form).status_code == 403
    assert desk.get(form).status_code == 200
