"""From a partner's decision to a visitor's page, in a real browser on real processes."""

from __future__ import annotations

import re
from secrets import token_hex

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import PASSWORD, Partner, Shop, Site

NEW_PASSWORD = "green lemon reading room"
ENGLISH = re.compile(r"[A-Za-z]{3,}")
PUBLIC_OR_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-|\bten_[0-9a-z]{26}")


def sign_in(page: Page, address: str, email: str, password: str) -> None:
    page.goto(address)
    page.fill("#id_email", email)
    page.fill("#id_password", password)
    page.click("main form button")
    page.wait_for_load_state()


def open_page(browser: Browser, *, language: str, width: int) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 844}, locale=language)
    context.set_default_timeout(90_000)
    return context.new_page()


def test_a_partner_opens_a_shop_and_its_owner_switches_a_function_on_and_off(
    browser: Browser, site: Site, partner: Partner
) -> None:
    label = f"shop-{token_hex(4)}"
    page = open_page(browser, language="zh-CN", width=390)

    sign_in(page, site.address(partner.host, "channel", "/sign-in/"), partner.email, PASSWORD)
    page.goto(site.address(partner.host, "channel", "/shops/new/"))
    for field, value in {
        "name": "青柠书房",
        "label": label,
        "owner_name": "李青",
        "owner_email": "li@example.com",
    }.items():
        page.fill(f"#id_{field}", value)
    page.click("main form button.button")
    expect(page.locator("h1")).to_have_text("“青柠书房”已开通")
    first_password = page.inner_text(".secret code")

    store = site.address(f"{label}.localhost", "store")
    console = site.address(f"console.{label}.localhost", "console")
    answer = page.goto(store)
    assert answer is not None
    assert answer.status == 200
    expect(page.locator("h1")).to_have_text("青柠书房")

    sign_in(page, f"{console}sign-in/", "li@example.com", first_password)
    expect(page).to_have_url(f"{console}account/password/")
    page.fill("#id_present", first_password)
    page.fill("#id_new", NEW_PASSWORD)
    page.fill("#id_again", NEW_PASSWORD)
    page.click("main form button")
    expect(page).to_have_url(console)

    page.goto(f"{console}functions/")
    page.click("#check_in form button")
    expect(page.locator("#check_in .pill.good")).to_be_visible()

    page.goto(store)
    page.click("a.door")
    expect(page.locator("h1")).to_have_text("每日签到")

    page.goto(f"{console}functions/check_in/off/")
    page.click("main form button.danger")
    expect(page.locator("#check_in .pill")).to_have_text("已关闭，数据保留")
    gone = page.goto(f"{store}check-in/")
    assert gone is not None
    assert gone.status == 404
    expect(page.locator("header")).to_contain_text("青柠书房")
    page.goto(store)
    expect(page.locator("a.door")).to_have_count(0)
    page.context.close()


def test_an_owner_changes_the_look_and_adds_a_domain_of_the_shops_own(
    browser: Browser, site: Site, shop: Shop
) -> None:
    page = open_page(browser, language="en-US", width=1440)
    sign_in(page, site.address(shop.console, "console", "/sign-in/"), shop.email, PASSWORD)

    page.goto(site.address(shop.console, "console", "/brand/"))
    page.fill("#id_colour", "#7a1f5c")
    page.fill("#id_name", "Lemon Room")
    page.click(".looks-save button")
    expect(page.locator(".notice.success")).to_be_visible()

    page.goto(site.address(shop.store, "store"))
    expect(page.locator("h1")).to_have_text("Lemon Room")
    expect(page.locator(".banner")).to_have_css("background-color", "rgb(122, 31, 92)")

    name = f"{token_hex(4)}.shop-owner.com"
    page.goto(site.address(shop.console, "console", "/domains/"))
    page.fill("#id_domain", "not a name")
    page.click("main form button")
    expect(page.locator(".field.wrong .error")).to_have_count(1)
    page.fill("#id_domain", name)
    page.click("main form button")
    expect(page.locator("[data-copy]")).to_have_count(4)
    expect(page.locator("main")).to_contain_text(f"_shop-verification.{name}")

    page.click("text=Remove this name")
    page.click("main form button.danger")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.context.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_chinese_pages_hold_no_english_no_raw_ids_and_fit(
    browser: Browser, site: Site, partner: Partner, width: int
) -> None:
    page = open_page(browser, language="zh-CN", width=width)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    sign_in(page, site.address(partner.host, "channel", "/sign-in/"), partner.email, PASSWORD)

    for path in ("/", "/shops/", "/account/password/"):
        page.goto(site.address(partner.host, "channel", path))
        # Hidden parts count too, but for the language's own name in its own language.
        page.evaluate("document.querySelectorAll('[lang=en]').forEach(part => part.remove())")
        page.evaluate("document.querySelectorAll('.person-menu p').forEach(p => p.remove())")
        text = page.evaluate("document.body.textContent")
        assert PUBLIC_OR_UUID.search(text) is None
        assert set(ENGLISH.findall(text)) <= {"CSV"}, path
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert complaints == []
    page.context.close()


def test_the_menu_opens_by_keyboard_and_closes_with_escape(
    browser: Browser, site: Site, partner: Partner
) -> None:
    page = open_page(browser, language="en-US", width=390)
    sign_in(page, site.address(partner.host, "channel", "/sign-in/"), partner.email, PASSWORD)
    expect(page.locator("#menu")).to_be_hidden()

    page.focus("[data-menu]")
    page.keyboard.press("Enter")
    expect(page.locator("#menu")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.locator("#menu")).to_be_hidden()
    expect(page.locator("[data-menu]")).to_be_focused()
    page.context.close()
