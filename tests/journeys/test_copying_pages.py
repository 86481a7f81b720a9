"""A partner copies a page of one shop into another in a running site, and takes it back."""

from __future__ import annotations

from secrets import token_hex

import pytest
from playwright.sync_api import Browser, expect

from kernel.audit.actor import Actor
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from kernel.tenancy.ports import directory
from tests.journeys.conftest import PASSWORD, Partner, Shop, Site, hashed
from tests.journeys.test_comparing import examine, write
from tests.journeys.test_opening_a_shop import open_page, sign_in

TOLD = "Our autumn roast is here"


def branch_of(shop: Shop, partner: Partner) -> tuple[TenantRef, str]:
    """Give a shop to a partner, with a page, and open another one; return both."""
    from channel_center.models import Channel
    from tenants.choices import DomainKind
    from tenants.models import Tenant
    from tenants.services.lifecycle import Opening, open_tenant

    label = f"branch-{token_hex(4)}"
    opening = Opening(
        name="Harbor Coffee West",
        hosts={
            DomainKind.STORE: f"{label}.localhost",
            DomainKind.CONSOLE: f"console.{label}.localhost",
        },
        owner_email=shop.email,
        owner_name="Grace Porter",
        owner_password_hash=hashed(),
    )
    open_tenant(opening, actor=Actor.system("tests"), may_make_schema=True)
    head = directory().by_host(shop.store, kind="store")
    branch = directory().by_host(f"{label}.localhost", kind="store")
    assert head is not None
    assert branch is not None
    with public_context():
        channel = Channel.objects.get(host=partner.host)
        Tenant.objects.filter(pk__in=[head.id, branch.id]).update(channel_id=channel.pk)
    with tenant_context(head):
        write(TOLD, is_live=True)
    return head, f"{label}.localhost"


@pytest.mark.parametrize("looks", [(1440, "zh-CN"), (390, "en-US")], ids=["wide", "narrow"])
def test_a_partner_brings_a_page_into_a_branch_and_takes_it_back(
    browser: Browser, site: Site, shop: Shop, partner: Partner, looks: tuple[int, str]
) -> None:
    width, language = looks
    head, branch = branch_of(shop, partner)
    desk = open_page(browser, language=language, width=width)
    sign_in(desk, site.address(partner.host, "channel", "/sign-in/"), partner.email, PASSWORD)
    desk.goto(site.address(partner.host, "channel", f"/shops/{head.public_id}/"))
    desk.click("a[href$='/copy/']")
    examine(desk, width)
    desk.locator("main form .actions button").last.click()
    expect(desk.locator("table.stack tbody tr")).to_have_count(1)
    examine(desk, width)

    desk.click("button[name=go]")

    state = desk.locator("table.stack tbody .pill")
    expect(state).to_have_class("pill good", timeout=30_000)
    desk.reload()
    examine(desk, width)
    visitor = open_page(browser, language=language, width=390)
    visitor.goto(site.address(branch, "store"))
    expect(visitor.locator("#b-words")).to_contain_text(TOLD)
    desk.click("main details summary")
    desk.click("main details button.danger")
    expect(desk.locator("table.stack tbody .pill")).to_have_class("pill good", timeout=30_000)
    visitor.goto(site.address(branch, "store"))
    expect(visitor.locator("#b-words")).to_have_count(0)
    for each in (desk, visitor):
        each.context.close()
