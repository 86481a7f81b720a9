"""Partners' people sign in by their own company's accounts, at their own console alone."""

from __future__ import annotations

from collections.abc import Iterator
from secrets import token_hex
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client, override_settings

from channel_center.hosts import HOSTS
from channel_center.models import Channel
from channel_center.services.channels import add_staff
from channel_center.tests.support import bound, come, company, proven
from kernel.access.confirming import note_confirmed
from kernel.access.models import Role, RoleAssignment
from kernel.common.time import utc_now
from kernel.members.tests.doubles import CLIENT, SECRET, OpenIdDouble
from kernel.sso.models import SignOn
from kernel.tenancy.context import public_context
from testkit.sealing import root_key

__all__ = ["company"]


@pytest.fixture(autouse=True)
def _sealed(db: None) -> Iterator[None]:
    HOSTS.forget()
    with root_key():
        yield


def test_each_partner_has_its_own_and_lets_in_its_own_people_alone(
    company: OpenIdDouble,
) -> None:
    zeta, eta = partner("Zeta"), partner("Eta")
    emails = {each.pk: f"{token_hex(4)}@example.com" for each in (zeta, eta)}
    for each in (zeta, eta):
        add_staff(channel_id=each.pk, email=emails[each.pk], name="Zhou", password_hash="!")
    with public_context():
        bound(company, zeta.host, name="Zeta accounts")
    with override_settings(STOA_PROCESS="channel", ROOT_URLCONF="config.urls_channel"):
        at_zeta, at_eta = Client(HTTP_HOST=zeta.host), Client(HTTP_HOST=eta.host)
        page, other = (client.get("/sign-in/").content.decode() for client in (at_zeta, at_eta))
        own = come(at_zeta, company, **proven(emails[zeta.pk]))
        foreign = come(Client(HTTP_HOST=zeta.host), company, **proven(emails[eta.pk], "u9"))
        back = parse_qs(urlsplit(at_zeta.get("/sign-in/with/")["Location"]).query)["redirect_uri"]

    assert "Zeta accounts" in page
    assert "Zeta accounts" not in other
    assert (own["Location"], foreign["Location"]) == ("/account/security/", "/sign-in/")
    assert back == [f"http://{zeta.host}/sign-in/back/"]


def partner(name: str) -> Channel:
    slug = f"{name.lower()}-{token_hex(3)}"
    with public_context():
        return Channel.objects.create(
            name=name, slug=slug, host=f"{slug}.localhost", brand={"name": name}
        )


def test_a_partners_owner_sets_it_up_in_the_partners_own_console(company: OpenIdDouble) -> None:
    zeta = partner("Zeta")
    email = f"{token_hex(4)}@example.com"
    owner = add_staff(channel_id=zeta.pk, email=email, name="Zhou", password_hash="!")
    client = Client(HTTP_HOST=zeta.host)
    with public_context():
        role, _made = Role.objects.get_or_create(code="owner", defaults={"permissions": ["*"]})
        RoleAssignment.objects.get_or_create(staff=owner, role=role)
        client.force_login(owner)
        session = client.session
        note_confirmed(session, now=utc_now())
        session.save()
    told = {"name": "Harbor", "client_id": CLIENT, "secret": SECRET, "domains": ""}
    with override_settings(STOA_PROCESS="channel", ROOT_URLCONF="config.urls_channel"):
        saved = client.post("/account/sign-on/", told | {"issuer": company.address})

    assert saved.status_code == 302
    with public_context():
        assert SignOn.objects.get().host == zeta.host
