"""Channel partners: what is refused, and whose shops each of them sees."""

from __future__ import annotations

from secrets import token_hex
from uuid import UUID

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from channel_center.errors import ChannelTaken, InvalidChannel
from channel_center.hosts import HOSTS
from channel_center.models import Channel
from channel_center.services.channels import (
    add_staff,
    create_channel,
    open_tenant_for_channel,
    tenants_of,
)
from kernel.access.services import hash_password
from kernel.audit.actor import Actor
from kernel.tenancy.context import TenantRef, public_context
from tenants.choices import DomainKind
from tenants.errors import DomainTaken, InvalidDomain
from tenants.models import Tenant
from tenants.services.lifecycle import Opening
from tenants.services.pool import refill

ACTOR = Actor.system("tests")
PASSWORD = "a quiet harbour at dawn"


@pytest.fixture(autouse=True)
def _nothing_remembered(db: None) -> None:
    HOSTS.forget()


def make_channel(**changed: object) -> Channel:
    slug = f"partner-{token_hex(3)}"
    values: dict[str, object] = {
        "name": "North Star",
        "slug": slug,
        "host": f"{slug}.localhost",
        "brand": {"name": "North Star", "colour": "#2d4a9e"},
    }
    return create_channel(**(values | changed), actor=ACTOR)  # type: ignore[arg-type]


def make_person(channel_id: UUID | None) -> str:
    email = f"{token_hex(4)}@example.com"
    hashed = hash_password(PASSWORD)
    add_staff(channel_id=channel_id, email=email, name="Zhou", password_hash=hashed)
    return email


