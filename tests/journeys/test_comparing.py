"""Two versions of a front page, as the owner and the visitors of a running shop see them."""

from __future__ import annotations

from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from kernel.audit.actor import Actor
from kernel.tenancy.context import tenant_context
from kernel.tenancy.ports import directory
from tests.journeys.conftest import PASSWORD, Shop, Site
from tests.journeys.test_buying import fits
from tests.journeys.test_opening_a_shop import open_page, sign_in
from tests.journeys.test_storefront import WCAG
from themes.comparing.visitors import is_second
from themes.desk import draft_of, live_theme, pages_of, save_draft
from themes.models import Comparison
from themes.releasing import publish

ACTOR: Final = Actor.system("tests")
FIRST: Final = "Spring tea is here"
SECOND: Final = "Two for one until Sunday"


def write(text: str, *, is_live: bool) -> str:
    """Make words the front page's draft, published or not; return the page's id."""
    page = next(each for each in pages_of(live_theme()) if each.template == "home")
    draft = draft_of(page)
    words: dict[str, Any] = {
        "id": "b-words",
        "type": "text.rich",
        "v": 1,
        "settings": {"html": f"<p>{text}</p>"},
    }
    rev = save_draft(page.pk, {**draft.doc, "blocks": [words]}, rev=draft.rev, actor=ACTOR)
    if is_live:
        publish(page.pk, rev=rev, note="", actor=ACTOR)
    return str(page.pk)


def visit(browser: Browser, address: str, number: int) -> Page:
    """Come to the shop as a visitor who has a number."""
    page = open_page(browser, language="en-US", width=390)
    for _time in range(50):
        # Processes hear of a change a moment later.
        page.goto(address)
        found = page.context.cookies()
        given = next((each for each in found if each["name"].endswith("variant")), None)
        if given is not None:
            mine: Any = {**given, "value": str(number)}
            page.context.add_cookies([mine])
            page.goto(address)
            return page
        page.wait_for_timeout(200)
    raise AssertionError("the shop gave no number")


@pytest.mark.parametrize(("width", "language"), [(1440, "en-US"), (390, "zh-CN")])
def test_an_owner_compares_two_front_pages_and_takes_the_second(
    browser: Browser, site: Site, shop: Shop, width: int, language: str
) -> None:
    base, console = site.address(shop.store, "store"), site.address(shop.console, "console")
    found = directory().by_host(shop.store, kind="store")
    assert found is not None
    with tenant_context(found):
        write(FIRST, is_live=True)
        page_id = write(SECOND, is_live=False)
    desk = open_page(browser, language=language, width=width)
    sign_in(desk, f"{console}sign-in/", shop.email, PASSWORD)

    desk.goto(f"{console}design/pages/{page_id}/comparison/")
    desk.fill("#id_note", "Offer instead of season")
    examine(desk, width)
    desk.locator("main form button.button").click()
    expect(desk.locator(".block-figures tbody tr")).to_have_count(2)
    with tenant_context(found):
        comparison = str(Comparison.objects.get().pk)
    numbers = {is_second(comparison, 50, each): each for each in range(100)}
    first, second = (visit(browser, base, numbers[side]) for side in (False, True))
    expect(first.locator("#b-words")).to_contain_text(FIRST)
    expect(second.locator("#b-words")).to_contain_text(SECOND)
    # A block counts as seen after a second; what was seen is told when the page is left.
    first.wait_for_timeout(1_500)
    for each in (first, second):
        each.goto(f"{base}categories/")
    desk.reload()
    until_counted(desk)
    examine(desk, width)
    desk.locator("details.inline-ask summary").last.click()
    desk.locator("details.inline-ask[open] button").click()
    first.goto(base)

    expect(first.locator("#b-words")).to_contain_text(SECOND)
    examine(desk, width)
    for each in (desk, first, second):
        each.context.close()


def until_counted(desk: Page) -> None:
    """Look again until both visitors are in the table."""
    for _time in range(60):
        rows = desk.locator(".block-figures tbody tr td:nth-child(2)").all_inner_texts()
        if [each.strip() for each in rows] == ["1", "1"]:
            return
        desk.wait_for_timeout(500)
        desk.reload()
    raise AssertionError("nobody was counted")


def examine(desk: Page, width: int) -> None:
    """See that a screen fits and can be used by everybody."""
    assert fits(desk, width)
    faults = Axe().run(desk, options=WCAG).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"][:120]) for each in faults] == []
