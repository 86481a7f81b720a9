"""Each line is JSON, says for whom it was written, and hides what is personal."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from kernel.common.flow import in_module, in_request, in_task
from kernel.common.logging import configure, configure_from, get_logger
from kernel.common.masking import HIDDEN, is_sensitive, mask, mask_text
from kernel.common.task_observability import observed_task
from kernel.tenancy.context import BrandRef, TenantRef, tenant_context

TENANT = TenantRef(
    id=UUID("01980000-0000-7000-8000-000000000001"),
    schema="t_x",
    role="r",
    name="n",
    brand=BrandRef("n"),
)
PERSONAL = [
    "13912345678",
    "+86 139 1234 5678",
    "+14155552671",
    "li.lei+shop@example.com.cn",
    "4111 1111 1111 1111",
    "4111111111111111",
    "11010519491231002X",
]


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    written = io.StringIO()
    configure(level="INFO", stream=written)
    yield written
    configure_from(django_settings.LOGGING)
    root.handlers = before
    root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_tells_tenant_module_process_request_and_task(stream: io.StringIO) -> None:
    with (
        tenant_context(TENANT),
        in_request("req-12345678"),
        in_task("task-1"),
        in_module("check_in"),
    ):
        get_logger("ours").info("streak", days=3)
        logging.getLogger("theirs").warning("slow %s", "query")

    for line in lines(stream):
        assert line["tenant"] == TENANT.public_id
        assert line["module"] == "check_in"
        assert line["process"] == django_settings.STOA_PROCESS
        assert line["request_id"] == "req-12345678"
        assert line["task_id"] == "task-1"
    ours, theirs = lines(stream)
    assert (ours["event"], ours["days"], ours["level"], ours["logger"]) == (
        "streak",
        3,
        "info",
        "ours",
    )
    assert (theirs["event"], theirs["level"], theirs["logger"]) == (
        "slow query",
        "warning",
        "theirs",
    )


def test_an_exception_is_one_line_without_personal_data(stream: io.StringIO) -> None:
    try:
        int("no account for 13912345678")
    except ValueError:
        logging.getLogger("theirs").exception("failed")

    (line,) = lines(stream)
    assert "ValueError" in line["exception"]
    assert "13912345678" not in stream.getvalue()


@pytest.mark.parametrize("personal", PERSONAL)
def test_personal_data_is_hidden_wherever_it_stands(stream: io.StringIO, personal: str) -> None:
    log = get_logger("ours")

    log.info(f"to {personal} sent", note=f"x {personal}", nested={"a": [{"b": personal}]})
    logging.getLogger("theirs").info("to %s", personal)

    assert personal not in stream.getvalue()


@pytest.mark.parametrize(
    "key",
    [
        "password", "newPassword", "api_key", "apiKey", "Authorization", "HTTP_AUTHORIZATION",
        "phone", "mobilePhone", "email", "access_token", "card_number", "cardNo", "cvv", "secret",
        "Cookie", "csrfmiddlewaretoken", "private_key", "id_card", "real_name", "openid",
    ],
)  # fmt: skip
def test_values_under_a_telling_key_are_hidden(stream: io.StringIO, key: str) -> None:
    get_logger("ours").info("event", **{key: "tell-tale"}, nested={key: {"deep": "tell-tale"}})

    assert is_sensitive(key)
    assert "tell-tale" not in stream.getvalue()
    assert lines(stream)[0]["nested"][key] == HIDDEN


@pytest.mark.parametrize(
    "text",
    [
        "order 20260101123456789012 paid",
        "took 1234567890 ns",
        "ten_01k3vbxq8r7f9s2m4n6p8t0w2y",
        "01980000-0000-7000-8000-000000000001",
        "2030-01-02T03:04:05.678901Z",
        "pages 13-15 of 200",
    ],
)
def test_ordinary_numbers_and_ids_stay_readable(text: str) -> None:
    assert mask_text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer abc.def-ghi",
        "postgresql://owner:hunter22@db/stoa",
        "password=hunter22",
        '{"api_key": "hunter22"}',
        "-----BEGIN PRIVATE KEY-----\nhunter22\n-----END PRIVATE KEY-----",
    ],
)
def test_secrets_inside_text_are_hidden(text: str) -> None:
    masked = mask_text(text)

    assert "hunter22" not in masked
    assert "abc.def-ghi" not in masked


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_whatever_is_masked_can_be_written_as_json(value: object) -> None:
    json.dumps(mask(value))


def test_what_refers_to_itself_ends() -> None:
    knot: list[object] = []
    knot.append(knot)

    assert "…" in json.dumps(mask(knot), ensure_ascii=False)


def test_one_access_line_per_request_names_the_route_and_not_the_query(
    stream: io.StringIO, settings: Settings
) -> None:
    settings.ROOT_URLCONF = "kernel.api.tests.urls"
    settings.MIDDLEWARE = ["kernel.common.middleware.ObservabilityMiddleware"]

    with tenant_context(TENANT):
        Client().get("/fail/missing?phone=13912345678", headers={"X-Request-Id": "edge-12345"})

    (line,) = [line for line in lines(stream) if line["logger"] == "access"]
    assert (line["event"], line["method"], line["status"]) == ("request", "GET", 404)
    assert line["route"] == "/fail/<str:how>"
    assert line["tenant"] == TENANT.public_id
    assert line["request_id"] == "edge-12345"
    assert line["db_queries"] == 0
    assert line["duration_ms"] > 0
    assert "missing?" not in stream.getvalue()


def test_a_task_writes_its_outcome(stream: io.StringIO) -> None:
    with tenant_context(TENANT):
        with observed_task("orders.close", "task-9"):
            pass
        with pytest.raises(ZeroDivisionError), observed_task("orders.close", "task-10"):
            raise ZeroDivisionError

    assert [(line["task_id"], line["outcome"]) for line in lines(stream)] == [
        ("task-9", "success"),
        ("task-10", "failure"),
    ]
