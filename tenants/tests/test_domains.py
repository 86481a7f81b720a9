"""Host names: what may be one, to whom it belongs, and how that is proven."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from secrets import token_hex

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, Settings

from kernel.audit.actor import Actor
from kernel.audit.models import AuditEntry
from kernel.audit.services import verify_chain
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.tenancy.context import TenantRef, public_context
from kernel.tenancy.ports import directory
from tenants.choices import DomainKind, DomainState, HoldLevel
from tenants.directory import read_tenant
from tenants.errors import (
    ConfusableDomain,
    DomainNotProven,
    DomainTaken,
    InvalidDomain,
    InvalidTenantField,
    InvalidTenantName,
    ReservedDomain,
    StateRefused,
    UnknownDomain,
)
from tenants.models import Domain, Tenant
from tenants.services import states
from tenants.services.domain_checks import EVERY, MOST_FAILURES, recheck
from tenants.services.domains import (
    PROOF_LABEL,
    add_domain,
    make_primary,
    may_have_certificate,
    proof_for,
    remove_domain,
    verify_domain,
)
from tenants.services.lifecycle import Opening, open_tenant
from tenants.services.pool import refill
from tenants.views import tls_ask
from testkit.dns import DnsServer

ACTOR = Actor.system("tests")
STORE = DomainKind.STORE
OWN_NAME = "shop.example.org"


@pytest.fixture
def dns_server(settings: Settings) -> Iterator[DnsServer]:
    with DnsServer() as server:
        settings.STOA_DNS_SERVER = server.address
        yield server


def add(tenant: TenantRef, name: str, *, kind: DomainKind = STORE) -> Domain:
    return add_domain(tenant.id, name, kind=kind, actor=ACTOR)


def count() -> int:
    with public_context():
        return Domain.objects.count()


def state_of(name: str) -> str:
    with public_context():
        return Domain.objects.get(domain=name).state


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "localhost",
        "shop",
        "192.0.2.1",
        "[2001:db8::1]",
        "2001:db8::1",
        "shop.example.org:8000",
        "https://shop.example.org",
        "shop.example.org/path",
        "user@example.org",
        "*.example.org",
        "_dmarc.example.org",
        "-shop.example.org",
        "shop-.example.org",
        "shop..example.org",
        ".example.org",
        "shop.example.123",
        "a b.example.org",
        "a\u200bb.example.org",
        "a\nb.example.org",
        "😀.example.org",
        "xn--.example.org",
        "xn--a.example.org",
        f"{'a' * 64}.example.org",
        f"{'a.' * 130}org",
        "a" * 300,
    ],
)
def test_what_is_no_host_name_is_refused(tenant_a: TenantRef, name: str) -> None:
    before = count()

    with pytest.raises(InvalidDomain):
        add(tenant_a, name)

    assert count() == before


@pytest.mark.parametrize(
    "name",
    [
        "admin.localhost",
        "www.admin.localhost",
        "API.localhost",
        "mail.localhost.",
        "shop.test",
        "shop.local",
        "shop.onion",
    ],
)
def test_names_that_belong_to_the_installation_or_nobody_are_refused(
    tenant_a: TenantRef, name: str
) -> None:
    before = count()

    with pytest.raises(ReservedDomain):
        add(tenant_a, name)

    assert count() == before


@pytest.mark.parametrize("name", ["Taken.Example.ORG", "taken.example.org.", "ｔaken.example.org"])
def test_a_name_is_bound_once_in_whatever_form(
    tenant_a: TenantRef, tenant_b: TenantRef, name: str
) -> None:
    add(tenant_a, "taken.example.org")
    before = count()

    for tenant in (tenant_a, tenant_b):
        with pytest.raises(DomainTaken) as refusal:
            add(tenant, name)
        assert tenant_a.name not in str(refusal.value)

    assert count() == before


@pytest.mark.parametrize("name", ["аpple.example.org", "appIe.example.org".replace("I", "ӏ")])
def test_a_name_that_looks_like_anothers_is_refused(
    tenant_a: TenantRef, tenant_b: TenantRef, name: str
) -> None:
    add(tenant_a, "apple.example.org")
    before = count()

    with pytest.raises(ConfusableDomain):
        add(tenant_b, name)

    assert count() == before


def test_a_plain_name_that_a_foreign_one_looks_like_is_refused_too(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    add(tenant_a, "раураӏ.example.org")

    with pytest.raises(ConfusableDomain):
        add(tenant_b, "paypal.example.org")


def test_looking_for_look_alikes_costs_two_queries_however_many_names_there_are(
    tenant_a: TenantRef, tenant_b: TenantRef, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for index in range(20):
        add(tenant_a, f"店{index}.example.org")

    with django_assert_max_num_queries(16):
        add(tenant_b, "例.example.org")


def test_a_name_in_another_script_is_kept_in_its_ascii_form(tenant_a: TenantRef) -> None:
    assert add(tenant_a, "茶馆.中国").domain == "xn--cl1ay07b.xn--fiqs8s"


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"name": ""}, InvalidTenantName),
        ({"name": "x" * 121}, InvalidTenantName),
        ({"name": "x" * 300}, InvalidTenantName),
        ({"name": "a\u202eb"}, InvalidTenantName),
        ({"name": "a\nb"}, InvalidTenantName),
        ({"zone": "Mars/Olympus"}, InvalidTenantField),
        ({"locale": "tlh"}, InvalidTenantField),
        ({"currency": "XXX"}, InvalidTenantField),
        ({"kind": "both"}, InvalidTenantField),
        ({"legal_entity": "x" * 201}, InvalidTenantField),
        ({"hosts": {STORE: "tenant-a.localhost"}}, DomainTaken),
        ({"hosts": {STORE: "admin.localhost"}}, ReservedDomain),
        ({"hosts": {STORE: "no host"}}, InvalidDomain),
    ],
)
def test_a_tenant_with_bad_particulars_is_not_opened(
    tenant_a: TenantRef, change: dict[str, object], refusal: type[DomainError]
) -> None:
    given = {"name": "new", "hosts": {STORE: "new.localhost"}, **change}
    with public_context():
        before = (Tenant.objects.count(), count())

    with pytest.raises(refusal):
        open_tenant(Opening(**given), actor=ACTOR, may_make_schema=True)  # type: ignore[arg-type]

    with public_context():
        assert (Tenant.objects.count(), count()) == before


def test_a_name_is_served_once_the_dns_holds_its_record(
    tenant_a: TenantRef, dns_server: DnsServer
) -> None:
    domain = add(tenant_a, OWN_NAME)

    with pytest.raises(DomainNotProven) as refusal:
        verify_domain(tenant_a.id, OWN_NAME, actor=ACTOR)
    assert refusal.value.fields["value"] == domain.proof
    assert directory().by_host(OWN_NAME, kind="store") is None

    dns_server.txt[f"{PROOF_LABEL}.{OWN_NAME}"] = ["something else", domain.proof]
    assert verify_domain(tenant_a.id, OWN_NAME, actor=ACTOR).state == DomainState.VERIFIED
    directory().forget(tenant_a.id)
    found = directory().by_host(OWN_NAME, kind="store")
    assert found is not None
    assert found.id == tenant_a.id


def test_a_name_is_proven_by_an_alias_that_names_the_tenant(
    tenant_a: TenantRef, dns_server: DnsServer, settings: Settings
) -> None:
    domain = add(tenant_a, OWN_NAME)
    dns_server.cname[OWN_NAME] = settings.STOA_CNAME_TARGET
    with pytest.raises(DomainNotProven):
        verify_domain(tenant_a.id, OWN_NAME, actor=ACTOR)

    dns_server.cname[OWN_NAME] = f"{domain.proof[:20]}.{settings.STOA_CNAME_TARGET}"

    assert verify_domain(tenant_a.id, OWN_NAME, actor=ACTOR).state == DomainState.VERIFIED


def test_another_tenants_proof_proves_nothing(
    tenant_a: TenantRef, tenant_b: TenantRef, dns_server: DnsServer
) -> None:
    add(tenant_a, OWN_NAME)
    dns_server.txt[f"{PROOF_LABEL}.{OWN_NAME}"] = [proof_for(tenant_b.id, OWN_NAME)]

    with pytest.raises(DomainNotProven):
        verify_domain(tenant_a.id, OWN_NAME, actor=ACTOR)
    with pytest.raises(UnknownDomain):
        verify_domain(tenant_b.id, OWN_NAME, actor=ACTOR)
    with pytest.raises(UnknownDomain):
        remove_domain(tenant_b.id, OWN_NAME, actor=ACTOR)


def test_a_name_whose_record_vanished_breaks_after_some_days_and_heals(
    tenant_a: TenantRef, dns_server: DnsServer
) -> None:
    record = f"{PROOF_LABEL}.{OWN_NAME}"
    dns_server.txt[record] = [add(tenant_a, OWN_NAME).proof]
    verify_domain(tenant_a.id, OWN_NAME, actor=ACTOR)
    now = utc_now()
    proof = dns_server.txt.pop(record)

    for day in range(1, MOST_FAILURES + 1):
        assert state_of(OWN_NAME) == DomainState.VERIFIED
        recheck(now=now + day * timedelta(days=1), actor=ACTOR)

    assert state_of(OWN_NAME) == DomainState.BROKEN
    assert not may_have_certificate(OWN_NAME)
    dns_server.txt[record] = proof
    recheck(now=now + timedelta(days=9), actor=ACTOR)
    assert state_of(OWN_NAME) == DomainState.VERIFIED


def test_a_dns_that_does_not_answer_breaks_nothing(
    tenant_a: TenantRef, dns_server: DnsServer
) -> None:
    dns_server.txt[f"{PROOF_LABEL}.{OWN_NAME}"] = [add(tenant_a, OWN_NAME).proof]
    verify_domain(tenant_a.id, OWN_NAME, actor=ACTOR)
    dns_server.silent = True

    for day in range(1, 6):
        recheck(now=utc_now() + day * timedelta(days=1), actor=ACTOR)

    assert state_of(OWN_NAME) == DomainState.VERIFIED


def test_a_name_is_looked_at_once_a_day(tenant_a: TenantRef, dns_server: DnsServer) -> None:
    dns_server.txt[f"{PROOF_LABEL}.{OWN_NAME}"] = [add(tenant_a, OWN_NAME).proof]
    verify_domain(tenant_a.id, OWN_NAME, actor=ACTOR)
    dns_server.txt.clear()

    for _unused in range(MOST_FAILURES + 1):
        recheck(now=utc_now() + EVERY / 2, actor=ACTOR)

    assert state_of(OWN_NAME) == DomainState.VERIFIED


def test_the_proxy_obtains_certificates_for_proven_names_of_living_tenants_only(
    tenant_a: TenantRef, dns_server: DnsServer
) -> None:
    domain = add(tenant_a, OWN_NAME)

    def status(name: str) -> int:
        with public_context():
            return tls_ask(RequestFactory().get("/internal/tls/ask", {"domain": name})).status_code

    assert status(OWN_NAME) == 404
    dns_server.txt[f"{PROOF_LABEL}.{OWN_NAME}"] = [domain.proof]
    verify_domain(tenant_a.id, OWN_NAME, actor=ACTOR)

    assert status(OWN_NAME) == 200
    for name in ("", "sub.shop.example.org", "example.org", "nobody.example.org", "x" * 300, "../"):
        assert status(name) == 404
    with public_context():
        Tenant.objects.filter(pk=tenant_a.id).update(state="archived")
    assert status(OWN_NAME) == 404


def test_the_primary_name_is_moved_and_never_removed(tenant_a: TenantRef) -> None:
    add(tenant_a, "second.localhost")

    with pytest.raises(StateRefused):
        remove_domain(tenant_a.id, "tenant-a.localhost", actor=ACTOR)
    make_primary(tenant_a.id, "second.localhost", actor=ACTOR, redirect_others=True)
    directory().forget(tenant_a.id)
    now = directory().by_id(tenant_a.id)

    assert now.host("store") == "second.localhost"
    assert now.redirect_for("store", "tenant-a.localhost") == "second.localhost"
    assert now.host("console") == "console.tenant-a.localhost"


def test_an_unproven_name_cannot_become_primary(tenant_a: TenantRef) -> None:
    add(tenant_a, OWN_NAME)

    with pytest.raises(UnknownDomain):
        make_primary(tenant_a.id, OWN_NAME, actor=ACTOR, redirect_others=False)


def test_a_hold_that_lapses_opens_the_tenant_again(tenant_a: TenantRef) -> None:
    states.place_hold(
        tenant_a.id,
        kind="billing",
        level=HoldLevel.CLOSED,
        reason="unpaid",
        actor=ACTOR,
        until=utc_now() - timedelta(seconds=1),
    )
    with public_context():
        Tenant.objects.filter(pk=tenant_a.id).update(state="suspended")

    assert states.follow_lapsed_holds(actor=ACTOR) == 1
    with public_context():
        assert Tenant.objects.get(pk=tenant_a.id).state == "active"


@pytest.mark.usefixtures("tenant_a")
def test_opening_a_shop_from_the_pool_takes_few_statements() -> None:
    refill(1)
    label = token_hex(4)
    opening = Opening(
        name="New",
        hosts={STORE: f"{label}.localhost", DomainKind.CONSOLE: f"console.{label}.localhost"},
        owner_email="owner@example.com",
        owner_password_hash="x",
    )

    with CaptureQueriesContext(connection) as queries:
        opened = open_tenant(opening, actor=ACTOR, may_make_schema=False)

    assert len(queries) <= 25
    assert opened == read_tenant(opened.id)[0]
    acts = AuditEntry.objects.filter(object_id=opened.public_id).order_by("sequence")
    with public_context():
        assert list(acts.values_list("action", flat=True)) == [
            "tenants.state_changed",
            "tenants.domain_added",
            "tenants.domain_added",
            "tenants.state_changed",
            "tenants.opened",
        ]
        assert verify_chain().intact
