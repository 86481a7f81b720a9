"""More of the editor with real hands: widths, languages, colours, parts, fingers, the tree."""

from __future__ import annotations

import re
from typing import Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from kernel.audit.actor import Actor
from kernel.tenancy.context import tenant_context
from kernel.tenancy.ports import directory
from tests.journeys.conftest import Shop, Site
from tests.journeys.test_design import (
    box_of,
    canvas,
    centre,
    desk,
    ids,
    ready,
    settled,
    shot,
    until,
)
from tests.journeys.test_storefront import WCAG
from themes.desk import draft_of, live_theme, pages_of, save_draft
from themes.fields import Json
from themes.packs.services import put_on

ACTOR = Actor.system("tests")
GONE: Final[dict[str, Json]] = {"id": "b-gone", "type": "gone.block", "v": 1, "settings": {"a": 1}}


def prepare(shop: Shop) -> None:
    """Dress the shop, and leave a block of a function that is gone at the end of its page."""
    found = directory().by_host(shop.store, kind="store")
    assert found is not None
    with tenant_context(found):
        put_on("fashion", actor=ACTOR)
        home = next(each for each in pages_of(live_theme()) if each.template == "home")
        doc = draft_of(home).doc
        assert isinstance(doc["blocks"], list)
        save_draft(home.pk, {**doc, "blocks": [*doc["blocks"], GONE]}, rev=0, actor=ACTOR)


def test_widths_languages_colours_and_the_tree(browser: Browser, site: Site, shop: Shop) -> None:
    prepare(shop)
    with desk(browser, site, shop, viewport={"width": 1440, "height": 900}) as page:
        # What is not installed is there from the first picture on, and stays in the draft.
        expect(canvas(page).locator("#b-gone")).to_contain_text("未安装的组件")
        hero = page.evaluate("designDesk.doc.blocks.find((b) => b.type === 'media.hero').id")
        a_width_of_its_own(page)
        page.locator(f"[data-key='{hero}']").click()
        a_text_in_another_language(page, hero)
        other_colours(page)
        the_tree(page)
        assert ids(page)[-1] == "b-gone"


def a_width_of_its_own(page: Page) -> None:
    """Give a space another height on the desktop, then the telephone's again."""
    page.evaluate(
        "designDesk.add({id: 'b-new', type: 'layout.spacer', v: 1, settings: {}},"
        " {parent: null, slot: '', index: 0})"
    )
    settled(page)
    space = f"#{ids(page)[0]} > *"
    page.locator("#form .tag", has_text="All widths").click()
    until(page, "'height' in (designDesk.chosen().block.at?.l || {})")
    page.locator("#form input[type=range]").focus()
    page.keyboard.press("End")
    settled(page)
    assert height(page, space) == 240
    page.get_by_role("button", name="Phone").click()
    settled(page)
    assert height(page, space) == 32
    page.get_by_role("button", name="Desktop").click()
    page.locator("#form .tag.own").click()
    settled(page)
    assert height(page, space) == 32
    page.keyboard.press("Escape")
    page.evaluate("designDesk.take(designDesk.doc.blocks[0].id)")
    settled(page)


def height(page: Page, selector: str) -> int:
    """Return how high something is on the page itself, whatever it is scaled to."""
    return int(canvas(page).locator(selector).first.evaluate("(each) => each.offsetHeight"))


def a_text_in_another_language(page: Page, hero: str) -> None:
    """Write a title in English; the page is drawn in the language that is written."""
    page.get_by_role("group", name="Language of the texts").get_by_role(
        "button", name="English"
    ).click()
    ready(page)
    page.locator("#form input[type=text]:not([aria-label='Name of the block'])").first.fill("Sails")
    settled(page)
    expect(canvas(page).locator(f"#{hero}")).to_contain_text("Sails")
    shot(page, "english")
    page.locator("#form .languages button").first.click()
    ready(page)
    settled(page)
    expect(canvas(page).locator(f"#{hero}")).not_to_contain_text("Sails")


