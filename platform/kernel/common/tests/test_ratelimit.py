"""Limits count per tenant and per caller, and know what to do without Redis."""

from __future__ import annotations

from time import monotonic
from uuid import UUID, uuid4

import pytest
import redis
from django.test import RequestFactory
from pytest_django import Settings

from kernel.common.http import client_ip
from kernel.common.ratelimit import Limit, RateLimited, RateLimitUnavailable, WhenDown
from kernel.tenancy.context import BrandRef, TenantRef, no_scope, public_context, tenant_context
from kernel.tenancy.errors import NoTenant


def tenant(number: int) -> TenantRef:
    return TenantRef(
        id=UUID(int=number), schema=f"t{number}", role="r", name="n", brand=BrandRef("n")
    )


@pytest.fixture
def limit() -> Limit:
    return Limit(f"test-{uuid4().hex}", "3/minute;100/hour", WhenDown.REFUSE)


@pytest.fixture
def _down(settings: Settings) -> None:
    settings.STOA_REDIS_URL = "redis://127.0.0.1:9/0"


def test_the_fourth_use_is_refused_with_the_time_to_wait(limit: Limit) -> None:
    with tenant_context(tenant(1)):
        for _each in range(3):
            limit.check("caller")

        with pytest.raises(RateLimited) as refusal:
            limit.check("caller")

    retry_after = refusal.value.fields["retry_after"]
    assert isinstance(retry_after, int)
    assert 55 <= retry_after <= 61


def test_tenants_callers_and_the_public_scope_are_counted_apart(limit: Limit) -> None:
    with tenant_context(tenant(1)):
        for _each in range(3):
            limit.check("caller")
        limit.check("another")
    with tenant_context(tenant(2)):
        limit.check("caller")
    with public_context():
        limit.check("caller")

    with tenant_context(tenant(1)), pytest.raises(RateLimited):
        limit.check("caller")


def test_without_a_chosen_scope_nothing_is_counted(limit: Limit) -> None:
    with no_scope(), pytest.raises(NoTenant):
        limit.check("caller")


def test_redis_holds_no_identity_in_the_clear(limit: Limit, settings: Settings) -> None:
    with tenant_context(tenant(1)):
        limit.check("13912345678")

    with redis.from_url(settings.STOA_REDIS_URL, decode_responses=True) as client:
        keys = list(client.scan_iter(f"*{limit.name}*"))
    assert len(keys) == 2
    assert all(key.startswith(f"{settings.STOA_REDIS_PREFIX}limit") for key in keys)
    assert all(str(tenant(1).id) in key and "13912345678" not in key for key in keys)


@pytest.mark.usefixtures("_down")
def test_without_redis_a_guessable_thing_is_refused_quickly() -> None:
    with public_context():
        started = monotonic()
        with pytest.raises(RateLimitUnavailable):
            Limit("down", "3/minute", WhenDown.REFUSE).check("caller")

    assert monotonic() - started < 2


@pytest.mark.usefixtures("_down")
def test_without_redis_a_read_passes() -> None:
    with public_context():
        for _each in range(5):
            Limit("down", "3/minute", WhenDown.PASS).check("caller")


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "", "192.0.2.1"),
    ],
)
def test_only_trusted_proxies_are_believed(
    settings: Settings, proxies: int, forwarded: str, expected: str
) -> None:
    settings.STOA_TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR="192.0.2.1")

    assert client_ip(request) == expected
