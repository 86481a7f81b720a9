"""The APIs answer what their documents say, whatever they are asked.

Requests are made from the documents: some fit, some do not, and half of them
name what the shop has. What each does is undone, so that none depends on another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection, transaction
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from pytest_django import Settings
from redis import Redis
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from channel_center.hosts import HOSTS
from config.dev.openapi import document
from kernel.common.secrets.local_ring import write_new_key
from kernel.common.secrets.services import default_sealer
from kernel.common.time import utc_now
from kernel.tenancy.context import TenantRef, no_scope, tenant_context
from testkit.web import TenantClient, process
from tests.contract.seeded_channel import seeded_partner
from tests.contract.seeded_shop import Seeded, seeded

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
LEFT_OUT = frozenset({401, 403})
# Refuses to begin inside a transaction, in which all that is asked here stands.
ON_ITS_OWN = frozenset({"/api/v1/admin/withdrawals/{withdrawal}/send/"})
LONG = pytest.param(150, id="long", marks=pytest.mark.soak)
ROUNDS = [pytest.param(1, id="short"), LONG]


@dataclass(frozen=True)
class Caller:
    """How whoever asks shows who it is; what answers came, by operation."""

    headers: dict[str, str]
    cookies: str = ""
    heard: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))


@pytest.fixture
def _sealed(tmp_path: Path, settings: Settings) -> Iterator[None]:
    write_new_key(tmp_path, now=utc_now())
    settings.STOA_KMS_KEY, settings.STOA_SECRETS_KEYS_DIR = "", str(tmp_path)
    # Nobody is asked outside: what cannot be reached is told as such.
    settings.STOA_STRIPE_API_BASE = "http://127.0.0.1:9"
    default_sealer.cache_clear()
    yield
    default_sealer.cache_clear()


@pytest.mark.parametrize("rounds", [pytest.param(2, id="short"), LONG])
@pytest.mark.usefixtures("_sealed")
def test_the_store_api_keeps_its_document(tenant_a: TenantRef, rounds: int) -> None:
    with process("store"):
        browser = TenantClient(tenant_a, "store")
        member = browser.as_member()
        with tenant_context(tenant_a):
            shop = seeded(member)
        bearer = {"Authorization": browser.defaults["HTTP_AUTHORIZATION"]}
        caller = Caller({**bearer, "Host": browser.defaults["HTTP_HOST"]})
        wrong = faults("store", shop, rounds, caller)

    assert wrong == []


@pytest.mark.parametrize("rounds", ROUNDS)
@pytest.mark.usefixtures("_sealed")
def test_the_admin_api_keeps_its_document(tenant_a: TenantRef, rounds: int) -> None:
    with process("store"):
        member = TenantClient(tenant_a, "store").as_member()
    with process("console"):
        with tenant_context(tenant_a):
            shop = seeded(member)
        browser = TenantClient(tenant_a, "console")
        browser.as_staff("*")
        wrong = faults("admin", shop, rounds, _session(browser))

    assert wrong == []


@pytest.mark.parametrize("rounds", ROUNDS)
@pytest.mark.usefixtures("_sealed")
def test_the_channel_api_keeps_its_document(tenant_a: TenantRef, rounds: int) -> None:
    with process("channel"):
        HOSTS.forget()
        partner, api, shop = seeded_partner(tenant_a)
        caller = Caller({"Host": partner.host, "Authorization": f"Bearer {api.text}"})
        wrong = faults("channel", shop, rounds, caller)

    assert wrong == []


def _session(browser: TenantClient) -> Caller:
    token = "a" * 32
    cookies = {name: morsel.value for name, morsel in browser.cookies.items()}
    cookies[settings.CSRF_COOKIE_NAME] = token
    shown = {"Host": browser.defaults["HTTP_HOST"], "X-CSRFToken": token}
    return Caller(shown, "; ".join(f"{name}={value}" for name, value in cookies.items()))


def faults(name: str, shop: Seeded, rounds: int, caller: Caller) -> list[str]:
    """Return each operation that answered something else than its document says, and what."""
    schema = schemathesis.openapi.from_dict(document(name))
    schema.config.generation.with_security_parameters = False
    schema.app = _application(caller)
    found = []
    for result in schema.get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]  # an operation that cannot be read raises
        _forget_limits()
        try:
            with one_connection():
                _tried(operation, shop, rounds, caller)()
        except FailureGroup as group:
            found.append(f"{operation.label}: {group}")
    shut = [label for label, statuses in caller.heard.items() if statuses <= LEFT_OUT]
    return [*found, *(f"{label}: nobody was let in" for label in shut)]


def _tried(operation: Any, shop: Seeded, rounds: int, caller: Caller) -> Callable[[], None]:
    parts = [part for part in operation.path.split("/") if part]
    known = {
        part[1:-1]: shop.paths.get(f"{before}/{part[1:-1]}")
        for before, part in pairwise(parts)
        if part.startswith("{")
    }
    known = {name: value for name, value in known.items() if value}
    known = {} if operation.path in ON_ITS_OWN else known
    modes = list(schemathesis.GenerationMode)
    ways = [operation.as_strategy(mode) for mode in modes]
    if known:
        ways += [operation.as_strategy(mode, path_parameters=known) for mode in modes]

    @trying(
        max_examples=rounds,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of(*ways), is_real=st.booleans())
    def asked(case: Any, is_real: bool) -> None:
        if is_real:
            case.body = _with_real(case.body, shop.members)
        with undone():
            answer = case.call(headers=caller.headers)
            caller.heard[operation.label].add(answer.status_code)
            case.validate_response(answer, checks=CHECKS)

    return asked


def _with_real(body: Any, members: dict[str, str]) -> Any:
    """Let a body name what there is wherever it names anything."""
    if isinstance(body, list):
        return [_with_real(each, members) for each in body]
    if not isinstance(body, dict):
        return body
    return {
        name: _named(value, members[name], members)
        if name in members
        else _with_real(value, members)
        for name, value in body.items()
    }


def _named(value: Any, real: str | None, members: dict[str, str]) -> Any:
    if real is not None and isinstance(value, str):
        return real
    if real is not None and isinstance(value, list):
        return [real if isinstance(each, str) else _with_real(each, members) for each in value]
    return _with_real(value, members)


@contextmanager
def one_connection() -> Iterator[None]:
    """Keep the test's connection through requests, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


@contextmanager
def undone() -> Iterator[None]:
    """Take back what the block does, without a transaction that others would stand in."""
    before = transaction.savepoint()
    try:
        yield
    finally:
        connection.needs_rollback = False
        transaction.savepoint_rollback(before)


def _application(caller: Caller) -> Callable[..., Any]:
    served = get_wsgi_application()

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        if caller.cookies:
            environ["HTTP_COOKIE"] = caller.cookies
        with no_scope():
            answer = served(environ, start_response)
            try:
                return list(answer)
            finally:
                answer.close()

    return application


def _forget_limits() -> None:
    """Let each operation begin with nothing counted: what is asked here is no attack."""
    with Redis.from_url(settings.STOA_REDIS_URL) as store:
        for key in store.scan_iter(f"{settings.STOA_REDIS_PREFIX}limit*"):
            store.delete(key)
