"""A file that a page shows is kept, and replaced on the page as well."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from kernel.audit.actor import Actor
from kernel.common.time import utc_now
from kernel.media.errors import AssetInUse
from kernel.media.selectors import name_for, uses_of
from kernel.media.services import keep_picture, render_asset, replace_asset, trash_assets
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.catalogue import picture_bytes
from testkit.tenants import refreshed
from testkit.web import store
from themes.desk import draft_of, live_theme, pages_of, save_draft
from themes.registry import find
from themes.releasing import publish

ACTOR = Actor.system("tests")


def test_a_picture_on_a_page_is_not_thrown_away_and_its_replacement_is_shown(
    tenant_a: TenantRef, django_capture_on_commit_callbacks: Any
) -> None:
    hero = find("media.hero")
    assert hero is not None
    with tenant_context(tenant_a), django_capture_on_commit_callbacks(execute=True):
        kept = keep_picture(picture_bytes(width=1_400, height=900), name="spring.png")
        asset = render_asset(kept.pk)
        assert asset is not None
        page = next(row for row in pages_of(live_theme()) if row.template == "home")
        image = {"asset": name_for(asset, 1_200)}
        settings: dict[str, Any] = {"title": "Spring", "image": image}
        block: Any = {"id": "b-own", "type": hero.type, "v": hero.version, "settings": settings}
        doc = {**draft_of(page).doc, "blocks": [block]}
        rev = save_draft(page.pk, doc, rev=0, actor=ACTOR)
        publish(page.pk, rev=rev, note="", actor=ACTOR)

    with tenant_context(tenant_a):
        assert [use.path for use in uses_of([asset.pk])[asset.pk]] == [f"/design/pages/{page.pk}/"]
        with pytest.raises(AssetInUse):
            trash_assets([asset.pk], actor=ACTOR, now=utc_now())

    with tenant_context(tenant_a), django_capture_on_commit_callbacks(execute=True):
        other = picture_bytes(width=1_400, height=900, colour="#aa3355")
        replace_asset(asset.pk, BytesIO(other), name="autumn.png", size=len(other), actor=ACTOR)
        fresh = render_asset(asset.pk)
        assert fresh is not None
        now = name_for(fresh, 1_200)
    assert now != image["asset"]
    with store(refreshed(tenant_a)) as visitor:
        shown = visitor.get("/").content.decode()
    assert now in shown
    assert image["asset"] not in shown
