"""Nobody comes into a shop's console unless the shop says so, and both names are on record."""

from __future__ import annotations

import re
from datetime import timedelta
from http import HTTPStatus
from secrets import token_hex

import pytest
from django.core import mail
from django.test import Client, override_settings

from channel_center.hosts import HOSTS
from channel_center.models import Channel
from channel_center.services.channels import add_staff
from kernel.access.confirming import note_confirmed
from kernel.access.models import Role, Staff, SupportAccess
from kernel.access.services import hash_password
from kernel.audit.actor import Actor
from kernel.audit.models import AuditEntry
from kernel.common.time import utc_now
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from kernel.visits.errors import NotLetIn, VisitOpen
from kernel.visits.models import Visit
from kernel.visits.services import WAITS, ask_visit, enter, visits_of, waiting
from tenants.models import Tenant
from testkit.tenants import OWNER_PASSWORD, refreshed
from testkit.web import TenantClient, console

HELPER = Actor(kind="operator", id="stf_helper", name="Zhou")


@pytest.fixture
def zeta(tenant_a: TenantRef) -> Channel:
    HOSTS.forget()
    host = f"partner-{token_hex(3)}.localhost"
    with public_context():
        channel = Channel.objects.create(
            name="Zeta", slug=f"zeta-{token_hex(3)}", host=host, brand={"name": "Zeta"}
        )
        inherited = {"console_name": "Zeta"}
        brand = {"name": "Tea", "inherited": inherited}
        Tenant.objects.filter(pk=tenant_a.id).update(channel_id=channel.pk, brand=brand)
    return channel


class Partner:
    """The console of a partner, with somebody signed in."""

    def __init__(self, channel: Channel, name: str = "Zhou Li") -> None:
        email = f"{token_hex(4)}@example.com"
        hashed = hash_password(OWNER_PASSWORD)
        add_staff(channel_id=channel.pk, email=email, name=name, password_hash=hashed)
        self.client = Client(HTTP_HOST=channel.host)
        with public_context():
            self.client.force_login(Staff.objects.get(email=email))
            session = self.client.session
            note_confirmed(session, now=utc_now())
            session.save()

    def get(self, path: str) -> object:
        with override_settings(STOA_PROCESS="channel", ROOT_URLCONF="config.urls_channel"):
            return self.client.get(path)

    def post(self, path: str, **told: object) -> object:
        with override_settings(STOA_PROCESS="channel", ROOT_URLCONF="config.urls_channel"):
            return self.client.post(path, told)


def link_in(answer: object) -> str:
    """Return where the page leads: a form may not be answered with another origin."""
    assert answer.status_code == HTTPStatus.OK  # type: ignore[attr-defined]
    found = re.search(r'content="0;url=([^"]+)"', answer.content.decode())  # type: ignore[attr-defined]
    assert found is not None
    return found[1]


def only_visit(shop: TenantRef) -> Visit:
    with tenant_context(shop):
        return Visit.objects.select_related("access__staff").get()


def some_role(shop: TenantRef, *permissions: str) -> Role:
    with tenant_context(shop):
        return Role.objects.create(code=token_hex(8), name="Orders", permissions=list(permissions))


def test_a_partner_asks_the_owner_agrees_and_both_stand_in_the_shops_own_log(
    tenant_a: TenantRef, zeta: Channel, django_capture_on_commit_callbacks: object
) -> None:
    shop, partner = refreshed(tenant_a), Partner(zeta)
    page = f"/shops/{shop.public_id}/visits/"
    role = some_role(shop, "orders.view")
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        asked = partner.post(page, reason="Freight is wrong", hours="24")
    visit = only_visit(shop)
    early = partner.post(f"{page}{visit.public_id}/enter/")
    with console(shop) as desk:
        owner = desk.as_staff("*", email="boss@example.com")
        shown = desk.get("/staff/security/").content.decode()
        told = {"hours": "4", "roles": [str(role.pk)]}
        granted = desk.post(f"/staff/visits/{visit.public_id}/", told)
    entering = partner.post(f"{page}{visit.public_id}/enter/")
    link = link_in(entering)
    with console(shop) as helper:
        came = helper.post("/support/" + link.rsplit("/", 2)[1] + "/")
        banner = helper.get("/orders/").content.decode()
        beyond = helper.get("/staff/security/")
        again = TenantClient(shop, "console").post("/support/" + link.rsplit("/", 2)[1] + "/")

    assert asked.status_code == 302  # type: ignore[attr-defined]
    assert "Zhou Li" in shown
    assert "Zeta" in shown
    assert early["Location"] == page  # type: ignore[index]
    assert (granted.status_code, came.status_code) == (302, 302)
    assert link.startswith(f"https://{shop.host('console')}")
    assert 'class="notice warn visit"' in banner
    assert "Zhou Li (Zeta)" in banner
    assert owner.name in banner
    assert (beyond.status_code, again.status_code) == (403, 404)
    with tenant_context(shop):
        names = set(AuditEntry.objects.values_list("action", flat=True))
        access = SupportAccess.objects.select_related("staff").get()
    assert {"visits.asked", "visits.granted", "access.support_used"} <= names
    assert access.staff.expires_at is not None
    assert any("Zhou Li, Zeta" in letter.subject for letter in mail.outbox)


