"""Below a partner of a partner, nothing tells who stands above."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
from django.apps import apps
from django.core import mail
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.exceptions import Resolver404
from pytest_django.fixtures import Settings

from channel_center.brands.services import hand_down
from channel_center.hosts import HOSTS
from channel_center.models import Channel
from channel_center.partners.tests.test_console_and_api import signed_in
from kernel.access.letters import send_letter
from kernel.audit.actor import Actor
from kernel.common.time import utc_now
from kernel.documents.choices import DocumentKind
from kernel.documents.services.samples import sample_of
from kernel.members.choices import Channel as MessageWay
from kernel.members.messages.codes import deliver_code
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from tenants.models import Domain, Tenant
from testkit.factories.orders import make_variant, pay, place
from testkit.factories.taxes import legal_entity
from testkit.tenants import refreshed
from testkit.traces import Traces
from testkit.web import TenantClient, console, store

ACTOR = Actor.system("tests")
PRODUCT: Final = "Stoa"
OPERATOR: Final = "Quasarbase"
UPPER: Final = "Omikronia"
LEGAL: Final = "Pannonitrade"
_LINK: Final = re.compile(r"""(?:href|src|action)=["'](/[^"'#]*)""")
_LEAVES: Final = ("sign-out", "language/", "switch/", "currency/")
_MOST_PAGES: Final = 600
_STATIC: Final = {".js", ".css", ".svg", ".map", ".json", ".txt", ".webmanifest"}
PROVEN: Final = ["zeta-sells.com", "desk.zeta-sells.com", "mail.zeta-sells.com"]


@pytest.fixture
def upstream(db: None, settings: Settings) -> Channel:
    """The operator and the upper partner, each under a name that occurs nowhere else."""
    base = "quasarbase.net"
    settings.STOA_PRODUCT_NAME, settings.STOA_OPERATOR_NAME = PRODUCT, f"{OPERATOR} Operations"
    settings.STOA_BASE_DOMAIN, settings.STOA_OPERATOR_HOST = base, f"operator.{base}"
    settings.STOA_CNAME_TARGET, settings.DEFAULT_FROM_EMAIL = f"shops.{base}", f"shop@{base}"
    HOSTS.forget()
    with public_context():
        return Channel.objects.create(
            name=f"{UPPER} Holding",
            slug="omikronia-one",
            host="partner.omikronia-group.com",
            brand={"name": UPPER, "colour": "#5b0f8c", "support_email": "a@omikronia-group.com",
                   "totp_issuer": UPPER, "sms_sign": UPPER, "pdf_footer": f"{UPPER} Ltd"},
        )  # fmt: skip


@pytest.fixture
def zeta(upstream: Channel) -> Channel:
    """The partner below, which sells under its own brand."""
    with public_context():
        return Channel.objects.create(
            name=f"{LEGAL} Kft",
            slug="pannonitrade",
            parent=upstream,
            host="partner.pannonitrade.com",
            brand={"name": "Zeta", "colour": "#0b6e4f", "support_email": "help@zeta-sells.com",
                   "mail_from": "post@mail.zeta-sells.com", "totp_issuer": "Zeta",
                   "store_domain": "zeta-sells.com", "console_domain": "desk.zeta-sells.com",
                   "pdf_footer": "Zeta, Budapest", "proven": PROVEN},
        )  # fmt: skip


@pytest.fixture
def shop(zeta: Channel, tenant_a: TenantRef) -> TenantRef:
    """A shop two levels down, with something in it."""
    with public_context():
        Domain.objects.filter(tenant_id=tenant_a.id, kind="store").update(
            domain="tea.zeta-sells.com"
        )
        Domain.objects.filter(tenant_id=tenant_a.id, kind="console").update(
            domain="tea.desk.zeta-sells.com"
        )
        Tenant.objects.filter(pk=tenant_a.id).update(
            channel_id=zeta.pk, name="Tea House", brand={"name": "Tea House"}
        )
        hand_down(zeta)
    found = refreshed(tenant_a)
    with tenant_context(found):
        group = place((make_variant().pk, 2))
        pay(group)
    return found


def words_of(upstream: Channel, zeta: Channel) -> list[str]:
    """Return what must stay unknown: names, domains and ids of all who stand above."""
    ids: list[UUID] = [upstream.pk, zeta.pk]
    return [
        *(PRODUCT, OPERATOR, UPPER, LEGAL, "omikronia", "quasarbase"),
        *(upstream.host, zeta.host, upstream.slug, zeta.slug, upstream.public_id, zeta.public_id),
        *(form for each in ids for form in (str(each), each.hex)),
    ]


@pytest.fixture
def traces(upstream: Channel, zeta: Channel) -> Traces:
    return Traces(words_of(upstream, zeta))


def plain_routes(patterns: list[Any], before: str = "/") -> Iterator[str]:
    """Yield all paths of a URLconf that need nothing filled in."""
    for pattern in patterns:
        text = before + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLResolver):
            yield from plain_routes(pattern.url_patterns, text)
        elif isinstance(pattern, URLPattern) and not re.search(r"[<(\\$]", text):
            yield text


