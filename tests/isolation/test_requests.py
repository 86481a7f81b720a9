"""Requests of several tenants over the same threads and connections."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from kernel.tenancy.context import TenantRef, chosen_scope
from kernel.tenancy.ports import directory
from tests.isolation.conftest import mark

PATHS = ["/marks", "/nothing", "/broken", "/half-broken", "/cached", "/streamed"]


def check(answer: Any, path: str, tenant: TenantRef) -> None:
    """Assert that an answer is this tenant's and holds nothing of another."""
    if path == "/broken":
        assert answer.status_code == 500
    elif path == "/streamed":
        assert b"".join(answer.streaming_content).decode().split() == [mark(tenant)]
    elif path == "/cached":
        assert answer.json() == {"cart": tenant.name}
    elif path == "/nothing":
        assert answer.json() == {"tenant": tenant.name}
    else:
        assert answer.json() == {"tenant": tenant.name, "marks": [mark(tenant)]}


@hypothesis_settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(order=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(PATHS)), max_size=12))
def test_any_order_of_requests_on_one_thread_leaks_nothing(
    marked: list[TenantRef], store: Callable[..., Any], order: list[tuple[int, str]]
) -> None:
    for number, path in order:
        tenant = marked[number]
        check(store(f"{tenant.name}.localhost", path), path, tenant)
        assert chosen_scope() is None


@hypothesis_settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    order=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(PATHS)), min_size=24, max_size=60)
)
def test_requests_of_three_tenants_over_shared_workers_leak_nothing(
    marked: list[TenantRef], settings: Settings, order: list[tuple[int, str]]
) -> None:
    settings.STOA_PROCESS = "store"
    settings.ROOT_URLCONF = "tests.isolation.urls"

    def ask(job: tuple[int, str]) -> None:
        tenant, path = marked[job[0]], job[1]
        client = Client(raise_request_exception=False)
        check(client.get(path, headers={"host": f"{tenant.name}.localhost"}), path, tenant)

    def close(_unused: int) -> None:
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ask, order))
        list(pool.map(close, range(16)))


def test_a_request_without_a_query_sends_nothing_to_the_database(
    marked: list[TenantRef], store: Callable[..., Any], django_assert_num_queries: Any
) -> None:
    host = f"{marked[0].name}.localhost"
    directory().wait_until_heard()  # type: ignore[attr-defined]
    store(host, "/nothing")
    before = connection.connection.round_trips

    with django_assert_num_queries(0):
        store(host, "/nothing")

    assert connection.connection.round_trips == before


def test_activation_costs_one_round_trip(
    marked: list[TenantRef], store: Callable[..., Any], django_assert_num_queries: Any
) -> None:
    # What their opening announced is heard on another thread, maybe only by and by.
    directory().wait_until_heard()  # type: ignore[attr-defined]
    for tenant in marked:
        store(f"{tenant.name}.localhost", "/marks")
    before = connection.connection.round_trips

    with django_assert_num_queries(1):
        store(f"{marked[0].name}.localhost", "/marks")

    assert connection.connection.round_trips == before + 1


@pytest.mark.parametrize("header", ["x-forwarded-host", "x-host", "forwarded", "x-original-host"])
def test_a_forged_header_does_not_choose_the_tenant(
    marked: list[TenantRef], store: Callable[..., Any], header: str
) -> None:
    mine, other = marked[0], marked[1]

    answer = store(f"{mine.name}.localhost", "/marks", **{header: f"{other.name}.localhost"})

    assert answer.json()["tenant"] == mine.name


@pytest.mark.parametrize(
    "host",
    [
        "nobody.localhost",
        "",
        "localhost",
        "127.0.0.1",
        "[::1]",
        "a b",
        "..",
        "%00",
        "x" * 300,
        "{name}.localhost.evil.net",
        "evil.net#{name}.localhost",
        "{name}.localhost@evil.net",
    ],
)
def test_a_host_that_is_nobodys_gets_a_page_without_a_brand(
    marked: list[TenantRef], store: Callable[..., Any], settings: Settings, host: str
) -> None:
    answer = store(host.format(name=marked[0].name), "/marks")

    assert answer.status_code in {400, 404}
    text = answer.content.decode().lower()
    assert settings.STOA_PRODUCT_NAME.lower() not in text
    assert marked[0].name not in text


def test_a_host_with_port_capitals_and_a_final_dot_is_the_same_host(
    marked: list[TenantRef], store: Callable[..., Any]
) -> None:
    name = marked[0].name

    for host in (f"{name}.LOCALHOST:8000", f"{name}.localhost.", f"{name.upper()}.localhost"):
        assert store(host, "/nothing").json() == {"tenant": name}
