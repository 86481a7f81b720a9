"""A page in two ways: who sees which, what is counted of both, and how it ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

import pytest
from django.core.signals import request_started
from django.db import close_old_connections

from kernel.audit.actor import Actor
from kernel.common.time import utc_now
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.tenants import refreshed
from testkit.web import TenantClient, console, process, store
from themes.comparing.reading import Side, Verdict, certainty_of_difference, standing, standings_of
from themes.comparing.services import begin, end
from themes.comparing.visitors import NUMBERS, cookie_name, is_second
from themes.desk import draft_of, live_theme, pages_of, save_draft
from themes.errors import NothingToCompare, PageCompared, PagePlanned, UnknownComparison
from themes.fields import Json
from themes.models import Comparison, Outcome, Page
from themes.own_pages import make_page, remove_page
from themes.releasing import publish, publish_all
from themes.tests.samples import Shelf
from themes.tests.test_buying import filled, put
from themes.tests.test_front import Shop

ACTOR: Final = Actor.system("tests")
PHONE: Final = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/605.1"
SHARE: Final = 30


def told(text: str) -> dict[str, Any]:
    block = {"id": "b-words", "type": "text.rich", "settings": {"html": f"<p>[{text}]</p>"}}
    return {"format": 1, "kind": "page", "template": "home", "settings": {}, "blocks": [block]}


def home() -> Page:
    return next(each for each in pages_of(live_theme()) if each.template == "home")


def draw_up(text: str) -> int:
    """Make a text the draft of the front page; return its number."""
    page = home()
    return save_draft(page.pk, told(text), rev=draft_of(page).rev, actor=ACTOR)


@pytest.fixture
def compared(tenant_a: TenantRef, django_capture_on_commit_callbacks: Any) -> Iterator[TenantRef]:
    """A shop whose front page says A, and B to thirty of a hundred visitors."""
    with tenant_context(tenant_a), django_capture_on_commit_callbacks(execute=True):
        publish(home().pk, rev=draw_up("A"), note="", actor=ACTOR)
        begin(home().pk, rev=draw_up("B"), share=SHARE, note="Another word", actor=ACTOR)
    found = refreshed(tenant_a)
    with tenant_context(found):
        yield found


def going_on() -> Comparison:
    return Comparison.objects.get(ended_at=None)


def seen_by(client: TenantClient, number: int | None, **headers: str) -> str:
    """Return which version somebody with a number sees."""
    if number is not None:
        client.cookies[cookie_name()] = str(number)
    body = client.get("/", headers={"User-Agent": PHONE, **headers}).content.decode()
    return re.findall(r"\[(\w)\]", body)[0]


def tell(client: TenantClient, taps: int = 0) -> None:
    """Leave the front page."""
    left = {"page": "home", "seen": ["b-words"], "taps": {"b-words": taps} if taps else {}}
    headers = {"Sec-Fetch-Site": "same-origin", "User-Agent": PHONE}
    answer = client.post("/visits/blocks/", left, content_type="application/json", headers=headers)
    assert answer.status_code == HTTPStatus.NO_CONTENT


def order_in(client: TenantClient) -> None:
    """Put something into the cart and order it."""
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    put(client)
    form = filled(client.get("/checkout/").content.decode(), email="lan@example.com")
    assert client.post("/checkout/", form).status_code == HTTPStatus.FOUND


def test_just_the_share_of_all_numbers_sees_the_second_and_each_always_the_same(
    compared: TenantRef,
) -> None:
    comparison = str(going_on().pk)
    with store(compared) as visitor:
        shown = [seen_by(visitor, number) for number in range(NUMBERS)]
        again = [seen_by(visitor, number) for number in reversed(range(NUMBERS))][::-1]

    assert shown == again
    assert shown.count("B") == SHARE
    assert shown == ["B" if is_second(comparison, SHARE, each) else "A" for each in range(NUMBERS)]


def test_a_new_visitor_is_given_a_number_and_keeps_it_and_robots_see_what_is_live(
    compared: TenantRef,
) -> None:
    with store(compared) as visitor:
        first = seen_by(visitor, None)
        number = visitor.cookies[cookie_name()].value
        later = [seen_by(visitor, None) for _time in range(5)]
        kept = visitor.cookies[cookie_name()].value
    with store(compared) as robot:
        crawled = {seen_by(robot, None, **{"User-Agent": "Googlebot/2.1"}) for _time in range(20)}
        given = cookie_name() in robot.cookies

    assert later == [first] * 5
    assert kept == number
    assert 0 <= int(number) < NUMBERS
    assert crawled == {"A"}
    assert not given


def test_without_a_comparison_nobody_is_given_anything(tenant_a: TenantRef) -> None:
    with store(tenant_a) as visitor:
        visitor.get("/", headers={"User-Agent": PHONE})

        assert cookie_name() not in visitor.cookies


def test_who_saw_which_is_counted_once_and_who_bought_once(compared: TenantRef) -> None:
    comparison = str(going_on().pk)
    of_second = next(each for each in range(NUMBERS) if is_second(comparison, SHARE, each))
    with store(compared) as visitor:
        visitor.cookies[cookie_name()] = str(of_second)
        tell(visitor, taps=2)
        tell(visitor)
    with store(compared) as visitor:
        visitor.cookies[cookie_name()] = "100.nonsense.."
        tell(visitor)
    found = standings_of(home(), now=utc_now())[0]

    sides = [found.first, found.second]
    assert sum(each.visitors for each in sides) == 2
    assert sum(each.views for each in sides) == 3
    assert found.second.taps == 2
    assert found.verdict == Verdict.EARLY


def test_a_buyer_is_counted_for_the_version_that_was_seen_and_once(compared: TenantRef) -> None:
    comparison = str(going_on().pk)
    of_second = next(each for each in range(NUMBERS) if is_second(comparison, SHARE, each))
    Shelf().product("Green tea", minor=1_250)
    with store(compared) as stranger, store(compared) as visitor:
        stranger.cookies[cookie_name()] = str(of_second)
        visitor.cookies[cookie_name()] = str(of_second)
        visitor.defaults["HTTP_USER_AGENT"] = stranger.defaults["HTTP_USER_AGENT"] = PHONE
        # Who was never counted as a visitor is counted as no buyer.
        order_in(stranger)
        tell(visitor)
        order_in(visitor)
        order_in(visitor)
    found = standings_of(home(), now=utc_now())[0]

    assert (found.second.visitors, found.second.buyers) == (1, 1)
    assert found.first == Side()


def test_pages_in_front_of_everything_are_those_of_the_visitors_own_version(
    compared: TenantRef,
) -> None:
    request_started.disconnect(close_old_connections)
    comparison = str(going_on().pk)
    numbers = {is_second(comparison, SHARE, each): each for each in range(NUMBERS)}
    with process("store"):
        shop = Shop()
        asked = [None, None, *[numbers[False], numbers[True]] * 3]
        answers = [
            shop.get(
                compared,
                HTTP_USER_AGENT=PHONE,
                **({} if each is None else {"HTTP_COOKIE": f"{cookie_name()}={each}"}),
            )
            for each in asked
        ]
    request_started.connect(close_old_connections)

    shown = [re.findall(rb"\[(\w)\]", each.body)[0] for each in answers[2:]]
    assert shown == [b"A", b"B"] * 3
    # Whoever has no number yet is given one each time; the others are answered from memory.
    assert shop.reached == 4
    assert all("Set-Cookie" in each.headers for each in answers[:2])
    assert not any("Set-Cookie" in each.headers for each in answers[2:])


def test_the_page_cannot_change_meanwhile_and_other_pages_can(compared: TenantRef) -> None:
    page = home()
    with pytest.raises(PageCompared):
        publish(page.pk, rev=draft_of(page).rev, note="", actor=ACTOR)
    with pytest.raises(PageCompared):
        begin(page.pk, rev=draft_of(page).rev, share=50, note="", actor=ACTOR)
    assert publish_all(live_theme().pk, note="", actor=ACTOR) is None
    header = next(each for each in pages_of(live_theme()) if each.template == "header")
    with pytest.raises(NothingToCompare):
        begin(header.pk, rev=draft_of(header).rev, share=50, note="", actor=ACTOR)


@pytest.mark.parametrize(("outcome", "shown"), [(Outcome.FIRST, "A"), (Outcome.SECOND, "B")])
def test_in_the_end_everybody_sees_the_one_that_stays(
    compared: TenantRef, django_capture_on_commit_callbacks: Any, outcome: Outcome, shown: str
) -> None:
    row = going_on()
    with django_capture_on_commit_callbacks(execute=True):
        end(home().pk, row.pk, outcome=outcome, actor=ACTOR)
    with pytest.raises(UnknownComparison):
        end(home().pk, row.pk, outcome=outcome, actor=ACTOR)
    with store(refreshed(compared)) as visitor:
        seen = {seen_by(visitor, number) for number in range(0, NUMBERS, 5)}

    assert seen == {shown}


def test_what_is_live_or_planned_is_not_compared(tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a):
        rev = draw_up("A")
        publish(home().pk, rev=rev, note="", actor=ACTOR)
        with pytest.raises(NothingToCompare):
            begin(home().pk, rev=rev, share=50, note="", actor=ACTOR)
        rev, at = draw_up("B"), utc_now() + timedelta(days=1)
        publish(home().pk, rev=rev, note="", actor=ACTOR, live_from=at)
        with pytest.raises(PagePlanned):
            begin(home().pk, rev=rev, share=50, note="", actor=ACTOR)


def test_a_page_that_is_taken_away_is_compared_no_more(tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a):
        page = make_page("landing", title="Spring", actor=ACTOR)
        publish(page.pk, rev=draft_of(page).rev, note="", actor=ACTOR)
        doc = draft_of(page).doc
        block: Json = {"id": "b-more", "type": "text.rich", "settings": {"html": "<p>More</p>"}}
        rev = save_draft(page.pk, {**doc, "blocks": [block]}, rev=1, actor=ACTOR)
        begin(page.pk, rev=rev, share=50, note="", actor=ACTOR)
        begun = len(refreshed(tenant_a).offers.comparisons)
        remove_page(page.pk, actor=ACTOR)

    assert begun == 1
    assert refreshed(tenant_a).offers.comparisons == ()


@pytest.mark.parametrize(
    ("first", "second", "days", "verdict"),
    [
        # z = (0.10 - 0.05) / sqrt(0.075 * 0.925 * 2 / 1000) = 4.245; certainty 0.99998
        pytest.param((1000, 50), (1000, 100), 8, Verdict.SECOND, id="second"),
        pytest.param((1000, 100), (1000, 50), 8, Verdict.FIRST, id="first"),
        # z = 0.002 / sqrt(0.051 * 0.949 * 2 / 1000) = 0.203; certainty 0.161
        pytest.param((1000, 50), (1000, 52), 8, Verdict.EVEN, id="even"),
        pytest.param((1000, 50), (1000, 100), 6, Verdict.EARLY, id="too short"),
        pytest.param((99, 5), (1000, 100), 8, Verdict.EARLY, id="too few visitors"),
        pytest.param((1000, 1), (1000, 8), 8, Verdict.EARLY, id="too few buyers"),
    ],
)
def test_what_is_said_of_both_is_what_the_numbers_bear(
    first: tuple[int, int], second: tuple[int, int], days: int, verdict: Verdict
) -> None:
    now = utc_now()
    row = Comparison(began_at=now - timedelta(days=days), share=50)
    one, other = (Side(visitors=each[0], buyers=each[1]) for each in (first, second))

    assert standing(row, one, other, now).verdict == verdict


def test_certainty_is_that_of_the_test_of_two_proportions() -> None:
    sure = certainty_of_difference(Side(1000, buyers=50), Side(1000, buyers=100))
    unsure = certainty_of_difference(Side(1000, buyers=50), Side(1000, buyers=52))

    assert sure == pytest.approx(0.99998, abs=0.00001)
    assert unsure == pytest.approx(0.161, abs=0.001)
    assert certainty_of_difference(Side(10), Side(10)) == 0


def test_staff_begin_read_and_end_one_and_no_other_shop_sees_it(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    with tenant_context(tenant_a):
        page = home()
        rev = draw_up("B")
    path = f"/design/pages/{page.pk}/comparison/"
    english = {"Accept-Language": "en"}
    with console(tenant_a) as editor:
        editor.as_staff("design.edit", email="editor@example.com")
        only_read = editor.get(path, headers=english)
        not_allowed = editor.post(f"{path}begin/", {"share": 50, "rev": rev})
    with console(tenant_a) as staff:
        staff.as_staff("design.edit", "design.publish")
        asked = staff.get(path, headers=english).content.decode()
        nobody = staff.post(f"{path}begin/", {"share": 100, "rev": rev}, headers=english)
        stale = staff.post(f"{path}begin/", {"share": 50, "rev": rev + 1}, headers=english)
        begun = staff.post(f"{path}begin/", {"share": 50, "rev": rev, "note": "More"})
        shown = staff.get(path, headers=english).content.decode()
        chinese = staff.get(path, headers={"Accept-Language": "zh-hans"}).content.decode()
        listed = staff.get("/design/", headers=english).content.decode()
        with tenant_context(tenant_a):
            row = going_on()
        ended = staff.post(f"{path}{row.pk}/end/", {"outcome": "second"})
        over = staff.get(path, headers=english).content.decode()
    with console(tenant_b) as stranger:
        stranger.as_staff("design.edit", "design.publish")
        foreign = [
            stranger.get(path).status_code,
            stranger.post(f"{path}{row.pk}/end/", {"outcome": "first"}).status_code,
        ]

    assert "Show both from now on" not in only_read.content.decode()
    assert not_allowed.status_code == HTTPStatus.FORBIDDEN
    assert "Show both from now on" in asked
    assert (nobody.status_code, stale.status_code) == (422, 422)
    assert "Somebody else saved this page" in stale.content.decode()
    assert begun.status_code == HTTPStatus.FOUND
    assert "It is too early to say" in shown
    assert "Being compared" in listed
    assert "too early" not in chinese
    assert ended.status_code == HTTPStatus.FOUND
    assert "The second is live" in over
    assert "More" in over
    assert foreign == [404, 404]