def crawl(client: Client, traces: Traces, *, kind: str) -> set[str]:
    """Open one page of each route, found in the URLconf or by a link; return which answered."""
    resolver = get_resolver(f"config.urls_{kind}")
    waiting = list(dict.fromkeys(plain_routes(resolver.url_patterns)))
    seen: set[str] = set()
    answered: set[str] = set()
    while waiting and len(seen) < _MOST_PAGES:
        path = waiting.pop(0)
        try:
            route = resolver.resolve(path.partition("?")[0]).route
        except Resolver404:
            continue
        if route in seen or any(each in path for each in _LEAVES):
            continue
        seen.add(route)
        answer = client.get(path)
        body = traces.look_at_answer(f"GET {path}", answer)
        if answer.status_code == HTTPStatus.OK:
            answered.add(route)
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            waiting += _LINK.findall(body.decode())
        if "/api/" in path:
            refused = client.post(path, "{", content_type="application/json")
            traces.look_at_answer(f"POST {path}", refused)
    return answered


@pytest.fixture
def open_store(shop: TenantRef) -> Iterator[TenantClient]:
    with store(shop, raise_request_exception=False) as client:
        yield client


@pytest.fixture
def open_console(shop: TenantRef) -> Iterator[TenantClient]:
    with console(shop, raise_request_exception=False) as client:
        yield client


def test_no_page_error_or_file_of_the_storefront_tells(
    open_store: TenantClient, traces: Traces
) -> None:
    routes = crawl(open_store, traces, kind="store")
    for path in ("/nothing/", "/api/v1/store/nothing/", "/goods/%00/", "/media/x", "/look/x"):
        traces.look_at_answer(path, open_store.get(path))
    for host in ("nobody.zeta-sells.com", "partner.pannonitrade.com"):
        traces.look_at_answer(host, open_store.get("/", headers={"host": host}))
    open_store.as_member()
    crawl(open_store, traces, kind="store")

    assert traces.found == []
    assert len(routes) > 30


def test_no_page_error_or_file_of_the_console_tells(
    open_console: TenantClient, traces: Traces
) -> None:
    for path in ("/", "/sign-in/", "/nothing/", "/api/v1/admin/nothing/"):
        traces.look_at_answer(path, open_console.get(path))
    refused = open_console.post("/sign-in/", {"email": "a@b.cd", "password": "x"})
    traces.look_at_answer("/sign-in/ refused", refused)
    open_console.as_staff("*")

    routes = crawl(open_console, traces, kind="console")
    for kind in ("csv", "xlsx"):
        for name in ("orders", "products", "activity", "members"):
            traces.look_at_answer(name, open_console.get(f"/{name}/export.{kind}"))

    assert traces.found == []
    assert len(routes) > 150