def open_shop(channel: Channel, label: str) -> UUID:
    opening = Opening(
        name=label, hosts={DomainKind.STORE: f"{label}.localhost"}, owner_email="o@example.com"
    )
    return open_tenant_for_channel(channel.pk, opening, actor=ACTOR)[0]


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"slug": "Bad Slug"}, InvalidChannel),
        ({"slug": "a"}, InvalidChannel),
        ({"host": "no host"}, InvalidDomain),
        ({"host": "tenant-a.localhost"}, DomainTaken),
        ({"brand": {"colour": "red"}}, InvalidChannel),
        ({"brand": {"logo_url": "http://example.com/x.png"}}, InvalidChannel),
        ({"brand": {"script": "x"}}, InvalidChannel),
    ],
)
def test_a_channel_that_cannot_be_used_is_refused_and_nothing_is_kept(
    changed: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        make_channel(**changed)

    with public_context():
        assert Channel.objects.count() == 0


def test_a_host_name_belongs_to_one_partner() -> None:
    first = make_channel()

    with pytest.raises(ChannelTaken):
        make_channel(host=first.host)


def test_a_shop_cannot_take_the_host_name_of_a_partners_console() -> None:
    channel = make_channel()

    with pytest.raises(DomainTaken):
        open_shop(channel, channel.slug)


def test_a_partner_sees_its_own_shops_and_the_operator_all() -> None:
    refill(2)
    one, other = make_channel(), make_channel()
    shop = open_shop(one, f"shop-{token_hex(4)}")

    with public_context():
        assert list(tenants_of(one.pk).values_list("pk", flat=True)) == [shop]
        assert list(tenants_of(other.pk)) == []
        assert tenants_of(None).count() == Tenant.objects.count()


class TestConsole:
    """The pages, asked for as a channel process is asked."""

    @pytest.fixture(autouse=True)
    def _as_channel_process(self, settings: Settings) -> None:
        settings.STOA_PROCESS = "channel"
        settings.ROOT_URLCONF = "config.urls_channel"
        settings.STOA_PROBLEM_PAGE = "kernel.backoffice.views.problem_page"

    def signed_in(self, host: str, email: str) -> Client:
        client = Client(headers={"host": host, "accept-language": "en"})
        client.post("/sign-in/", {"email": email, "password": PASSWORD, "next": "/"})
        return client

    def test_staff_of_one_partner_cannot_sign_in_at_anothers_console(self) -> None:
        one, other = make_channel(), make_channel()
        client = self.signed_in(other.host, make_person(one.pk))

        answer = client.get("/shops/")

        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in/")

    def test_a_session_does_not_count_at_another_partners_console(self) -> None:
        one, other = make_channel(), make_channel()
        client = self.signed_in(one.host, make_person(one.pk))
        assert client.get("/shops/").status_code == 200

        answer = client.get("/shops/", headers={"host": other.host})

        assert answer.status_code == 302

    def test_another_partners_shop_is_not_found(self) -> None:
        refill(2)
        one, other = make_channel(), make_channel()
        with public_context():
            shop = Tenant.objects.get(pk=open_shop(one, f"shop-{token_hex(4)}"))
        client = self.signed_in(other.host, make_person(other.pk))

        for path in ("", "hold/"):
            assert client.get(f"/shops/{shop.public_id}/{path}").status_code == 404

    def test_the_operators_pages_are_forbidden_to_partners(self) -> None:
        channel = make_channel()
        client = self.signed_in(channel.host, make_person(channel.pk))

        for path in ("/partners/", "/partners/new/", "/system/", "/activity/"):
            assert client.get(path).status_code == 403

    def test_the_operators_pages_answer_the_operator(self, settings: Settings) -> None:
        host = str(settings.STOA_OPERATOR_HOST)
        client = self.signed_in(host, make_person(None))

        for path in ("/", "/shops/", "/partners/", "/partners/new/", "/system/", "/activity/"):
            assert client.get(path).status_code == 200, path

    def test_a_shop_is_suspended_with_a_reason_and_let_go(self, tenant_a: TenantRef) -> None:
        channel = make_channel()
        with public_context():
            Tenant.objects.filter(pk=tenant_a.id).update(channel_id=channel.pk)
        client = self.signed_in(channel.host, make_person(channel.pk))
        page = f"/shops/{tenant_a.public_id}/"

        assert client.post(f"{page}hold/", {"level": "3", "reason": ""}).status_code == 422
        client.post(f"{page}hold/", {"level": "3", "reason": "unpaid"})

        with public_context():
            tenant = Tenant.objects.get(pk=tenant_a.id)
            hold = tenant.holds.get()
            assert (tenant.state, hold.reason, hold.kind) == ("suspended", "unpaid", "channel")
        client.post(f"{page}holds/{hold.public_id}/lift/")
        with public_context():
            assert Tenant.objects.get(pk=tenant_a.id).state == "active"

    def test_the_csv_holds_the_partners_shops_only(self, tenant_a: TenantRef) -> None:
        channel = make_channel()
        with public_context():
            Tenant.objects.filter(pk=tenant_a.id).update(
                channel_id=channel.pk, name="=HYPERLINK(1)"
            )
        client = self.signed_in(channel.host, make_person(channel.pk))

        text = b"".join(client.get("/shops/?form=csv").streaming_content).decode()  # type: ignore[attr-defined]

        assert "'=HYPERLINK(1)" in text
        assert "tenant-b" not in text

    def test_a_wrong_password_and_an_unknown_address_are_answered_alike(self) -> None:
        channel = make_channel()
        client = Client(headers={"host": channel.host, "accept-language": "en"})
        known = make_person(channel.pk)

        pages = [
            client.post("/sign-in/", {"email": email, "password": "wrong wrong wrong"})
            for email in (known, "nobody@example.com")
        ]

        assert [page.status_code for page in pages] == [422, 422]
        assert all(b"is not right" in page.content for page in pages)

    def test_a_redirect_never_leads_to_another_host(self) -> None:
        channel = make_channel()
        client = Client(headers={"host": channel.host})
        form = {"email": make_person(channel.pk), "password": PASSWORD}

        for target in ("https://evil.example/", "//evil.example/", "/\\evil.example"):
            answer = client.post("/sign-in/", form | {"next": target})
            assert answer["Location"] == "/"
