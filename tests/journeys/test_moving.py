"""A shop goes to another provider: its owner with a security key, then the new partner."""

from __future__ import annotations

from secrets import token_hex

from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import PASSWORD, Partner, Shop, Site
from tests.journeys.test_opening_a_shop import open_page, sign_in


def put_below(shop: Shop, partner: Partner) -> Partner:
    """Give a shop to a new partner below another one; return the new one."""
    from channel_center.brands.services import hand_down
    from channel_center.models import Channel
    from channel_center.services.channels import create_channel
    from kernel.audit.actor import Actor
    from kernel.tenancy.context import public_context
    from tenants.models import Domain, Tenant

    slug = f"sub-{token_hex(4)}"
    with public_context():
        parent = Channel.objects.get(host=partner.host)
    below = create_channel(
        name="海鸥服务",
        slug=slug,
        host=f"{slug}.localhost",
        brand={"name": "海鸥服务", "colour": "#1f6f5c"},
        actor=Actor.system("tests"),
        parent_id=parent.pk,
    )
    with public_context():
        tenant = Domain.objects.get(domain=shop.store).tenant_id
        Tenant.objects.filter(pk=tenant).update(channel_id=below.pk)
        hand_down(below)
    return Partner(below.host, "")


def plug_in_a_key(page: Page) -> None:
    """Give the browser a security key that somebody touches whenever it is asked."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "usb",
        "hasResidentKey": False,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_an_owner_moves_the_shop_to_another_provider(
    browser: Browser, site: Site, partner: Partner, shop: Shop
) -> None:
    put_below(shop, partner)
    console = site.address(shop.console, "console")
    owner = open_page(browser, language="zh-CN", width=390)
    sign_in(owner, f"{console}sign-in/", shop.email, PASSWORD)
    owner.goto(f"{console}provider/")
    plug_in_a_key(owner)
    owner.click("main a:has-text('添加安全密钥')")
    owner.fill("#id_name", "蓝色密钥")
    owner.click("[data-key]")
    expect(owner.locator("main")).to_contain_text("恢复码")
    owner.click(".person summary")
    owner.click(".person-menu button:has-text('退出')")
    sign_in(owner, f"{console}sign-in/", shop.email, PASSWORD)
    owner.click("[data-key]")
    expect(owner).to_have_url(console)
    owner.goto(f"{console}account/security/")
    expect(owner.locator("main")).to_contain_text("蓝色密钥")
    owner.goto(f"{console}provider/")
    expect(owner.locator("main")).to_contain_text("海鸥服务")
    owner.fill("#id_address", f"https://{partner.host}/")
    owner.fill("#id_reason", "离我们更近")
    owner.click("[data-key]")
    expect(owner.locator(".pill.warn")).to_have_text("等待新服务商接收")

    receiver = open_page(browser, language="en-US", width=1440)
    desk = site.address(partner.host, "channel")
    sign_in(receiver, f"{desk}sign-in/", partner.email, PASSWORD)
    receiver.goto(f"{desk}moves/")
    receiver.click("tbody a")
    receiver.click("text=Take it in")
    expect(receiver.locator("main")).to_contain_text("How far it is")
    expect(receiver.locator(".pill.good:has-text('Moved')")).to_be_visible()

    owner.goto(f"{console}provider/")
    expect(owner.locator("main")).to_contain_text("北辰云店")
    expect(owner.locator("main")).to_contain_text("已转移")
    owner.goto(f"{console}provider/archive/")
    owner.fill("#id_passphrase", "a long walk by the sea")
    owner.fill("#id_again", "a long walk by the sea")
    owner.click("main form button:has-text('开始制作')")
    expect(owner.locator("main a.button.small")).to_be_visible()
    with owner.expect_download() as download:
        owner.click("main a.button.small")
    assert download.value.suggested_filename.endswith(".tar")
    for page in (owner, receiver):
        page.context.close()
