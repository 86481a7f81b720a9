"""Landing pages and reusable parts: made, shown, edited once, taken away."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, Final

import pytest

from kernel.audit.actor import Actor
from kernel.audit.models import AuditEntry
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import TenantClient, console, store
from themes.desk import draft_of, live_theme, page_with, pages_of, save_draft
from themes.documents import compile_page
from themes.errors import InvalidDocument, PartInUse
from themes.fields import Json
from themes.models import Page, Release
from themes.names import LANDING, PART
from themes.own_pages import make_page, make_part, remove_page, rename_page
from themes.releasing import documents_of, publish
from themes.reusing import all_with_parts

ACTOR: Final = Actor.system("tests")
EN: Final = {"Accept-Language": "en"}


def rich(text: str, block_id: str = "b-text") -> dict[str, Json]:
    return {"id": block_id, "type": "text.rich", "settings": {"html": f"<p>{text}</p>"}}


def ref(handle: str, block_id: str = "b-ref", **more: Json) -> dict[str, Json]:
    return {"id": block_id, "type": "core.ref", "settings": {"part": handle}, **more}


def doc(page: Page, *blocks: Json) -> dict[str, Json]:
    kept = draft_of(page_with(page.pk)).doc
    return {**kept, "blocks": [*blocks]}


def write(page: Page, *blocks: Json, live: bool = True) -> None:
    rev = draft_of(page_with(page.pk)).rev
    rev = save_draft(page.pk, doc(page, *blocks), rev=rev, actor=ACTOR)
    if live:
        publish(page.pk, rev=rev, note="", actor=ACTOR)


def home() -> Page:
    return next(each for each in pages_of(live_theme()) if each.template == "home")


@pytest.fixture
def desk(tenant_a: TenantRef) -> Iterator[TenantClient]:
    with console(tenant_a) as client:
        client.as_staff("design.edit", "design.publish")
        yield client


@pytest.fixture
def commits(django_capture_on_commit_callbacks: Any) -> Any:
    def run() -> AbstractContextManager[object]:
        return django_capture_on_commit_callbacks(execute=True)

    return run


def seen(tenant: TenantRef, path: str) -> tuple[int, str]:
    with store(tenant, headers=EN) as visitor:
        answer = visitor.get(path)
        content = b"".join(answer) if answer.streaming else answer.content
        return answer.status_code, content.decode()


def test_a_page_is_made_published_found_called_otherwise_and_deleted(
    desk: TenantClient, tenant_a: TenantRef, commits: Any
) -> None:
    made = desk.post("/design/pages/new/landing/", {"title": "Summer sale", "handle": ""})
    path = str(made.headers["Location"])
    before = seen(tenant_a, "/pages/summer-sale/")
    with tenant_context(tenant_a), commits():
        page = Page.objects.get(template=LANDING)
        kept = draft_of(page)
        told: dict[str, Json] = {**kept.doc, "blocks": [rich("Half price")]}
        told["settings"] = {
            "title": "Summer sale",
            "seo_title": "Big sale",
            "seo_description": "Now",
        }
        save_draft(page.pk, told, rev=kept.rev, actor=ACTOR)
        publish(page.pk, rev=2, note="", actor=ACTOR)
    status, shown = seen(tenant_a, "/pages/summer-sale/")
    sitemap = seen(tenant_a, "/sitemap.xml")[1]
    listed = desk.get("/design/", headers=EN).content.decode()
    with commits():
        desk.post(f"{path}name/", {"title": "Autumn", "handle": "autumn"})
    renamed, old = seen(tenant_a, "/pages/autumn/"), seen(tenant_a, "/pages/summer-sale/")
    with commits():
        desk.post(f"{path}remove/")
    gone, front = seen(tenant_a, "/pages/autumn/"), seen(tenant_a, "/")

    assert re.fullmatch(r"/design/pages/[0-9a-f-]{36}/", path)
    assert before[0] == 404
    assert status == 200
    assert "<title>Big sale" in shown
    assert "Half price" in shown
    assert 'content="Now"' in shown
    assert "/pages/summer-sale/</loc>" in sitemap
    assert "/pages/summer-sale/" in listed
    assert renamed[0] == 200
    assert (old[0], gone[0], front[0]) == (301, 404, 200)
    with tenant_context(tenant_a):
        acts = AuditEntry.objects.filter(action__startswith="themes.page_").values_list("action")
        assert [each[0] for each in acts.order_by("pk")] == [
            "themes.page_made",
            "themes.page_renamed",
            "themes.page_removed",
        ]
        assert Release.objects.exists()


def test_old_addresses_lead_to_where_a_page_is_and_whoever_is_live_there_comes_first(
    tenant_a: TenantRef, tenant_b: TenantRef, commits: Any
) -> None:
    def led(path: str, tenant: TenantRef = tenant_a) -> tuple[int, str]:
        with store(tenant, headers=EN) as visitor:
            answer = visitor.get(path)
            return answer.status_code, str(answer.headers.get("Location", ""))

    def called(page: Page, handle: str) -> None:
        with tenant_context(tenant_a), commits():
            rename_page(page.pk, title="Sale", handle=handle, actor=ACTOR)

    def made(handle: str, *, live: bool = True) -> Page:
        with tenant_context(tenant_a), commits():
            page = make_page(LANDING, title="Sale", handle=handle, actor=ACTOR)
            write(page, rich(f"at {handle}"), live=live)
        return page

    sale = made("sale")
    called(sale, "autumn")
    called(sale, "winter")
    twice = (led("/pages/sale/?utm_source=a"), led("/en/pages/autumn/"), led("/pages/winter/"))
    foreign = led("/pages/sale/", tenant_b)
    with store(tenant_a) as client:
        told = client.get("/api/v1/store/pages/landing:sale/").json()
    called(sale, "sale")
    back = (led("/pages/sale/"), led("/pages/winter/"))
    called(sale, "spring")
    other = made("sale", live=False)
    drafted = led("/pages/sale/")
    with tenant_context(tenant_a), commits():
        publish(other.pk, rev=draft_of(other).rev, note="", actor=ACTOR)
    taken = led("/pages/sale/")
    with tenant_context(tenant_a), commits():
        remove_page(sale.pk, actor=ACTOR)
    gone = led("/pages/autumn/")

    assert twice[0] == (301, "/pages/winter/?utm_source=a")
    assert twice[1] == (301, "/en/pages/winter/")
    assert twice[2] == (200, "")
    assert foreign == (404, "")
    assert (told["template"], told["moved_to"]) == ("landing:winter", "/pages/winter/")
    assert back == ((200, ""), (301, "/pages/sale/"))
    assert drafted == (301, "/pages/spring/")
    assert taken == (200, "")
    assert gone == (404, "")


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"title": "  "}, id="no title"),
        pytest.param({"title": "A", "handle": "a/b"}, id="slash"),
        pytest.param({"title": "A", "handle": "-a"}, id="hyphen"),
        pytest.param({"title": "A", "handle": "促销"}, id="letters"),
        pytest.param({"title": "A", "handle": "taken"}, id="taken"),
    ],
)
def test_an_address_that_is_none_or_taken_makes_no_page(
    desk: TenantClient, tenant_a: TenantRef, told: dict[str, str]
) -> None:
    desk.post("/design/pages/new/landing/", {"title": "First", "handle": "taken"})

    refused = desk.post("/design/pages/new/landing/", told)

    assert refused.headers["Location"] == "/design/"
    assert desk.post("/design/pages/new/home/", {"title": "Second home"}).status_code == 404
    with tenant_context(tenant_a):
        assert Page.objects.filter(template=LANDING).count() == 1


def test_a_part_is_edited_once_and_changes_everywhere_at_one_moment(
    tenant_a: TenantRef, commits: Any
) -> None:
    with tenant_context(tenant_a), commits():
        part = make_part(rich("Free delivery"), title="Promise", actor=ACTOR, theme=live_theme())
        page = make_page(LANDING, title="Sale", handle="sale", actor=ACTOR)
        columns: Json = {
            "id": "b-cols",
            "type": "layout.columns",
            "settings": {},
            "slots": {"a": [ref("promise", "b-in")], "b": [rich("Beside")]},
        }
        write(home(), rich("Front"), ref("promise"), ref("promise", "b-again"))
        write(page, columns)
    first_seen = [seen(tenant_a, path)[1] for path in ("/", "/pages/sale/")]
    with tenant_context(tenant_a), commits():
        write(part, rich("Delivery in one day"), live=False)
    unpublished = seen(tenant_a, "/")[1]
    with tenant_context(tenant_a), commits():
        publish(part.pk, rev=2, note="", actor=ACTOR)
    then = [seen(tenant_a, path)[1] for path in ("/", "/pages/sale/")]

    assert [each.count("Free delivery") for each in first_seen] == [2, 1]
    assert 'id="b-ref-b-text"' in first_seen[0]
    assert 'id="b-again-b-text"' in first_seen[0]
    assert "Free delivery" in unpublished
    assert [each.count("Delivery in one day") for each in then] == [2, 1]
    assert "Free delivery" not in "".join(then)


def test_a_part_that_stands_somewhere_stays_and_one_that_is_gone_leaves_the_page_whole(
    tenant_a: TenantRef, commits: Any
) -> None:
    with tenant_context(tenant_a), commits():
        part = make_part(rich("Promise"), title="Promise", actor=ACTOR, theme=live_theme())
        write(home(), rich("Front"), ref("promise"))
        with pytest.raises(PartInUse) as refused:
            remove_page(part.pk, actor=ACTOR)
        write(home(), rich("Front"), ref("never-made"))
        remove_page(part.pk, actor=ACTOR)
    body = seen(tenant_a, "/")[1]

    assert refused.value.fields["pages"]
    assert "Front" in body
    assert "b-ref" not in body


def test_a_part_holds_no_other_and_only_so_many_blocks(tenant_a: TenantRef) -> None:
    base: dict[str, Json] = {"format": 1, "kind": "part", "template": PART, "settings": {}}
    many: list[Json] = [rich("x", f"b-{number}") for number in range(31)]
    for blocks in ([ref("other")], many):
        with tenant_context(tenant_a), pytest.raises(InvalidDocument):
            compile_page({**base, "blocks": [*blocks]})


def test_what_a_part_shows_for_a_while_sets_the_moments_of_the_page(tenant_a: TenantRef) -> None:
    since = "2030-01-01T00:00:00+00:00"
    base: dict[str, Json] = {"format": 1, "settings": {}}
    shown: Json = {**rich("Later"), "show": {"from": since}}
    with tenant_context(tenant_a):
        part = compile_page({**base, "kind": "part", "template": PART, "blocks": [shown]})
        page = compile_page({**base, "kind": "page", "template": "home", "blocks": [ref("p")]})
        made = all_with_parts({"home": page, "part:p": part})["home"]

    assert [each.isoformat() for each in made.boundaries] == [since]
    assert made.digest != page.digest


def test_the_editor_makes_a_part_of_a_block_draws_it_and_takes_it_over(
    desk: TenantClient, tenant_a: TenantRef
) -> None:
    body = desk.get("/design/", headers=EN).content.decode()
    page = re.findall(r"/design/pages/[0-9a-f-]{36}/", body)[0]
    options: Any = {"content_type": "application/json", "headers": {"Accept": "application/json"}}

    made = desk.post(f"{page}parts/", {"title": "Promise", "block": rich("Ours")}, **options)
    refused = desk.post(f"{page}parts/", {"title": "Twice", "block": ref("promise")}, **options)
    taken = desk.get(f"{page}parts/{made.json()['id']}/").json()
    told = {
        "format": 1,
        "kind": "page",
        "template": "home",
        "settings": {},
        "blocks": [
            ref("promise"),
            ref("gone", "b-gone"),
        ],
    }
    desk.put(f"{page}draft/", {"doc": told, "rev": 0}, **options)
    opened = desk.get(page).content.decode()
    found = re.search(r'type="application/json">(.*?)</script>', opened)
    assert found is not None
    facts = json.loads(found[1])
    canvas = seen(tenant_a, "/" + facts["canvas"]["url"].split("/", 3)[3])[1]

    assert made.json()["handle"] == "promise"
    assert refused.status_code == 422
    assert [each["type"] for each in taken["blocks"]] == ["text.rich"]
    front = {"id": page.split("/")[3], "title": facts["page"]["title"]}
    assert [(each["handle"], each["pages"]) for each in facts["parts"]] == [("promise", [front])]
    assert facts["blocks"]["core.ref"]["isFixed"] is True
    assert "Ours" in canvas
    assert 'id="b-gone" class="block design-missing"' in canvas


def test_clients_that_draw_pages_themselves_get_the_blocks_of_parts_in_their_place(
    tenant_a: TenantRef, commits: Any
) -> None:
    with tenant_context(tenant_a), commits():
        make_part(rich("Ours"), title="Promise", actor=ACTOR, theme=live_theme())
        page = make_page(LANDING, title="Sale", handle="sale", actor=ACTOR)
        write(page, rich("First"), ref("promise"))
    with store(tenant_a) as visitor:
        path = "/api/v1/store/pages/landing:sale/"
        plain = visitor.get(f"{path}?knows=text.rich@1").json()
        knowing = visitor.get(f"{path}?knows=text.rich@1,core.ref@1").json()
        missing = visitor.get("/api/v1/store/pages/landing:none/")

    assert plain["title"] == "Sale"
    assert [each["id"] for each in plain["blocks"]] == ["b-text", "b-ref-b-text"]
    assert [each["type"] for each in knowing["blocks"]] == ["text.rich", "core.ref"]
    assert missing.status_code == 404


def test_documents_of_a_release_are_called_by_their_handles(tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a):
        write(make_page(LANDING, title="夏日", actor=ACTOR))
        write(make_page(LANDING, title="冬日", actor=ACTOR))
        live = str(live_theme().live_release_id)
        names = set(documents_of([live]))

    assert names == {"landing:page", "landing:page-2"}
