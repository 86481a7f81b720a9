"""Reviews as buyers meet them, without any script."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.catalogue.models import Variant
from kernel.common.time import utc_now
from kernel.members.models import Member
from kernel.reviews.models import Review
from kernel.reviews.services import hide
from testkit.factories.orders import TESTER
from testkit.factories.reviews import make_received, make_review
from testkit.web import TenantClient
from themes.cache.counters import bump
from themes.tests.samples import Shelf
from themes.tests.test_buying import text_of

HERE: dict[str, Any] = {"HTTP_SEC_FETCH_SITE": "same-origin"}


@pytest.fixture
def tea(shelf: Shelf) -> Variant:
    shelf.product("Green tea", minor=1_250)
    return Variant.objects.get()


@pytest.fixture
def member(browser: TenantClient, shelf: Shelf) -> Member:
    return browser.as_member()


def test_a_member_reviews_what_arrived_from_the_order_and_adds_to_it_later(
    browser: TenantClient, tea: Variant, member: Member
) -> None:
    line = make_received(member=member, variant_id=tea.pk)
    path = f"/reviews/{line.public_id}/"

    listed = text_of(browser.get("/orders/"))
    form = text_of(browser.get(path))
    stars = {"goods": "4", "delivery": "5", "service": "5"}
    said = {**stars, "text": "Very <b>fresh</b>", "is_anonymous": "on"}
    refused = browser.post(path, {**said, "goods": "9"})
    sent = browser.post(path, said)
    shown = text_of(browser.get(path))
    added = browser.post(path, {"text": "Still good"})
    again = browser.post(path, {"text": "Once more"})

    assert path in listed
    assert path in text_of(browser.get(f"/orders/{line.order.number}/"))
    assert [each.status_code for each in (refused, sent, added, again)] == [422, 302, 302, 409]
    assert 'enctype="multipart/form-data"' in form
    assert "Very &lt;b&gt;fresh&lt;/b&gt;" in shown
    row = Review.objects.get()
    assert (row.goods, row.delivery, row.author, row.addition) == (4, 5, "", "Still good")
    assert path not in text_of(browser.get("/orders/"))
    assert browser.get("/reviews/oli_nobody/").status_code == 404


def test_a_product_shows_what_is_published_by_stars_and_tells_search_engines(
    browser: TenantClient, tea: Variant, member: Member
) -> None:
    best = make_review(variant_id=tea.pk, goods=5, text="Wonderful")
    worst = make_review(variant_id=tea.pk, goods=2, text="Too bitter")

    everything = text_of(browser.get("/products/product-1/"))
    bitter = text_of(browser.get("/products/product-1/?stars=2"))
    helpful = browser.post("/reviews/helpful/", {"review": best.public_id}, **HERE)
    hide(worst.pk, reason="", actor=TESTER, now=utc_now())
    bump("reviews")
    without = text_of(browser.get("/products/product-1/"))

    assert "Wonderful" in everything
    assert "Too bitter" in everything
    assert '"ratingValue":"3.5","reviewCount":2' in everything.replace(": ", ":").replace(", ", ",")
    assert "Wonderful" not in bitter
    assert "Too bitter" in bitter
    assert helpful.status_code == 302
    assert "Too bitter" not in without
    assert '"reviewCount":1' in without.replace(": ", ":")
    best.refresh_from_db()
    assert best.helpful == 1