def test_no_page_error_or_file_of_the_consoles_of_a_sub_partner_tells(
    shop: TenantRef, zeta: Channel, upstream: Channel, settings: Settings
) -> None:
    settings.STOA_PROCESS, settings.ROOT_URLCONF = "channel", "config.urls_channel"
    settings.STOA_PROBLEM_PAGE = "kernel.backoffice.views.problem_page"
    # What it is itself called stands in its own console; who stands above it does not.
    own = {LEGAL, zeta.host, zeta.slug, zeta.public_id, str(zeta.pk), zeta.pk.hex}
    traces = Traces(word for word in words_of(upstream, zeta) if word not in own)
    stranger = Client(headers={"host": zeta.host}, raise_request_exception=False)
    for path in ("/", "/sign-in/", "/nothing/", "/invited/x/", "/api/v1/channel/nothing/"):
        traces.look_at_answer(path, stranger.get(path))
    refused = stranger.post("/sign-in/", {"email": "a@b.cd", "password": "x"})
    traces.look_at_answer("/sign-in/ refused", refused)
    for language in ("en", "zh-hans"):
        partner = signed_in(zeta.host, zeta)
        partner.raise_request_exception = False
        partner.defaults["HTTP_ACCEPT_LANGUAGE"] = language
        routes = crawl(partner, traces, kind="channel")
        for path in (f"/shops/{shop.public_id}/", f"/shops/{shop.public_id}/visits/",
                     "/shops/?form=csv", "/bulk/new/?action=hold&all=1"):  # fmt: skip
            answer = partner.get(path)
            traces.look_at_answer(path, answer)
            assert answer.status_code == HTTPStatus.OK

    assert traces.found == []
    assert len(routes) > 25


def test_no_letter_text_message_or_document_tells(
    shop: TenantRef, traces: Traces, open_console: TenantClient
) -> None:
    with tenant_context(shop):
        person = open_console.as_staff("*")
        send_letter(person, subject="Welcome", body="Hello")
        deliver_code(
            channel=MessageWay.EMAIL,
            target="a@example.com",
            code="1234",
            lasts=timedelta(minutes=5),
        )
        entity = legal_entity(name="Tea House Ltd")
        papers = {kind: sample_of(entity, kind, now=utc_now()) for kind in DocumentKind}
    for letter in mail.outbox:
        message = letter.message()
        traces.look_at_letter(str(letter.subject), message)
        assert message["From"].endswith("<post@mail.zeta-sells.com>")
        assert message["Message-ID"].endswith("@mail.zeta-sells.com>")
    traces.look_at_files({str(kind): content for kind, content in papers.items()})

    assert traces.found == []
    assert (len(mail.outbox), len(papers)) == (2, len(DocumentKind))


def test_no_script_style_or_source_map_tells(traces: Traces) -> None:
    folders = [Path(each.path) / "static" for each in apps.get_app_configs()]
    files = [
        path
        for folder in folders
        if not folder.as_posix().partition("site-packages")[1]
        for path in folder.rglob("*")
        if path.suffix in _STATIC
    ]

    traces.look_at_files({path.name: path.read_bytes() for path in files})

    assert traces.found == []
    assert len(files) > 10


@pytest.mark.parametrize(
    "planted",
    [
        {"support_email": "help@omikronia-group.com"},
        {"pdf_footer": "Run by QUASARBASE"},
        {"console_name": "Pannonitrade"},
        {"help_url": "https://docs.stoa.example/"},
    ],
)
def test_a_planted_trace_is_found(shop: TenantRef, traces: Traces, planted: dict[str, str]) -> None:
    with public_context():
        brand = Tenant.objects.get(pk=shop.id).brand | planted
        Tenant.objects.filter(pk=shop.id).update(brand=brand)
    told = refreshed(shop)

    with console(told) as desk:
        traces.look_at_answer("/sign-in/", desk.get("/sign-in/"))
    with tenant_context(told):
        deliver_code(
            channel=MessageWay.EMAIL, target="a@example.com", code="1", lasts=timedelta(minutes=5)
        )
        entity = legal_entity(name="Tea House Ltd")
        traces.look("pdf", sample_of(entity, DocumentKind.INVOICE, now=utc_now()))
    traces.look_at_letter("code", mail.outbox[0].message())

    assert traces.found


@pytest.mark.parametrize(
    "content",
    [
        b"X-Powered-By: STOA",
        b"\\u0073toa",
        b"&#83;toa",
        b"%53toa",
        b"\x00s\x00t\x00o\x00a",
        b"https://shops.quasarbase.net/x.png",
    ],
)
def test_a_trace_is_found_however_it_is_written(traces: Traces, content: bytes) -> None:
    traces.look("planted", content)

    assert traces.found


def test_a_chance_likeness_within_a_token_is_no_trace(traces: Traces) -> None:
    traces.look("token", "csrf=q8stoaX0 restoate")

    assert traces.found == []