def other_colours(page: Page) -> None:
    """Try colours on in the page, let them go, and wear others at once and everywhere."""
    colour = "getComputedStyle(document.documentElement).getPropertyValue('--brand')"
    before = page.frames[1].evaluate(colour)
    page.get_by_role("button", name="Colours of the theme").click()
    choices = page.get_by_role("dialog").locator(".palettes button")
    choices.nth(1).click()
    page.wait_for_timeout(150)
    tried = page.frames[1].evaluate(colour)
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    page.wait_for_timeout(150)
    assert tried != before
    assert page.frames[1].evaluate(colour) == before
    page.get_by_role("button", name="Colours of the theme").click()
    choices.nth(1).click()
    page.get_by_role("button", name="Use these colours").click()
    expect(page.locator(".notice", has_text="The shop wears these colours now.")).to_be_visible()
    page.reload()
    ready(page)
    assert page.frames[1].evaluate(colour) == tried


def the_tree(page: Page) -> None:
    """Walk with arrows, drag a row, and call a block otherwise."""
    page.get_by_role("tab", name="Outline").click()
    first, second = ids(page)[:2]
    page.locator(f"[data-key='{first}']").focus()
    page.keyboard.press("End")
    page.keyboard.press("Home")
    until(page, f"document.activeElement.dataset.key === '{first}'")
    row, under = page.locator(f"[data-key='{first}']"), page.locator(f"[data-key='{second}']")
    start, end = centre(row), under.bounding_box()
    assert end is not None
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0], start[1] + 10, steps=3)
    page.mouse.move(end["x"] + 40, end["y"] + end["height"] - 4, steps=6)
    page.mouse.up()
    until(page, f"designDesk.doc.blocks[1].id === '{first}'")
    settled(page)
    page.get_by_label("Name of the block").fill("Our welcome")
    expect(page.locator(f"[data-key='{first}']")).to_contain_text("Our welcome")


def test_a_part_is_opened_from_its_page_and_led_back_from(
    browser: Browser, site: Site, shop: Shop
) -> None:
    prepare(shop)
    with desk(browser, site, shop, viewport={"width": 1440, "height": 900}) as page:
        promise = ids(page)[1]
        page.locator(f"[data-key='{promise}']").click()
        page.get_by_role("button", name="Make it reusable").click()
        page.get_by_label("Name of the part").fill("Promises")
        page.get_by_role("dialog").get_by_role("button", name="Make it reusable").click()
        until(page, "designDesk.chosen()?.block.type === 'core.ref'")
        expect(page.locator("#form")).to_contain_text("Pages with this part: 1")
        page.get_by_role("button", name="Edit the part").click()
        page.wait_for_url(re.compile(r"\?from="))
        ready(page)
        notice = page.locator(".part-notice")
        expect(notice).to_contain_text("Pages with this part: 1")
        shot(page, "part-1440")
        faults = Axe().run(page, options=WCAG).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"][:120]) for each in faults] == []
        page.get_by_role("button", name="Publish").click()
        expect(page.get_by_role("dialog")).to_contain_text("These pages change with it: Front page")
        shot(page, "part-publish")
        page.get_by_role("dialog").get_by_role("button", name="Publish").click()
        expect(page.locator(".notice", has_text="The page is live.")).to_be_visible()
        notice.get_by_role("button", name="Back to Front page").click()
        page.wait_for_url(re.compile(r"\?at="))
        ready(page)
        until(page, f"designDesk.chosen()?.block.id === '{promise}'")
        page.set_viewport_size({"width": 390, "height": 844})
        page.evaluate("designDesk.openPart(designDesk.chosen().block)")
        page.wait_for_url(re.compile(r"\?from="))
        ready(page)
        shot(page, "part-390")


def test_a_finger_that_rests_drags_from_the_palette(
    browser: Browser, site: Site, shop: Shop
) -> None:
    prepare(shop)
    size = {"width": 820, "height": 1180}
    with desk(browser, site, shop, viewport=size, has_touch=True) as page:
        before = ids(page)
        adding = page.get_by_role("navigation").get_by_role("button", name="Add")
        if adding.is_visible():
            adding.tap()
        else:
            page.get_by_role("tab", name="Add").tap()
        page.wait_for_timeout(250)
        x, y = centre(page.locator("[data-type='text.rich']").first)
        touch = page.context.new_cdp_session(page)
        at = {"x": x, "y": y}
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
        page.wait_for_timeout(500)
        first = box_of(page, f"#{before[0]}")
        end = {"x": first["x"] + 120, "y": first["y"] + 16}
        for step in range(1, 9):
            spot = {name: at[name] + (end[name] - at[name]) * step / 8 for name in at}
            touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [spot]})
            page.wait_for_timeout(60)
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        until(page, f"designDesk.doc.blocks.length === {len(before) + 1}")
        settled(page)
        assert ids(page)[0] not in before
