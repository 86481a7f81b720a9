"""The storefront in a real browser: usable by everybody, light, and whole without a script."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings

from kernel.cart.services import CartOwner, Wish, add
from kernel.catalogue.models import Variant
from kernel.common.secrets.services import default_sealer
from kernel.common.time import utc_now
from kernel.members.choices import ProviderKind
from kernel.members.models import Member
from kernel.members.services import open_session
from kernel.members.services.addresses import Place, add_address
from kernel.members.services.providers import bind_provider
from kernel.members.tests.doubles import SECRET
from kernel.payments.services import bind, set_enabled
from kernel.tenancy.context import tenant_context
from kernel.tenancy.ports import directory
from testkit.factories.orders import TESTER, place
from tests.journeys.conftest import Shop, Site
from themes.tests.samples import Shelf

MOST_BYTES = 90 * 1024
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PAGES = (
    "/",
    "/categories/",
    "/categories/shirts/",
    "/products/product-1/",
    "/products/product-2/",
    "/search/?q=shirt",
    "/search/?q=nothing+like+it",
    "/cart/",
    "/account/",
    "/account/sign-in/",
    "/account/sign-in/code/",
    "/account/forgotten/",
    "/account/register/",
    "/none/",
)
OWN_PAGES = (
    "/checkout/",
    "/orders/",
    "/orders/{number}/",
    "/orders/{number}/pay/",
    "/orders/{number}/cancel/",
    "/account/",
    "/account/addresses/",
    "/account/addresses/new/",
    "/account/devices/",
    "/account/assets/",
    "/account/invite/",
    "/account/name/",
    "/account/ways/",
    "/account/ways/new/",
    "/account/password/",
    "/account/privacy/",
    "/account/close/",
    "/account/favourites/",
    "/account/recent/",
    "/account/invoices/",
    "/account/coupons/",
    "/coupons/",
)


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """A shop with something in every place."""
    tenant = directory().by_host(shop.store, kind="store")
    assert tenant is not None
    with tenant_context(tenant):
        shelf = Shelf(tenant.currency)
        shirts = shelf.category("Shirts", "shirts")
        shelf.category("Linen shirts", "linen", parent=shirts)
        shelf.product(
            "Linen shirt",
            category=shirts,
            compare_at=19_900,
            pictures=2,
            options={"Size": ["S", "M"], "Colour": ["White"]},
            description_html="<p>Light and wide.</p>",
        )
        shelf.product("Sold-out shirt", category=shirts, stock=0)
        for number in range(12):
            shelf.product(f"Shirt {number}", category=shirts, pictures=1)
    return shop


@dataclass(frozen=True)
class Known:
    """A member who has ordered: what his browser holds, and the number of the order."""

    shop: Shop
    token: str
    number: str


@pytest.fixture
def known(stocked: Shop) -> Known:
    """Somebody with a cart, an address and an unpaid order, in a shop with a way to pay."""
    tenant = directory().by_host(stocked.store, kind="store")
    assert tenant is not None
    now = utc_now()
    with tenant_context(tenant):
        member = Member.objects.create(login="lan@example.com", name="Lan")
        place_of_hers = Place("Lan", "13800138000", "Huaihai Road 1", region_code="310104")
        add_address(member.pk, place_of_hers, now=now)
        account = {"way": "transfer", "instructions": "Please pay.", "account": "6222"}
        way = bind(
            gateway="offline",
            is_live=False,
            title="Transfer",
            values=account,
            actor=TESTER,
            now=now,
        )
        set_enabled(way.pk, enabled=True, actor=TESTER)
        shirt = Variant.objects.get(product__handle="product-3")
        group = place((shirt.pk, 2), member_id=member.pk)
        add(CartOwner(member_id=member.pk), Wish(shirt.pk, 1), now=now)
        token = open_session(member, device="Mozilla/5.0 (iPhone) Safari", now=now).token
    return Known(stocked, token, group.number)


def open_page(browser: Browser, *, width: int = 390, **options: Any) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 844},
        locale=options.pop("locale", "en-US"),
        color_scheme=options.pop("scheme", "light"),
        **options,
    )
    context.set_default_timeout(90_000)
    return context.new_page()


def to_shop(site: Site, shop: Shop) -> Callable[[str], str]:
    return lambda path: site.address(shop.store, "store", path)


def add_a_shirt(page: Page, address: Callable[[str], str]) -> None:
    page.goto(address("/products/product-1/"))
    page.locator("label", has_text="White").click()
    page.locator(".buy-bar button").first.click()
    expect(page).to_have_url(address("/cart/"))


@pytest.mark.parametrize(
    "screen", [(390, "light", "en-US"), (1440, "light", "zh-CN"), (390, "dark", "zh-CN")]
)
def test_every_page_can_be_used_by_everybody(
    browser: Browser, site: Site, stocked: Shop, screen: tuple[int, str, str]
) -> None:
    width, scheme, locale = screen
    address = to_shop(site, stocked)
    page = open_page(browser, width=width, scheme=scheme, locale=locale)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    add_a_shirt(page, address)

    for path in PAGES:
        page.goto(address(path))
        found = Axe().run(page, options=WCAG).response["violations"]
        places = [(fault["id"], fault["nodes"][0]["html"][:120]) for fault in found]
        assert places == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert [text for text in complaints if "404" not in text] == []
    page.context.close()


@pytest.mark.parametrize("screen", [(390, "dark", "zh-CN"), (1440, "light", "en-US")])
def test_what_is_a_members_own_can_be_used_by_everybody(
    browser: Browser, site: Site, known: Known, screen: tuple[int, str, str]
) -> None:
    width, scheme, locale = screen
    address = to_shop(site, known.shop)
    page = open_page(browser, width=width, scheme=scheme, locale=locale)
    page.context.add_cookies([{"name": "member", "value": known.token, "url": address("/")}])

    for path in OWN_PAGES:
        answer = page.goto(address(path.format(number=known.number)))
        assert answer is not None
        assert (answer.status, urlsplit(page.url).path) == (200, path.format(number=known.number))
        assert page.get_attribute("html", "lang") == {"zh-CN": "zh-hans"}.get(locale, "en")
        found = Axe().run(page, options=WCAG).response["violations"]
        places = [(fault["id"], fault["nodes"][0]["html"][:120]) for fault in found]
        assert places == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.context.close()


def test_a_page_is_light(browser: Browser, site: Site, known: Known) -> None:
    address = to_shop(site, known.shop)
    page = open_page(browser)
    page.context.add_cookies([{"name": "member", "value": known.token, "url": address("/")}])

    for path in (*PAGES, *(path.format(number=known.number) for path in OWN_PAGES)):
        page.goto(address(path))
        files = page.evaluate(
            "[...document.querySelectorAll('script[src],link[rel=stylesheet]')]"
            ".map(each => each.src || each.href)"
        )
        texts = page.evaluate(
            "files => Promise.all(files.map(each => fetch(each).then(found => found.text())))",
            files,
        )
        sizes = [len(gzip.compress(text.encode())) for text in texts]
        assert 0 < sum(sizes) <= MOST_BYTES, (path, files, sizes)
    page.context.close()


@pytest.fixture
def wechat(stocked: Shop, site: Site, settings: Settings) -> Iterator[None]:
    """Offer WeChat in the shop, sealed with the keys that its processes have."""
    settings.STOA_KMS_KEY = ""
    settings.STOA_SECRETS_KEYS_DIR = str(site.keys)
    default_sealer.cache_clear()
    tenant = directory().by_host(stocked.store, kind="store")
    assert tenant is not None
    with tenant_context(tenant):
        bind_provider(
            "wechat",
            kind=ProviderKind.WECHAT_WEBSITE,
            name="WeChat",
            client_id="wx-shop",
            secret=SECRET,
            actor=TESTER,
            now=utc_now(),
        )
    yield
    default_sealer.cache_clear()


@pytest.mark.usefixtures("wechat")
def test_the_shop_works_without_scripts(browser: Browser, site: Site, stocked: Shop) -> None:
    address = to_shop(site, stocked)
    page = open_page(browser, java_script_enabled=False)

    page.goto(address("/"))
    page.fill("#shop-search", "linen")
    page.press("#shop-search", "Enter")
    page.click("article.product-card a")
    page.locator(".option-value", has_text="S").click()
    page.locator("label", has_text="White").click()
    page.fill("input[name=quantity]", "2")
    page.get_by_role("button", name="Add to cart").click()
    expect(page.locator(".cart-sum")).to_contain_text("2 pieces")
    page.fill("input[name^=quantity-]", "3")
    page.locator("button.update").click()

    expect(page.locator(".cart-sum")).to_contain_text("3 pieces")
    page.goto(address("/account/sign-in/?next=/account/"))
    page.get_by_role("link", name="WeChat").click()
    # WeChat wants a fragment in its address, and browsers carry it along.
    expect(page).to_have_url(re.compile(re.escape(address("/account/"))))
    expect(page.locator("main")).to_contain_text("阿兰")
    page.goto(address("/cart/"))
    expect(page.locator(".cart-sum")).to_contain_text("3 pieces")
    page.context.close()


def test_a_telephone_can_keep_the_shop(browser: Browser, site: Site, stocked: Shop) -> None:
    address = to_shop(site, stocked)
    page = open_page(browser)
    page.goto(address("/"))

    found = page.context.new_cdp_session(page).send("Page.getAppManifest")
    told = json.loads(found["data"])
    sizes = {
        icon["sizes"]: page.evaluate(
            "src => fetch(src).then(answer => answer.blob()).then(createImageBitmap)"
            ".then(image => `${image.width}x${image.height}`)",
            icon["src"],
        )
        for icon in told["icons"]
        if icon["type"] == "image/png"
    }

    assert found["errors"] == []
    assert (told["display"], told["start_url"], told["name"]) == (
        "standalone",
        "/",
        "Harbor Coffee",
    )
    assert {"192x192", "512x512"} <= set(sizes)
    assert all(name == size for name, size in sizes.items())
    page.context.close()


def test_scripts_tell_prices_and_fill_in_what_is_the_visitors_own(
    browser: Browser, site: Site, stocked: Shop
) -> None:
    address = to_shop(site, stocked)
    page = open_page(browser)
    add_a_shirt(page, address)

    page.goto(address("/"))
    expect(page.locator(".shop-top .count")).to_contain_text("1")
    page.goto(address("/cart/"))
    page.locator("[data-step='1']").click()

    expect(page.locator(".cart-sum")).to_contain_text("2 pieces")
    page.goto(address("/products/product-2/"))
    expect(page.get_by_role("button", name="Add to cart")).to_be_disabled()
    page.evaluate("navigator.serviceWorker.ready")
    page.context.set_offline(True)
    page.goto(address("/"))
    expect(page.locator("h1")).to_have_text("No connection")
    shape = "getComputedStyle(document.querySelector('main .button')).borderRadius"
    assert page.evaluate(shape) == "24px"
    page.context.close()


def test_a_chinese_shop_speaks_chinese(browser: Browser, site: Site, stocked: Shop) -> None:
    address = to_shop(site, stocked)
    page = open_page(browser, locale="zh-CN")

    for path in ("/", "/categories/", "/cart/", "/account/sign-in/", "/search/?q=9999"):
        page.goto(address(path))
        assert page.get_attribute("html", "lang") == "zh-hans"
        page.evaluate(
            "document.querySelectorAll('[lang=en],.shop-name,h1').forEach(p => p.remove())"
        )
        page.evaluate(
            "document.querySelectorAll('.foot-brand,article,.tile').forEach(p => p.remove())"
        )
        words = set(re.findall(r"[A-Za-z]{3,}", page.inner_text("body")))
        assert words <= {"Shirts", "Linen", "shirts"}, path
    page.context.close()
