"""Pages that go out again in front of everything else."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from time import sleep
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
from django.core.signals import request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import RequestFactory

from kernel.catalogue.models import Product
from kernel.members.cookies import cookie_name
from kernel.relations.attribution import PARAMETER
from kernel.tenancy.context import TenantRef, no_scope, tenant_context
from testkit.web import process
from themes.cache.counters import bump
from themes.cache.front import SECONDS, Front
from themes.sources import all_counters
from themes.tests.samples import Shelf


@dataclass
class Answer:
    status: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Shop:
    """A storefront with the front before it, which counts what it is asked itself."""

    reached: int = 0
    front: WSGIApplication = field(init=False)

    def __post_init__(self) -> None:
        storefront = get_wsgi_application()

        def counted(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
            self.reached += 1
            return storefront(environ, start)

        self.front = Front(counted)

    def get(self, tenant: TenantRef, path: str = "/", **headers: str) -> Answer:
        told: list[Any] = []
        host = tenant.host("store") or ""
        told_by: dict[str, Any] = {"HTTP_HOST": host, "HTTP_ACCEPT_LANGUAGE": "en", **headers}
        environ = RequestFactory(**told_by).get(path)
        with no_scope():
            parts = self.front(environ.environ, lambda *args: told.append(args))  # type: ignore[arg-type]
        return Answer(told[-1][0], dict(told[-1][1]), b"".join(parts))


@pytest.fixture
def shop() -> Iterator[Shop]:
    # As Django's own test client does: the test's transaction stands on this connection.
    request_started.disconnect(close_old_connections)
    with process("store"):
        yield Shop()
    request_started.connect(close_old_connections)


def test_a_page_goes_out_again_as_it_was_and_nothing_behind_is_asked(
    shop: Shop, tenant_a: TenantRef, shelf: Shelf
) -> None:
    shelf.product("Green tea")

    first, again = shop.get(tenant_a), shop.get(tenant_a)

    assert shop.reached == 1
    assert b"Green tea" in first.body
    assert (again.status, again.body) == (first.status, first.body)
    ids = {each.headers.pop("X-Request-Id") for each in (first, again)}
    assert len(ids) == 2
    assert again.headers == first.headers
    assert "Content-Security-Policy" in again.headers


def test_a_browser_that_has_the_page_gets_nothing_and_one_that_unpacks_gets_it_packed(
    shop: Shop, tenant_a: TenantRef
) -> None:
    plain = shop.get(tenant_a)
    shop.get(tenant_a, HTTP_ACCEPT_ENCODING="gzip")

    packed = shop.get(tenant_a, HTTP_ACCEPT_ENCODING="gzip")
    known = shop.get(tenant_a, HTTP_IF_NONE_MATCH=plain.headers["ETag"])

    assert shop.reached == 2
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["Content-Length"] == str(len(packed.body))
    assert (known.status, known.body) == ("304 Not Modified", b"")
    assert "Content-Length" not in known.headers


def test_a_change_is_seen_within_a_moment(shop: Shop, tenant_a: TenantRef, shelf: Shelf) -> None:
    shelf.product("Green tea")
    shop.get(tenant_a)

    with tenant_context(tenant_a):
        Product.objects.update(title="White tea")
        bump(*all_counters())
    sleep(SECONDS + 0.1)

    assert b"White tea" in shop.get(tenant_a).body


def test_each_language_and_each_shop_has_its_own(
    shop: Shop, tenant_a: TenantRef, tenant_b: TenantRef, shelf: Shelf
) -> None:
    shelf.product("Green tea")
    shop.get(tenant_a)

    other_shop = shop.get(tenant_b)
    chinese = shop.get(tenant_a, HTTP_ACCEPT_LANGUAGE="zh-CN")

    assert shop.reached == 3
    assert b"Green tea" not in other_shop.body
    assert b'lang="zh' in chinese.body
    assert chinese.headers["Content-Language"] == "zh-hans"


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {"HTTP_COOKIE": "{member}=abc"}),
        ("/", {"HTTP_AUTHORIZATION": "Bearer abc"}),
        ("/?{via}=abcd2345", {}),
        ("/cart/", {}),
        ("/api/v1/store/products/", {}),
        ("/products/not-there/", {}),
    ],
)
def test_what_could_be_a_persons_own_goes_the_long_way(
    shop: Shop, tenant_a: TenantRef, path: str, headers: dict[str, str]
) -> None:
    names = {"member": cookie_name(), "via": PARAMETER}
    told = {name: value.format(**names) for name, value in headers.items()}
    shop.get(tenant_a)

    for _ in range(2):
        shop.get(tenant_a, path.format(**names), **told)

    assert shop.reached == 3
