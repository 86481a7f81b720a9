"""Flags: whom they are on for, and what asking costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from channel_center.flags.choices import RuleKind
from channel_center.flags.errors import InvalidFlag, UnknownFlag
from channel_center.flags.services.changing import FlagDraft, Rule, drop_flag, set_flag
from channel_center.flags.services.deciding import Choice, forget, share_of
from channel_center.hosts import HOSTS
from channel_center.partners.tests.test_console_and_api import signed_in
from channel_center.partners.tests.test_tree import ACTOR, make_partner
from kernel.modules.registry import manifests
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from kernel.tenancy.flags import is_on
from testkit.tenants import refreshed
from testkit.web import console

CODE = "shop.new_thing"
Captured = Callable[..., AbstractContextManager[Any]]


@pytest.fixture(autouse=True)
def _clean(db: None) -> Iterator[None]:
    forget()
    yield
    with public_context():
        cache.clear()
    forget()


def put(capture: Any, percent: int = 0, *rules: Rule, is_on: bool = True, code: str = CODE) -> None:
    with capture(execute=True):
        set_flag(code, FlagDraft(is_on=is_on, percent=percent, rules=rules), actor=ACTOR)


def on_for(tenant: TenantRef) -> bool:
    with tenant_context(tenant):
        return is_on(CODE)


def test_the_nearest_rule_counts_and_off_is_off_for_everybody(
    tenant_a: TenantRef, tenant_b: TenantRef, django_capture_on_commit_callbacks: Captured
) -> None:
    capture, partner = django_capture_on_commit_callbacks, make_partner()
    shop = replace(tenant_a, ring=3, channel_id=partner.pk)
    ring = Rule(RuleKind.RING, 3, is_on=True)
    channel = Rule(RuleKind.CHANNEL, partner.pk, is_on=False)
    own = Rule(RuleKind.TENANT, tenant_a.id, is_on=True)
    assert not on_for(shop)

    put(capture, 0, ring)
    assert (on_for(shop), on_for(tenant_b)) == (True, False)
    put(capture, 100, ring, channel)
    assert (on_for(shop), on_for(tenant_b)) == (False, True)
    put(capture, 0, ring, channel, own)
    assert on_for(shop)
    put(capture, 100, own, is_on=False)
    assert (on_for(shop), on_for(tenant_b)) == (False, False)


def test_asking_costs_no_statement_and_nothing_known_is_the_callers_answer(
    tenant_a: TenantRef,
    django_capture_on_commit_callbacks: Captured,
    django_assert_num_queries: Any,
) -> None:
    put(django_capture_on_commit_callbacks, 100)
    with tenant_context(tenant_a), django_assert_num_queries(0):
        assert [is_on(CODE) for _each in range(3)] == [True] * 3
        assert (is_on("shop.other"), is_on("shop.other", otherwise=True)) == (False, True)
    with django_capture_on_commit_callbacks(execute=True):
        drop_flag(CODE, actor=ACTOR)
    assert not on_for(tenant_a)
    with pytest.raises(UnknownFlag):
        drop_flag(CODE, actor=ACTOR)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.uuids(), st.integers(0, 100), st.integers(0, 100))
def test_raising_the_percentage_takes_a_flag_from_no_shop(
    tenant_id: UUID, one: int, other: int
) -> None:
    low, high = sorted((one, other))
    tenant = TenantRef(id=tenant_id, schema="", role="", name="", brand=None)  # type: ignore[arg-type]  # not looked at

    assert not (
        Choice(True, low, {}).holds(CODE, tenant) and not Choice(True, high, {}).holds(CODE, tenant)
    )
    assert 0 <= share_of(CODE, tenant_id) < 100


@pytest.mark.parametrize(
    ("code", "draft", "field"),
    [
        ("x", FlagDraft(is_on=True, percent=0), "code"),
        ("a.B", FlagDraft(is_on=True, percent=0), "code"),
        (CODE, FlagDraft(is_on=True, percent=101), "percent"),
        (CODE, FlagDraft(is_on=True, percent=0, note="x" * 301), "note"),
        (CODE, FlagDraft(is_on=True, percent=0, rules=[Rule(RuleKind.RING, 10, True)]), "rules"),
        (CODE, FlagDraft(is_on=True, percent=0, rules=[Rule(RuleKind.TENANT, uuid4(), True)]),
         "rules"),
    ],
)  # fmt: skip
def test_a_flag_that_names_nobody_is_refused(code: str, draft: FlagDraft, field: str) -> None:
    with pytest.raises(InvalidFlag) as refusal:
        set_flag(code, draft, actor=ACTOR)

    assert refusal.value.fields["field"] == field


def test_the_operator_shows_a_function_to_one_shop_first(
    tenant_a: TenantRef,
    tenant_b: TenantRef,
    settings: Settings,
    django_capture_on_commit_callbacks: Captured,
) -> None:
    module = next(code for code in manifests() if code not in refreshed(tenant_a).modules)
    code = f"module.{module}"
    settings.STOA_PROCESS, settings.ROOT_URLCONF = "channel", "config.urls_channel"
    settings.STOA_PROBLEM_PAGE = "kernel.backoffice.views.problem_page"
    HOSTS.forget()
    desk = signed_in(str(settings.STOA_OPERATOR_HOST), None)
    told = {"code": code, "is_on": "on", "percent": "0", "on": f"{tenant_a.public_id}\nring 9"}
    assert desk.post("/flags/new/", {**told, "off": "nobody"}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        assert desk.post("/flags/new/", told).status_code == 302
    assert tenant_a.name in desk.get("/flags/").content.decode()
    assert "ring 9" in desk.get(f"/flags/{code}/").content.decode()
    partner = make_partner()
    assert signed_in(partner.host, partner).get("/flags/").status_code == 403

    shown = {}
    for tenant in (tenant_a, tenant_b):
        with console(refreshed(tenant)) as shop:
            shop.as_staff("*")
            shown[tenant.id] = f'id="{module}"' in shop.get("/functions/").content.decode()
    assert shown == {tenant_a.id: True, tenant_b.id: False}
