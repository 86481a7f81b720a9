"""Channel partners: what is refused, and whose shops each of them sees."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from secrets import token_hex
from uuid import UUID

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from typer.testing import CliRunner

from channel_center.errors import ChannelTaken, InvalidChannel
from channel_center.hosts import HOSTS
from channel_center.models import Channel, Dispute
from channel_center.services.channels import (
    add_staff,
    create_channel,
    open_tenant_for_channel,
    tenants_of,
)
from config.cli.staff import app as staff_commands
from kernel.access.factors import begin_factor, confirm_factor
from kernel.access.models import Staff
from kernel.access.services import hash_password
from kernel.access.totp import code_at, step_of
from kernel.aftersales.models import Case, CaseEntry
from kernel.aftersales.services import dispute, escalate, reject
from kernel.audit.actor import Actor
from kernel.audit.models import AuditEntry
from kernel.common.time import utc_now
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from kernel.tenancy.schedules.models import ScheduleClaim
from kernel.tenancy.schedules.services import ATTEMPTS
from tenants.choices import DomainKind
from tenants.errors import DomainTaken, InvalidDomain
from tenants.models import Tenant
from tenants.services.lifecycle import Opening
from tenants.services.pool import refill
from testkit.factories.aftersales import (
    BUYER,
    STAFF,
    lines_in,
    make_arrived,
    make_case,
    send_refunds,
)
from testkit.factories.orders import make_variant
from testkit.sealing import root_key

ACTOR = Actor.system("tests")
OWN = ("/partners/", "/partners/new/", "/system/", "/activity/")
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


def confirm_factor_of(person: Staff) -> list[str]:
    secret, now = begin_factor(person), utc_now() - timedelta(minutes=2)
    return confirm_factor(person, code_at(secret, step_of(now)), actor=ACTOR, now=now)


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


@pytest.fixture
def _sealer() -> Iterator[None]:
    with root_key():
        yield


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

        for path in OWN:
            assert client.get(path).status_code == 403

    def test_the_operators_pages_answer_the_operator(self, settings: Settings) -> None:
        host = str(settings.STOA_OPERATOR_HOST)
        client = self.signed_in(host, make_person(None))

        for path in (*OWN, "/", "/shops/", "/people/", "/account/security/"):
            assert client.get(path).status_code == 200, path

    def test_the_operator_decides_a_dispute_that_a_buyer_brought_to_the_platform(
        self, settings: Settings, tenant_a: TenantRef
    ) -> None:
        with tenant_context(tenant_a):
            order = make_arrived((make_variant(minor=1000).pk, 1))
            case = make_case(order)
            line = lines_in(order)[0].public_id
            reject(case.pk, text="Used.", actor=STAFF, now=utc_now())
            dispute(case.pk, actor=BUYER, now=utc_now(), text="It came like this.")
            escalate(case.pk, actor=BUYER, now=utc_now(), text="Please look.")
            send_refunds()
        channel = make_channel()
        partner = self.signed_in(channel.host, make_person(channel.pk))
        client = self.signed_in(str(settings.STOA_OPERATOR_HOST), make_person(None))
        with public_context():
            row = Dispute.objects.get(tenant_id=tenant_a.id, case_id=case.pk)
        path = f"/disputes/{row.public_id}/"
        told = {"verdict": "buyer", f"amount_{line}": "7.50", "freight": "0"}

        listed = client.get("/disputes/").content.decode()
        shown = client.get(path).content.decode()
        silent = client.post(f"{path}decide/", told)
        said = client.post(f"{path}say/", {"text": "We look at it."})
        done = client.post(f"{path}decide/", {**told, "text": "The pictures show it."})
        again = client.post(f"{path}decide/", {**told, "text": "Once more."})

        assert case.number in listed
        assert "It came like this." in shown
        answers = [silent, said, done, again]
        assert [each.status_code for each in answers] == [422, 302, 302, 422]
        assert partner.get("/disputes/").status_code == 403
        with public_context():
            assert Dispute.objects.get(pk=row.pk).state == "decided"
        with tenant_context(tenant_a):
            now = Case.objects.get(pk=case.pk)
            assert (now.state, now.verdict, now.amount_minor) == ("approved", "buyer", 750)
            told_by = CaseEntry.objects.filter(case=case, side="platform")
            assert told_by.count() == 2
            assert AuditEntry.objects.filter(action="aftersales.arbitrated").exists()

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

    @pytest.mark.usefixtures("_sealer")
    def test_the_operator_guards_an_account_with_an_app_and_codes_on_paper(
        self, settings: Settings
    ) -> None:
        host, email = str(settings.STOA_OPERATOR_HOST), make_person(None)
        client = self.signed_in(host, email)
        secret = client.get("/account/factor/").context["secret"].replace(" ", "")

        made = client.post("/account/factor/", {"code": code_at(secret, step_of(utc_now()))})

        client.post("/sign-out/")
        asked = self.signed_in(host, email)
        assert asked.get("/shops/").status_code == 302, "half signed in is not signed in"
        assert asked.post("/sign-in/code/", {"code": "000000"}).status_code == 422
        asked.post("/sign-in/code/", {"code": made.context["codes"][0]})
        assert asked.get("/shops/").status_code == 200
        assert b"9 recovery codes" in asked.get("/account/security/").content

    @pytest.mark.usefixtures("_sealer")
    def test_once_the_operator_wants_it_partners_set_a_second_factor_up_first(
        self, settings: Settings
    ) -> None:
        channel = make_channel()
        partner = self.signed_in(channel.host, make_person(channel.pk))
        operator = self.signed_in(str(settings.STOA_OPERATOR_HOST), make_person(None))
        assert partner.post("/people/factor/", {"needs_factor": "on"}).status_code == 403

        operator.post("/people/factor/", {"needs_factor": "on"})

        assert partner.get("/shops/").headers["Location"] == "/account/factor/"
        assert operator.get("/shops/").headers["Location"] == "/account/factor/"

    @pytest.mark.usefixtures("_sealer")
    def test_a_lost_factor_is_taken_away_by_a_colleague_and_by_no_other_partner(
        self, settings: Settings
    ) -> None:
        one, other = make_channel(), make_channel()
        email = make_person(one.pk)
        with public_context():
            lost = Staff.objects.get(email=email)
            codes = confirm_factor_of(lost)
        path = f"/people/{lost.public_id}/factor/"
        stranger = self.signed_in(other.host, make_person(other.pk))
        colleague = self.signed_in(one.host, make_person(one.pk))
        assert stranger.post(path).status_code == 404
        assert email not in stranger.get("/people/").content.decode()
        assert email in colleague.get("/people/").content.decode()

        colleague.post(path)

        assert len(codes) == 10
        assert self.signed_in(one.host, email).get("/shops/").status_code == 200
        operator = self.signed_in(str(settings.STOA_OPERATOR_HOST), make_person(None))
        assert email in operator.get("/people/").content.decode()
        assert "taken away" in operator.get("/activity/").content.decode()

    @pytest.mark.usefixtures("_sealer")
    def test_who_is_alone_is_helped_by_whoever_runs_the_machine(self, settings: Settings) -> None:
        email = make_person(None)
        with public_context():
            confirm_factor_of(Staff.objects.get(email=email))

        CliRunner().invoke(staff_commands, ["reset-factor", email])

        client = self.signed_in(str(settings.STOA_OPERATOR_HOST), email)
        assert client.get("/shops/").status_code == 200

    def test_the_operator_sees_the_jobs_of_all_shops_and_has_one_run_again(
        self, settings: Settings, tenant_a: TenantRef
    ) -> None:
        channel, shop = make_channel(), tenant_a.id
        due_at = utc_now().replace(second=0, microsecond=0) - timedelta(hours=1)
        name = "search.prune"
        with public_context():
            ScheduleClaim.objects.create(
                schedule=name, tenant_id=shop, due_at=due_at, attempts=ATTEMPTS
            )
        partner = self.signed_in(channel.host, make_person(channel.pk))
        client = self.signed_in(str(settings.STOA_OPERATOR_HOST), make_person(None))

        listed = client.get("/jobs/").content.decode()
        one = client.get(f"/jobs/{name}/").content.decode()
        again = client.post(f"/jobs/{name}/")

        assert partner.get("/jobs/").status_code == 403
        assert partner.post(f"/jobs/{name}/").status_code == 403
        assert client.get("/jobs/nobody.knows/").status_code == 404
        assert "1 given up" in listed
        assert "Run again in all of them" in one
        assert again.status_code == 302
        with public_context():
            claims = ScheduleClaim.objects.filter(schedule=name, tenant_id=shop)
            assert claims.exclude(due_at=due_at).get().done_at is None
