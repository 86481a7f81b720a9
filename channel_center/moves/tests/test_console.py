"""Moves and archives through the consoles of all three audiences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from secrets import token_hex
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings

from channel_center.hosts import HOSTS
from channel_center.models import Channel
from channel_center.moves.models import Move
from channel_center.services.channels import add_staff
from kernel.access.confirming import note_confirmed
from kernel.access.factors import begin_factor, confirm_factor
from kernel.access.models import Role, RoleAssignment, Staff
from kernel.access.totp import code_at, step_of
from kernel.audit.actor import Actor
from kernel.common.time import utc_now
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from tenants.models import Job, Tenant
from tenants.services import jobs
from testkit.sealing import root_key
from testkit.tenants import refreshed
from testkit.web import TenantClient, console

ACTOR = Actor.system("tests")


@pytest.fixture(autouse=True)
def _sealed(db: None) -> Iterator[None]:
    HOSTS.forget()
    with root_key():
        yield


def partner(name: str) -> Channel:
    slug = f"{name.lower()}-{token_hex(3)}"
    with public_context():
        return Channel.objects.create(
            name=f"{name} Limited", slug=slug, host=f"{slug}.localhost", brand={"name": name}
        )


class Desk:
    """The console of a partner, or of the operator, with somebody signed in."""

    def __init__(self, channel: Channel | None, *permissions: str) -> None:
        email = f"{token_hex(4)}@example.com"
        key = channel.pk if channel else None
        person = add_staff(channel_id=key, email=email, name="Zhou Li", password_hash="!")
        host = channel.host if channel else settings.STOA_OPERATOR_HOST
        self.client = Client(HTTP_HOST=host)
        with public_context():
            RoleAssignment.objects.filter(staff=person).delete()
            role = Role.objects.create(
                code=token_hex(8), name="x", permissions=list(permissions or ("*",))
            )
            RoleAssignment.objects.create(staff=person, role=role)
            self.client.force_login(Staff.objects.get(pk=person.pk))
            session = self.client.session
            note_confirmed(session, now=utc_now())
            session.save()

    def get(self, path: str) -> Any:
        with override_settings(STOA_PROCESS="channel", ROOT_URLCONF="config.urls_channel"):
            return self.client.get(path)

    def post(self, path: str, **told: object) -> Any:
        with override_settings(STOA_PROCESS="channel", ROOT_URLCONF="config.urls_channel"):
            return self.client.post(path, told)


def with_factor(desk: TenantClient, shop: TenantRef) -> list[str]:
    """Sign the owner in with an app set up; return codes from paper."""
    person = desk.as_staff("*", email=f"{token_hex(3)}@example.com")
    with tenant_context(shop):
        secret, now = begin_factor(person), utc_now()
        return confirm_factor(person, code_at(secret, step_of(now)), actor=ACTOR, now=now)


def only_move() -> Move:
    with public_context():
        return Move.objects.select_related("tenant").get()


def agreed_in(page: Any) -> str:
    found = re.search(r'name="agreed" value="([^"]*)"', page.content.decode())
    assert found is not None
    return found[1].replace("&quot;", '"')


@pytest.fixture
def shop(tenant_a: TenantRef) -> TenantRef:
    zeta = partner("Zeta")
    with public_context():
        Tenant.objects.filter(pk=tenant_a.id).update(channel_id=zeta.pk)
    return refreshed(tenant_a)


def test_an_owner_leaves_with_a_second_factor_and_the_new_partner_takes_the_shop_in(
    shop: TenantRef,
) -> None:
    eta = partner("Eta")
    operator, receiver = Desk(None), Desk(eta, "tenants.view", "tenants.manage")
    with console(shop) as desk:
        codes = with_factor(desk, shop)
        told = {"address": f"https://{eta.host}/", "reason": "Closer to us"}
        wrong = desk.post("/provider/move/", told | {"code": "000000"})
        asked = desk.post("/provider/move/", told | {"code": codes[0]})
        waiting = desk.get("/provider/").content.decode()
    move = only_move()
    page = f"/moves/{move.public_id}/"
    accepted = receiver.post(f"{page}accept/", agreed=agreed_in(receiver.get(page)))
    listed = operator.get("/moves/").content.decode()
    operator.post(f"{page}approve/")
    running = receiver.get(page).content.decode()
    with public_context():
        job = Job.objects.get(tenant=move.tenant_id)
    claimed = jobs.claim(job.pk)
    assert claimed is not None
    jobs.work(claimed)
    done = receiver.get(page).content.decode()
    seen = receiver.get(f"/shops/{shop.public_id}/").status_code
    with console(refreshed(shop)) as desk:
        with_factor(desk, shop)
        after = desk.get("/provider/").content.decode()

    assert (wrong.status_code, asked.status_code, accepted.status_code) == (422, 302, 302)
    assert "等待新服务商接收" in waiting
    assert "待您处理" in listed
    assert "data-live" in running
    assert "已转移" in done
    assert seen == 200
    assert "Zeta → Eta" in after


def test_who_has_no_second_factor_cannot_give_a_shop_away(shop: TenantRef) -> None:
    eta = partner("Eta")
    with console(shop) as desk:
        desk.as_staff("*", email="plain@example.com")
        page = desk.get("/provider/").content.decode()
        told = {"address": eta.host, "code": "123456"}
        refused = desk.post("/provider/move/", told)
        desk.as_staff("modules.manage", email="clerk2@example.com")
        clerk = desk.get("/provider/")
        desk.as_staff("provider.manage", email="clerk3@example.com")
        seen, given = desk.get("/provider/"), desk.post("/provider/move/", told)

    assert 'href="/account/factor/"' in page
    assert (refused.status_code, clerk.status_code) == (422, 403)
    assert (seen.status_code, given.status_code) == (200, 403)
    assert 'name="address"' not in seen.content.decode()
    with public_context():
        assert not Move.objects.exists()


def test_a_partner_asks_the_owner_declines_and_strangers_see_nothing(shop: TenantRef) -> None:
    with public_context():
        zeta = Channel.objects.get(pk=Tenant.objects.get(pk=shop.id).channel_id)
    eta, theta = partner("Eta"), partner("Theta")
    giver, stranger = Desk(zeta), Desk(theta)
    to_self = giver.post(f"/shops/{shop.public_id}/move/", address=zeta.host)
    nowhere = giver.post(f"/shops/{shop.public_id}/move/", address="no.such.example.org")
    asked = giver.post(f"/shops/{shop.public_id}/move/", address=eta.host)
    move = only_move()
    page = f"/moves/{move.public_id}/"
    hidden = (stranger.get(page).status_code, Desk(eta).get(page).status_code)
    with console(shop) as desk:
        with_factor(desk, shop)
        declined = desk.post(f"/provider/moves/{move.public_id}/off/")

    assert (to_self.status_code, nowhere.status_code, asked.status_code) == (422, 422, 302)
    assert hidden == (404, 404)
    assert declined.status_code == 302
    assert only_move().state == "withdrawn"
    assert giver.get(page).status_code == 200


def test_an_owner_makes_an_archive_and_fetches_it_and_the_partner_needs_consent(
    shop: TenantRef,
) -> None:
    with public_context():
        zeta = Channel.objects.get(pk=Tenant.objects.get(pk=shop.id).channel_id)
    giver = Desk(zeta)
    before = giver.get(f"/shops/{shop.public_id}/archive/").content.decode()
    phrase = {"passphrase": "a long walk by the sea", "again": "a long walk by the sea"}
    with console(shop) as desk:
        with_factor(desk, shop)
        short = desk.post("/provider/archive/", {"passphrase": "short", "again": "short"})
        asked = desk.post("/provider/archive/", phrase)
        desk.post("/provider/archive/consent/", {"allow": "1"})
        with public_context():
            job = Job.objects.get(tenant=shop.id)
            Job.objects.filter(pk=job.pk).update(data={"path": "none", "bytes": 3}, state="failed")
        unready = desk.get(f"/provider/archive/{job.public_id}/")
    allowed = giver.get(f"/shops/{shop.public_id}/archive/").content.decode()

    assert (short.status_code, asked.status_code, unready.status_code) == (422, 302, 404)
    assert 'name="passphrase"' not in before
    assert 'name="passphrase"' in allowed
