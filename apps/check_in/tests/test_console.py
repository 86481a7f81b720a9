"""Check-in as staff meet it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.check_in.models import CheckIn, DailyCount
from apps.check_in.statistics import chart, roll_up, widget
from kernel.analytics.values import Span
from kernel.audit.models import AuditEntry
from kernel.members.models import Member
from kernel.settings.services import get_settings
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import TenantClient, console

PATH = "/modules/check-in/"
FORM = {
    "day_points": "3，4, 5",
    "bonus_days": "7, 30",
    "bonus_points": "20, 100",
    "growth": "0",
    "make_ups_per_month": "1",
    "make_up_cost": "5",
    "make_up_window": "7",
    "rules": "",
}


@pytest.fixture
def browser(tenant: TenantRef) -> Iterator[TenantClient]:
    with console(tenant, headers={"Accept-Language": "en"}) as client:
        client.as_staff("check_in.manage")
        yield client


@pytest.fixture
def days(tenant: TenantRef) -> None:
    with tenant_context(tenant):
        for number, name in enumerate(["=1+1", "兰兰", "Ann"]):
            member = Member.objects.create(login=f"m{number}@example.com", name=name)
            CheckIn.objects.create(
                member=member, day=date(2024, 5, 20 + number), points=1, balance_after=1, streak=1
            )


def test_the_first_page_shows_the_days_to_who_may_see_them(
    browser: TenantClient, tenant: TenantRef, days: None
) -> None:
    zone = ZoneInfo(tenant.zone)
    today = datetime.now(tz=zone).date()
    with tenant_context(tenant):
        for back, members in ((1, 4), (2, 3), (40, 5)):
            told = {"members": members, "made_up": 0, "points": 0}
            DailyCount.objects.create(day=today - timedelta(days=back), **told)
        shown = widget(Span.last(30, today=today))

    page = browser.get("/").content.decode()
    browser.as_staff("brand.manage", email="else@example.com")
    hidden = browser.get("/").content.decode()

    assert (shown.total, shown.before, len(shown.days)) == (7, 5, 30)
    assert "Members who checked in: 7, the time before 5" in page
    assert 'href="/modules/check-in/"' in page
    assert "Members who checked in" not in hidden


@pytest.mark.parametrize("path", ["", "settings/", "records.csv"])
def test_only_staff_with_the_permission_come_in(tenant: TenantRef, path: str) -> None:
    with console(tenant) as browser:
        stranger = browser.get(PATH + path)
        browser.as_staff("catalogue.view")
        colleague = browser.get(PATH + path)

    assert (stranger.status_code, stranger["Location"].split("?")[0]) == (302, "/sign-in/")
    assert colleague.status_code == 403


def test_the_settings_are_saved_and_audited(browser: TenantClient, tenant: TenantRef) -> None:
    answer = browser.post(f"{PATH}settings/", FORM)

    assert answer.status_code == 302
    with tenant_context(tenant):
        assert get_settings("check_in")["day_points"] == [3, 4, 5]
        entry = AuditEntry.objects.get(action="settings.changed")
        assert entry.before == {
            "day_points": [1, 2, 3, 4, 5, 6, 10],
            "make_ups_per_month": 2,
        }


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("day_points", "1, two", "Whole numbers are expected"),
        ("day_points", "", "At least one day must be named"),
        ("day_points", "-1", "At least 0 is expected"),
        ("bonus_days", "30, 7", "must be larger than the one before"),
        ("bonus_points", "20", "as many bonuses as days"),
        ("make_up_window", "99", "less than or equal to 31"),
    ],
)
def test_settings_that_cannot_be_used_are_told_beside_their_field(
    browser: TenantClient, tenant: TenantRef, field: str, value: str, told: str
) -> None:
    answer = browser.post(f"{PATH}settings/", {**FORM, field: value})

    assert answer.status_code == 422
    assert told in answer.content.decode()
    with tenant_context(tenant):
        assert get_settings("check_in")["day_points"] == [1, 2, 3, 4, 5, 6, 10]


def test_the_list_can_be_searched(browser: TenantClient, days: None) -> None:
    text = browser.get(PATH, {"search": "兰"}).content.decode()

    assert "m1@example.com" in text
    assert "m2@example.com" not in text


@pytest.mark.usefixtures("days")
@pytest.mark.parametrize("query", ["since=x&until=2024-99-99", "page=-4", "page=zz", "search=%00"])
def test_a_query_that_cannot_be_read_narrows_nothing(browser: TenantClient, query: str) -> None:
    assert browser.get(f"{PATH}?{query}").status_code == 200


def test_the_export_holds_no_formula(browser: TenantClient, days: None) -> None:
    answer = browser.get(f"{PATH}records.csv", {"since": "2024-05-20"})
    text = b"".join(answer).decode("utf-8-sig")

    assert answer["Content-Type"].startswith("text/csv")
    assert text.splitlines()[0] == "Day,Member,Login,Days in a row,Points,Cost,Made up on"
    assert "'=1+1" in text
    assert ",=1+1" not in text


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "连续签到"), ("en", "days in a row")])
def test_the_settings_speak_the_readers_language(
    tenant: TenantRef, language: str, word: str
) -> None:
    with console(tenant, headers={"Accept-Language": language}) as browser:
        browser.as_staff("check_in.manage")
        text = browser.get(f"{PATH}settings/").content.decode()

    assert word.lower() in text.lower()


def test_the_nightly_count_can_be_repeated(tenant: TenantRef, days: None) -> None:
    now = datetime(2024, 5, 22, 16, 10, tzinfo=UTC)
    with tenant_context(tenant):
        roll_up(now=now)
        roll_up(now=now + timedelta(minutes=1))

        assert list(DailyCount.objects.order_by("day").values_list("day", "members")) == [
            (date(2024, 5, 20), 1),
            (date(2024, 5, 21), 1),
            (date(2024, 5, 22), 1),
        ]
        bars = chart(today=date(2024, 5, 23))
    assert [bar.members for bar in bars[-4:]] == [1, 1, 1, 0]
    assert len(bars) == 30
