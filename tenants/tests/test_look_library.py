"""The pictures of a shop's look, chosen from its media library."""

from __future__ import annotations

from io import BytesIO

import pytest

from kernel.branding.pictures import picture
from kernel.media.models import Asset, AssetUse
from kernel.media.services import replace_asset
from kernel.media.tests.samples import ACTOR, add_ready, photo
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from tenants.models import Tenant
from testkit.web import TenantClient, console

pytestmark = pytest.mark.usefixtures("in_tenant_a")


def look(tenant: TenantRef) -> dict[str, str]:
    with public_context():
        return dict(Tenant.objects.get(pk=tenant.id).brand)


def chosen(tenant: TenantRef, asset: Asset, field: str = "logo_url") -> TenantClient:
    """Choose a picture on the page; return the browser, which is still in the console."""
    browser = TenantClient(tenant, "console")
    browser.as_staff("brand.manage", "media.view", "media.manage")
    answer = browser.post("/brand/", {"name": "Tea", f"{field}_asset": asset.public_id})
    assert answer.status_code == 302, answer.content.decode()
    return browser


def test_a_logo_from_the_library_is_shown_named_as_a_use_and_kept(tenant_a: TenantRef) -> None:
    asset = add_ready(photo(), "logo.jpg")

    with console(tenant_a):
        browser = chosen(tenant_a, asset)
        page = browser.get(f"/library/{asset.public_id}/").content.decode()
        trash = f"/library/{asset.public_id}/trash/"
        refused = browser.post(trash, follow=True).content.decode()

    logo = look(tenant_a)["logo_url"]
    assert picture(logo.removeprefix("/look/"))
    assert 'href="/brand/"' in page
    assert "徽标" in refused
    asset.refresh_from_db()
    assert asset.trashed_at is None


def test_a_file_that_is_replaced_renews_the_look(tenant_a: TenantRef) -> None:
    asset = add_ready(photo(), "logo.jpg")
    with console(tenant_a):
        chosen(tenant_a, asset, "favicon_url")
        before = look(tenant_a)["favicon_url"]
        content = photo(colour="blue")
        replace_asset(asset.pk, BytesIO(content), name="new.jpg", size=len(content), actor=ACTOR)

    after = look(tenant_a)["favicon_url"]
    assert after not in {before, ""}
    assert picture(after.removeprefix("/look/"))


def test_another_logo_lets_the_file_go(tenant_a: TenantRef) -> None:
    asset = add_ready(photo(), "logo.jpg")

    with console(tenant_a):
        browser = chosen(tenant_a, asset)
        browser.post("/brand/", {"name": "Tea", "logo_url_gone": "on"})
        with tenant_context(tenant_a):
            uses = AssetUse.objects.filter(asset=asset).count()

    assert "logo_url" not in look(tenant_a)
    assert uses == 0


def test_a_large_picture_is_taken_in_a_smaller_form(tenant_a: TenantRef) -> None:
    asset = add_ready(photo(4_000, 1_000), "wide.jpg")

    with console(tenant_a):
        chosen(tenant_a, asset)

    assert picture(look(tenant_a)["logo_url"].removeprefix("/look/"))


def test_what_is_not_in_the_shops_library_is_refused(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    with tenant_context(tenant_b):
        foreign = add_ready(photo(), "logo.jpg").public_id
    before = look(tenant_a)

    with console(tenant_a) as browser:
        browser.as_staff("brand.manage", "media.view")
        answers = [
            browser.post("/brand/", {"name": "Tea", "logo_url_asset": text})
            for text in (foreign, "nonsense")
        ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert look(tenant_a) == before


def test_whoever_may_not_see_the_library_is_not_offered_it(tenant_a: TenantRef) -> None:
    asset = add_ready(photo(), "logo.jpg")
    with console(tenant_a) as browser:
        browser.as_staff("brand.manage")
        page = browser.get("/brand/").content.decode()
        browser.post("/brand/", {"name": "Tea", "logo_url_asset": asset.public_id})

    assert "data-picker" not in page
    assert "logo_url" not in look(tenant_a)
