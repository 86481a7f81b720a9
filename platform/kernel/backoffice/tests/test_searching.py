"""Searching as staff meet it."""

from __future__ import annotations

from kernel.common.time import utc_now
from kernel.search.models import HotWord, Synonym
from kernel.search.services import note_search
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import TenantClient


def test_staff_see_what_finds_nothing_and_help_with_words(
    desk: TenantClient, tenant: TenantRef
) -> None:
    desk.as_staff("search.view", "search.manage")
    with tenant_context(tenant):
        note_search("Lamp", found=2, now=utc_now())
        note_search("Torch", found=0, now=utc_now())

    every = desk.get("/searching/").content.decode()
    missed = desk.get("/searching/?misses=1").content.decode()
    added = desk.post("/searching/synonyms/", {"phrases": "lamp\ntorch\n"})
    lone = desk.post("/searching/synonyms/", {"phrases": "lamp"})
    hot = desk.post("/searching/hot-words/", {"words": "台灯\nlamp"})
    with tenant_context(tenant):
        row = Synonym.objects.get()
    shown = desk.get(f"/searching/synonyms/{row.public_id}/").content.decode()
    changed = desk.post(f"/searching/synonyms/{row.public_id}/", {"phrases": "lamp\nlight"})
    gone = desk.post(f"/searching/synonyms/{row.public_id}/delete/")

    assert "<td>lamp</td>" in every
    assert "<td>lamp</td>" not in missed
    assert "<td>torch</td>" in missed
    assert "lamp = torch" in shown
    answers = [each.status_code for each in (added, lone, hot, changed, gone)]
    assert answers == [302, 422, 302, 302, 302]
    with tenant_context(tenant):
        assert not Synonym.objects.exists()
        assert [each.text for each in HotWord.objects.order_by("position")] == ["台灯", "lamp"]
