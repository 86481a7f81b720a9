"""Whatever goes wrong is told in one form, in the reader's language, and leaks nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import translation
from pytest_django import Settings

from kernel.api.problems import TITLES, document, status_problem
from kernel.tenancy.context import BrandRef, TenantRef, public_context, tenant_context

ENGLISH = {"Accept-Language": "en"}
CHINESE = {"Accept-Language": "zh-CN,zh;q=0.9"}


@pytest.fixture(autouse=True)
def _web(settings: Settings) -> None:
    settings.ROOT_URLCONF = "kernel.api.tests.urls"
    settings.MIDDLEWARE = [
        "kernel.common.middleware.ObservabilityMiddleware",
        "kernel.common.middleware.SecurityHeadersMiddleware",
        "django.middleware.security.SecurityMiddleware",
        "csp.middleware.CSPMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "kernel.api.problems.ProblemMiddleware",
    ]
    settings.DEBUG = False


def get(path: str, headers: dict[str, str] = ENGLISH, **extra: Any) -> Any:
    return Client(raise_request_exception=False, **extra).get(path, headers=headers)


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ("missing", 404, "http.404"),
        ("forbidden", 403, "http.403"),
        ("suspicious", 400, "http.400"),
        ("bug", 500, "http.500"),
    ],
)
def test_failures_of_api_paths_are_problem_documents(how: str, status: int, code: str) -> None:
    reply = get(f"/api/fail/{how}")

    assert reply.status_code == status
    assert reply["Content-Type"] == "application/problem+json"
    assert reply["Cache-Control"] == "no-store"
    body = reply.json()
    assert body["type"] == "about:blank"
    assert (body["status"], body["code"]) == (status, code)
    assert body["request_id"] == reply["X-Request-Id"]
    assert set(body) == {"type", "title", "status", "code", "request_id"}


@pytest.mark.parametrize("how", ["missing", "forbidden", "suspicious", "bug"])
def test_failures_of_pages_are_neutral_html(how: str) -> None:
    reply = get(f"/fail/{how}")

    text = reply.content.decode()
    assert reply["Content-Type"].startswith("text/html")
    assert '<html lang="en">' in text
    assert reply["X-Request-Id"] in text
    for inside in ("inner reason", "SecretModel", "Traceback", "Stoa", "stoa", "Django", "style="):
        assert inside not in text


def test_an_unknown_path_is_told_without_the_list_of_routes() -> None:
    assert get("/api/nowhere").json()["code"] == "http.404"
    assert "api/orders" not in get("/nowhere").content.decode()


def test_a_refusal_tells_its_code_and_its_facts() -> None:
    for path in ("/api/fail/refused", "/api/full"):
        reply = get(path)

        body = reply.json()
        assert reply.status_code == 409
        assert reply["Content-Type"] == "application/problem+json"
        assert body["type"] == "urn:problem:shelf.full"
        assert body["code"] == "shelf.full"
        assert body["detail"] == "three of three"
        assert body["capacity"] == 3


def test_field_errors_point_into_the_document() -> None:
    reply = Client().post(
        "/api/orders",
        {"lines": [{"sku": "abc"}, {"sku": "too long"}, {}]},
        content_type="application/json",
        headers=ENGLISH,
    )

    assert reply.status_code == 422
    assert reply["Content-Type"] == "application/problem+json"
    body = reply.json()
    assert body["code"] == "api.invalid"
    assert [(error["pointer"], error["code"]) for error in body["errors"]] == [
        ("#/name", "required"),
        ("#/lines/1/sku", "max_length"),
        ("#/lines/2/sku", "required"),
    ]


def test_api_views_tell_malformed_bodies_and_wrong_methods() -> None:
    malformed = Client().post("/api/orders", b"{", content_type="application/json")
    wrong = get("/api/orders")

    assert (malformed.status_code, malformed.json()["code"]) == (400, "api.parse_error")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "api.method_not_allowed")


def test_a_form_without_its_token_is_told_as_an_expired_page() -> None:
    client = Client(enforce_csrf_checks=True)

    page = client.post("/form", headers=ENGLISH)
    document = client.post("/form", headers=ENGLISH | {"Accept": "application/json"})

    assert page.status_code == document.status_code == 403
    assert "This page has expired." in page.content.decode()
    assert document.json()["code"] == "http.csrf_failed"


def test_titles_follow_the_reader_and_else_the_tenant() -> None:
    tenant = TenantRef(id=UUID(int=1), schema="t", role="r", name="n", brand=BrandRef("n"))

    assert get("/api/fail/missing", CHINESE).json()["title"] == "这里什么也没有。"
    assert get("/api/fail/missing", ENGLISH).json()["title"] == "There is nothing here."
    with tenant_context(replace(tenant, locale="en")):
        assert get("/api/fail/missing", {}).json()["title"] == "There is nothing here."
        assert get("/api/fail/missing", CHINESE).json()["title"] == "这里什么也没有。"
    with tenant_context(replace(tenant, locale="zh-hans")):
        reply = get("/fail/missing", {})
        assert "这里什么也没有。" in reply.content.decode()
        assert reply["Content-Language"] == "zh-hans"


def test_a_safe_request_id_is_kept_and_any_other_replaced() -> None:
    assert get("/form", {"X-Request-Id": "edge-1234.ab_C"})["X-Request-Id"] == "edge-1234.ab_C"
    for unsafe in ("short", "x" * 65, 'quote"inside', "new\tline-long", "<script>long", ""):
        made = get("/form", {"X-Request-Id": unsafe})["X-Request-Id"]
        assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", made)


def test_every_answer_carries_the_security_headers() -> None:
    for path in ("/form", "/nowhere", "/fail/bug"):
        reply = Client(raise_request_exception=False).get(path, secure=True)

        policy = reply["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-inline" not in policy
        assert reply["X-Content-Type-Options"] == "nosniff"
        assert reply["Referrer-Policy"] == "strict-origin-when-cross-origin"
        assert reply["Cross-Origin-Opener-Policy"] == "same-origin"
        assert reply["Permissions-Policy"].startswith("camera=()")
        assert reply["Server"] == "web"


def test_a_throttled_api_view_and_a_limited_view_answer_alike() -> None:
    caller = f"caller-{uuid4()}"
    with public_context():
        throttled = [get("/api/throttled", ENGLISH, REMOTE_ADDR=caller) for _n in range(4)]
        limited = [get("/api/guess", ENGLISH, REMOTE_ADDR=caller) for _n in range(3)]

    assert [reply.status_code for reply in throttled] == [200, 200, 200, 429]
    assert [reply.status_code for reply in limited] == [200, 200, 429]
    for reply in (throttled[-1], limited[-1]):
        body = reply.json()
        assert body["code"] == "rate_limit.exceeded"
        assert int(reply["Retry-After"]) == body["retry_after"] >= 1


@pytest.mark.parametrize("status", sorted(TITLES))
def test_every_status_has_a_title_in_both_languages(status: int) -> None:
    with translation.override("en"):
        english = str(document(status_problem(status))["title"])
    with translation.override("zh-hans"):
        chinese = str(document(status_problem(status))["title"])

    assert english.isascii()
    assert not chinese.isascii()
