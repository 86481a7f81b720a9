"""Check-in as members meet it: the store API and the page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from apps.check_in.models import CheckIn
from kernel.common.time import local_date, utc_now
from kernel.members.models import Member
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import MEMBER_PASSWORD, TenantClient, store

API = "/api/v1/store/check-in/"


@pytest.fixture
def browser(tenant: TenantRef) -> Iterator[TenantClient]:
    with store(tenant, headers={"Accept-Language": "en"}) as client:
        yield client


def test_the_first_post_gives_a_day_and_the_second_shows_it(browser: TenantClient) -> None:
    browser.as_member()

    first, again = browser.post(API), browser.post(API)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["is_new"] is True
    assert again.json() == {**first.json(), "is_new": False}
    calendar = browser.get(API).json()
    assert (calendar["has_today"], calendar["streak"], calendar["balance"]) == (True, 1, 1)


def test_strangers_are_asked_to_sign_in(browser: TenantClient) -> None:
    answer = browser.post(API)

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert browser.post("/check-in/")["Location"] == "/account/sign-in/?next=%2Fcheck-in%2F"


@pytest.mark.parametrize("month", ["2024-13", "x", "99999-01", "2024-05-01"])
def test_a_month_that_is_none_is_refused(browser: TenantClient, month: str) -> None:
    browser.as_member()

    answer = browser.get(API, {"month": month})

    assert (answer.status_code, answer.json()["code"]) == (422, "api.invalid")


def test_a_repair_that_the_plan_does_not_allow_is_a_problem(browser: TenantClient) -> None:
    browser.as_member()

    answer = browser.post(f"{API}make-up/", {"day": "2001-01-01"}, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (409, "check_in.day_not_open")


def test_a_repair_over_the_api_joins_the_runs(browser: TenantClient, tenant: TenantRef) -> None:
    member = browser.as_member()
    today = local_date(utc_now(), tenant.zone)
    with tenant_context(tenant):
        CheckIn.objects.create(
            member=member, day=today - timedelta(days=2), points=9, balance_after=9, streak=3
        )

    answer = browser.post(
        f"{API}make-up/", {"day": str(today - timedelta(days=1))}, content_type="application/json"
    )

    assert (answer.status_code, answer.json()["streak"], answer.json()["balance"]) == (201, 4, 4)
    assert browser.post(API).json()["streak"] == 5


def test_the_page_works_by_forms_alone(tenant: TenantRef) -> None:
    with store(tenant, enforce_csrf_checks=True, headers={"Accept-Language": "en"}) as browser:
        form = {"name": "Lan", "login": "13800138000", "password": MEMBER_PASSWORD}
        page = browser.get("/account/register/?next=/check-in/")
        form |= {"csrfmiddlewaretoken": token_in(page), "next": "/check-in/"}

        opened = browser.post("/account/register/", form)
        page = browser.get(opened["Location"])
        done = browser.post("/check-in/", {"csrfmiddlewaretoken": token_in(page)}, follow=True)

    assert b"Checked in: 1 point" in done.content
    assert b"Done for today" in done.content
    with tenant_context(tenant):
        assert CheckIn.objects.get().member == Member.objects.get(login="+8613800138000")


def test_a_form_of_another_site_is_refused(tenant: TenantRef) -> None:
    with store(tenant, enforce_csrf_checks=True) as browser:
        page = browser.get("/account/register/")
        form = {"name": "Lan", "login": "lan@example.com", "password": MEMBER_PASSWORD}
        browser.post("/account/register/", {**form, "csrfmiddlewaretoken": token_in(page)})
        for name in [name for name in browser.cookies if "csrf" in name]:
            del browser.cookies[name]

        answers = [browser.post("/check-in/"), browser.post(API)]

    assert [answer.status_code for answer in answers] == [403, 403]


@pytest.mark.parametrize(
    ("language", "heading", "foreign"),
    [("zh-CN", "每日签到", "Check in"), ("en", "Daily check-in", "签到")],
)
def test_the_page_speaks_one_language(
    tenant: TenantRef, language: str, heading: str, foreign: str
) -> None:
    with store(tenant, headers={"Accept-Language": language}) as browser:
        browser.as_member(name="Lan")
        text = browser.get("/check-in/").content.decode()

    assert heading in text
    assert foreign not in text


def test_another_months_page_has_no_tap_to_give(browser: TenantClient) -> None:
    browser.as_member()

    text = browser.get("/check-in/?month=2024-02").content.decode()

    assert "February 2024" in text
    assert browser.get("/check-in/?month=0000-99").status_code == 200


def token_in(page: object) -> str:
    text = page.content.decode()  # type: ignore[attr-defined]
    return str(text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0])