def test_what_a_helper_does_is_recorded_under_both_names(
    tenant_a: TenantRef, zeta: Channel
) -> None:
    shop, partner = refreshed(tenant_a), Partner(zeta)
    page = f"/shops/{shop.public_id}/visits/"
    role = some_role(shop, "brand.manage")
    partner.post(page, reason="The logo", hours="4")
    visit = only_visit(shop)
    with console(shop) as desk:
        owner = desk.as_staff("*")
        told = {"hours": "4", "roles": [str(role.pk)]}
        desk.post(f"/staff/visits/{visit.public_id}/", told)
    link = link_in(partner.post(f"{page}{visit.public_id}/enter/"))

    with console(shop) as helper:
        helper.post("/support/" + link.rsplit("/", 2)[1] + "/")
        helper.post("/brand/", {"name": "Tea", "colour": "#123456"})

    with public_context():
        entry = AuditEntry.objects.get(action="tenants.brand_changed")
    assert entry.actor_name == "Zhou Li (Zeta)"
    assert owner.name in entry.acting_as


def test_a_visit_ends_by_itself_and_when_either_side_ends_it(
    tenant_a: TenantRef, zeta: Channel
) -> None:
    shop, partner = refreshed(tenant_a), Partner(zeta)
    page = f"/shops/{shop.public_id}/visits/"
    role = some_role(shop, "orders.view")
    partner.post(page, reason="Orders", hours="1")
    visit = only_visit(shop)
    with console(shop) as desk:
        desk.as_staff("*")
        desk.post(f"/staff/visits/{visit.public_id}/", {"hours": "1", "roles": [str(role.pk)]})
    link = link_in(partner.post(f"{page}{visit.public_id}/enter/"))
    with console(shop) as helper:
        helper.post("/support/" + link.rsplit("/", 2)[1] + "/")
        inside = helper.get("/orders/").status_code
        partner.post(f"{page}{visit.public_id}/end/")
        outside = helper.get("/orders/").status_code

    late = utc_now() + timedelta(hours=2)
    found = only_visit(shop)
    assert (inside, outside) == (200, 302)
    assert not found.is_open(utc_now())
    assert not found.is_open(late)


def test_another_person_another_partner_and_a_refused_one_do_not_come_in(
    tenant_a: TenantRef, zeta: Channel
) -> None:
    shop, now = refreshed(tenant_a), utc_now()
    with public_context():
        other = Channel.objects.create(
            name="Eta", slug=f"eta-{token_hex(3)}", host=f"eta-{token_hex(3)}.localhost"
        )
    with tenant_context(shop):
        visit = ask_visit(helper=HELPER, reason="Look", hours=1, now=now)
        with pytest.raises(VisitOpen):
            ask_visit(helper=HELPER, reason="Look again", hours=1, now=now)
    with console(shop) as desk:
        desk.as_staff("*")
        desk.post(f"/staff/visits/{visit.public_id}/", {"refuse": "1"})
        decided = desk.post(f"/staff/visits/{visit.public_id}/", {"refuse": "1"})

    with tenant_context(shop):
        stranger = Actor(kind="operator", id="stf_other", name="Other")
        for each in (HELPER, stranger):
            with pytest.raises(NotLetIn):
                enter(visit.pk, helper=each, now=now)
        assert [each.state for each in visits_of(HELPER.id)] == ["refused"]
    assert decided.status_code == 302
    elsewhere = Partner(other, "Spy").get(f"/shops/{shop.public_id}/visits/")
    assert elsewhere.status_code == 404  # type: ignore[attr-defined]


def test_a_wish_that_nobody_decides_on_is_over_after_a_week(tenant_a: TenantRef) -> None:
    now = utc_now()
    with tenant_context(tenant_a):
        ask_visit(helper=HELPER, reason="Look", hours=1, now=now)
        late = now + WAITS + timedelta(seconds=1)

        assert not waiting(now=late).exists()
        ask_visit(helper=HELPER, reason="Look", hours=1, now=late)
        assert waiting(now=late).count() == 1
