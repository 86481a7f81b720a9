"""Searches, synonyms, hot words and terms over the APIs."""

from __future__ import annotations

from typing import Any

from kernel.audit.models import AuditEntry
from kernel.common.outbox.delivery import deliver_pending
from kernel.common.time import utc_now
from kernel.search.services import rebuild
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.catalogue import make_category, make_product
from testkit.web import console, store

STORE, ADMIN = "/api/v1/store/search/", "/api/v1/admin/search/"
JSON: Any = {"content_type": "application/json"}
ENGLISH: Any = {"headers": {"Accept-Language": "en"}}


def test_a_member_searches_narrows_down_and_forgets(tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a):
        shelf = make_category("Tea")
        rebuild(clock=utc_now)
        make_product(title="Green tea", price="9.00", category_ids=[shelf.pk])
        make_product(title="Tea pot", price="30.00", options={"Size": ["S", "L"]})
        deliver_pending(clock=utc_now, limit=100)

    with store(tenant_a, **ENGLISH) as shop:
        meant = shop.get(STORE, {"q": "grene"}).json()["instead"]
        small = shop.get(STORE, {"q": "pot", "options": "size:S"}).json()
        shop.as_member()
        found = shop.get(STORE, {"q": "tea", "sort": "dearest"}).json()
        cheap = shop.get(STORE, {"q": "tea", "max_price": "10.00", "category": "tea"}).json()
        wrong = shop.get(STORE, {"sort": "loudest"})
        typed = shop.get(f"{STORE}suggestions/", {"q": "gre"}).json()["items"]
        remembered = shop.get(f"{STORE}history/").json()["items"]
        forgotten = shop.delete(f"{STORE}history/")
        after = shop.get(f"{STORE}history/").json()["items"]

    assert [each["title"] for each in found["items"]] == ["Tea pot", "Green tea"]
    assert (found["count"], found["pages"], found["highest_price"]) == (2, 1, "30.00")
    assert [each["code"] for each in found["facets"]] == ["category", "size"]
    assert (meant, small["count"], found["instead"]) == ("green", 1, "")
    assert [each["price"]["amount"] for each in cheap["items"]] == ["9.00"]
    assert wrong.status_code == 422
    assert [each["text"] for each in typed] == ["Green tea"]
    assert (remembered, forgotten.status_code, after) == ([{"text": "tea"}], 204, [])


def test_staff_look_after_synonyms_and_hot_words_and_see_what_finds_nothing(
    tenant_a: TenantRef,
) -> None:
    with console(tenant_a, **ENGLISH) as staff:
        staff.as_staff("search.view", "search.manage")
        made = staff.post(f"{ADMIN}synonyms/", {"phrases": ["Tea", "茶", "tea "]}, **JSON)
        path = f"{ADMIN}synonyms/{made.json()['id']}/"
        changed = staff.put(path, {"phrases": ["tea", "chai"]}, **JSON).json()["phrases"]
        lone = staff.put(path, {"phrases": ["tea", "TEA"]}, **JSON)
        listed = staff.get(f"{ADMIN}synonyms/").json()["items"]
        gone = staff.delete(path), staff.delete(path)
        staff.put(f"{ADMIN}hot-words/", {"words": ["Oolong", "龙井", "oolong"]}, **JSON)
    with store(tenant_a, **ENGLISH) as shop:
        hot = shop.get(f"{STORE}hot-words/").json()["items"]
        for text in ("Nowhere", "nowhere"):
            shop.get(STORE, {"q": text})
    with console(tenant_a, **ENGLISH) as staff:
        staff.as_staff("search.view", "search.manage", email="third@example.com")
        ordered = staff.post(f"{ADMIN}index/", {}, **JSON)
        state = staff.get(f"{ADMIN}index/").json()
    with console(tenant_a, **ENGLISH) as staff:
        staff.as_staff("search.view", email="other@example.com")
        terms = staff.get(f"{ADMIN}terms/", {"misses": "true"}).json()["items"]
        refused = staff.put(f"{ADMIN}hot-words/", {"words": []}, **JSON)

    assert (made.status_code, made.json()["phrases"]) == (201, ["Tea", "茶"])
    assert (changed, listed[0]["phrases"]) == (["tea", "chai"], ["tea", "chai"])
    assert (lone.status_code, lone.json()["field"]) == (422, "phrases")
    assert [each.status_code for each in gone] == [204, 404]
    assert hot == [{"text": "Oolong"}, {"text": "龙井"}]
    assert [(each["text"], each["times"], each["misses"]) for each in terms] == [("nowhere", 2, 2)]
    assert refused.status_code == 403
    assert (ordered.status_code, bool(state["asked_at"])) == (202, True)
    with tenant_context(tenant_a):
        actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert actions >= {
        "search.synonyms_added",
        "search.synonyms_changed",
        "search.synonyms_deleted",
        "search.hot_words_set",
        "search.index_ordered",
    }
