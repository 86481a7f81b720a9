"""Editing pages from the console: drafts, conflicts, versions, plans, and the shop's side of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from kernel.audit.models import AuditEntry
from kernel.common.time import utc_now
from kernel.forms.services import FormTold, create_form
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import TESTER
from testkit.web import TenantClient, console, store
from themes.cache.counters import bump
from themes.sources import all_counters

RICH = "<p>Hello <strong>you</strong></p>"


@pytest.fixture
def desk(tenant_a: TenantRef) -> Iterator[TenantClient]:
    with console(tenant_a) as client:
        client.as_staff("design.edit", "design.publish")
        yield client


def home_of(client: TenantClient) -> str:
    body = client.get("/design/", headers={"Accept-Language": "en"}).content.decode()
    return re.findall(r"/design/pages/[0-9a-f-]{36}/", body)[0]


def facts_of(client: TenantClient, page: str) -> dict[str, Any]:
    body = client.get(page).content.decode()
    found = re.search(r'type="application/json">(.*?)</script>', body)
    assert found is not None
    return dict(json.loads(found[1]))


def put(client: TenantClient, page: str, doc: Any, rev: int) -> Any:
    return client.put(
        f"{page}draft/",
        {"doc": doc, "rev": rev},
        content_type="application/json",
        headers={"Accept": "application/json"},
    )


def text_block(text: str, block_id: str = "b-text") -> dict[str, Any]:
    return {"id": block_id, "type": "text.rich", "v": 1, "settings": {"html": text}}


def rich_of(facts: dict[str, Any]) -> str:
    fields = facts["blocks"]["text.rich"]["properties"].items()
    return next(name for name, each in fields if each["x-widget"] == "richtext")


def document(*blocks: Any) -> dict[str, Any]:
    return {"format": 1, "kind": "page", "template": "home", "settings": {}, "blocks": [*blocks]}


def ask(client: TenantClient, path: str, told: Any) -> Any:
    return client.post(
        path, told, content_type="application/json", headers={"Accept": "application/json"}
    )


def test_a_draft_is_kept_told_apart_by_its_number_and_unseen_in_the_shop(
    desk: TenantClient, tenant_a: TenantRef
) -> None:
    page = home_of(desk)
    facts = facts_of(desk, page)
    name = rich_of(facts)
    block = {**text_block(RICH), "settings": {name: f"{RICH}<script>alert(1)</script>"}}

    kept = put(desk, page, document(block), facts["draft"]["rev"])
    refused = put(desk, page, document(), facts["draft"]["rev"])

    assert kept.json() == {"rev": 1}
    assert refused.status_code == 409
    assert refused.json()["by"] == "李文"
    held = desk.get(f"{page}draft/").json()
    assert held["doc"]["blocks"][0]["settings"][name] == RICH
    with store(tenant_a) as visitor:
        assert "Hello <strong>you" not in visitor.get("/").content.decode()


def test_a_document_with_faults_is_refused_with_the_place_of_each(desk: TenantClient) -> None:
    page = home_of(desk)
    wrong = {**text_block(RICH), "settings": {"no_such": 1}}

    refused = put(desk, page, document(wrong), 0)

    assert refused.status_code == 422
    assert refused.json()["faults"][0]["pointer"] == "/blocks/0/settings/no_such"


def test_the_canvas_shows_the_draft_to_holders_of_a_pass_alone(
    desk: TenantClient, tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    page = home_of(desk)
    facts = facts_of(desk, page)
    name = rich_of(facts)
    hidden = {**text_block(RICH), "settings": {name: RICH}, "off": True}
    unknown = {"id": "b-gone", "type": "gone.block", "v": 1, "settings": {"a": 1}}
    put(desk, page, document(hidden, unknown), 0)
    address = urlsplit(facts["canvas"]["url"])

    with store(tenant_a) as visitor:
        shown = visitor.get(f"{address.path}?{address.query}")
        assert visitor.get("/design/?token=forged").status_code == 403
    with store(tenant_b) as other:
        assert other.get(f"{address.path}?{address.query}").status_code == 403

    body = shown.content.decode()
    assert shown.status_code == 200
    assert "Hello <strong>you" in body
    assert "<!--slot:/-->" in body
    assert 'id="b-gone" class="block design-missing"' in body
    policy = shown.headers["Content-Security-Policy"]
    assert f"frame-ancestors http://{tenant_a.host('console')}" in policy.replace("https", "http")
    assert "X-Frame-Options" not in shown.headers
    assert "no-store" in shown.headers["Cache-Control"]


def test_blocks_are_drawn_as_they_are_edited_each_for_itself(
    desk: TenantClient, tenant_a: TenantRef
) -> None:
    page = home_of(desk)
    facts = facts_of(desk, page)
    name = rich_of(facts)
    token = parse_qs(urlsplit(facts["canvas"]["url"]).query)["token"][0]
    good = {**text_block(RICH), "settings": {name: RICH}}
    bad = {**text_block(RICH, "b-bad"), "settings": {name: 7}}

    with store(tenant_a) as visitor:
        headers = {"X-Design": token, "Sec-Fetch-Site": "same-origin"}
        told = {"blocks": [good, bad], "query": {"language": "en"}}
        drawn = visitor.post(
            "/design/draw/", told, content_type="application/json", headers=headers
        )
        headers["Sec-Fetch-Site"] = "cross-site"
        refused = visitor.post(
            "/design/draw/", told, content_type="application/json", headers=headers
        )

    assert refused.status_code == 403
    assert "Hello <strong>you" in drawn.json()["html"]["b-text"]
    assert "design-missing" in drawn.json()["html"]["b-bad"]
    assert name in drawn.json()["faults"]["b-bad"]


def test_what_is_published_is_kept_and_can_be_made_live_again(
    desk: TenantClient, tenant_a: TenantRef
) -> None:
    page = home_of(desk)
    put(desk, page, document(), 0)
    first = ask(desk, f"{page}publish/", {"rev": 1, "note": "Empty"})
    put(desk, page, facts_of(desk, page)["draft"]["doc"], 1)
    late = ask(desk, f"{page}publish/", {"rev": 1})
    second = ask(desk, f"{page}publish/", {"rev": 2, "note": "Again"})
    listed = desk.get(f"{page}versions/").json()["rows"]

    assert (first.status_code, late.status_code, second.status_code) == (200, 409, 200)
    assert [(row["number"], row["isLive"]) for row in listed] == [(2, True), (1, False)]
    ask(desk, f"{page}versions/{listed[1]['id']}/live/", {})
    listed = desk.get(f"{page}versions/").json()["rows"]
    assert [row["isLive"] for row in listed] == [False, True]
    with tenant_context(tenant_a):
        acts = AuditEntry.objects.filter(action__startswith="themes.").values_list("action")
        assert {each[0] for each in acts} == {"themes.published", "themes.rolled_back"}


def test_a_planned_release_can_be_given_up(desk: TenantClient) -> None:
    page = home_of(desk)
    put(desk, page, document(), 0)
    at = (utc_now() + timedelta(hours=1)).isoformat()
    past = ask(desk, f"{page}publish/", {"rev": 1, "at": "2020-01-01T00:00:00+00:00"})

    ask(desk, f"{page}publish/", {"rev": 1, "at": at})
    planned = desk.get(f"{page}versions/").json()

    assert past.status_code == 422
    assert [row["isLive"] for row in planned["rows"]] == [False]
    gone = desk.delete(f"{page}planned/{planned['scheduled'][0]['id']}/")
    assert gone.status_code == 204
    assert desk.get(f"{page}versions/").json()["scheduled"] == []


def test_whoever_may_edit_may_not_publish_and_others_may_nothing(tenant_a: TenantRef) -> None:
    with console(tenant_a) as client:
        client.as_staff("design.edit", email="e@example.com")
        page = home_of(client)
        assert facts_of(client, page)["may"]["publish"] is False
        assert ask(client, f"{page}publish/", {"rev": 0}).status_code == 403
    with console(tenant_a) as client:
        client.as_staff("orders.view", email="o@example.com")
        assert client.get("/design/").status_code == 403


def test_people_on_the_same_page_are_told_of_each_other(tenant_a: TenantRef) -> None:
    with console(tenant_a) as one, console(tenant_a) as other:
        one.as_staff("design.edit", email="one@example.com")
        other.as_staff("design.edit", email="other@example.com")
        page = home_of(one)
        assert ask(one, f"{page}presence/", {}).json()["others"] == []
        assert ask(other, f"{page}presence/", {}).json()["others"] == ["李文"]


def test_the_shop_shows_what_was_published_from_then_on_and_what_was_planned_in_its_time(
    desk: TenantClient,
    tenant_a: TenantRef,
    django_capture_on_commit_callbacks: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = home_of(desk)
    name = rich_of(facts_of(desk, page))
    block = {**text_block(RICH), "settings": {name: RICH}}
    told = {**document(block), "settings": {"title": "Ours", "i18n": {"en": {"title": "Yours"}}}}
    put(desk, page, told, 0)
    at = utc_now() + timedelta(hours=1)

    def front() -> str:
        with store(tenant_a, headers={"Accept-Language": "en"}) as visitor:
            return str(visitor.get("/").content.decode())

    before = front()
    with django_capture_on_commit_callbacks(execute=True):
        ask(desk, f"{page}publish/", {"rev": 1})
    shown = front()
    put(desk, page, document(), 1)
    with django_capture_on_commit_callbacks(execute=True):
        ask(desk, f"{page}publish/", {"rev": 2, "at": at.isoformat()})
    waiting = front()
    monkeypatch.setattr("themes.store.utc_now", lambda: at + timedelta(seconds=1))
    with tenant_context(tenant_a):
        bump(*all_counters())
    later = front()

    assert "b-hero" in before
    assert "Hello <strong>you" in shown
    assert "<title>Yours" in shown
    assert "Hello <strong>you" in waiting
    assert "Hello <strong>you" not in later


def test_what_has_a_preset_is_offered_where_it_may_stand(
    desk: TenantClient, tenant_a: TenantRef
) -> None:
    with tenant_context(tenant_a):
        told = FormTold(code="wholesale", names={"zh-hans": "批发", "en": "Wholesale"})
        create_form(told, actor=TESTER)
    facts = facts_of(desk, home_of(desk))

    offered = {code for code, each in facts["blocks"].items() if not each["isFixed"]}
    found = desk.get("/design/find/?kind=form&text=whole", headers={"Accept-Language": "en"})

    assert {"form.entry", "coupon.wall", "product.grid"} <= offered
    assert not {"checkout.form", "order.list", "nav.header"} & offered
    assert found.json()["rows"] == [{"id": "wholesale", "title": "Wholesale"}]
