"""A provider of accounts, and people who come back from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from kernel.audit.actor import Actor
from kernel.members.tests.doubles import CLIENT, SECRET, OpenIdDouble, served
from kernel.sso.models import SignOn
from kernel.sso.services import bind

ACTOR = Actor.system("tests")


@pytest.fixture
def company(settings: Any) -> Iterator[OpenIdDouble]:
    found = OpenIdDouble()
    with served(found) as address:
        settings.STOA_IDENTITY_INNER_HOSTS = [urlsplit(address).netloc]
        yield found


def bound(company: OpenIdDouble, host: str = "", **other: Any) -> SignOn:
    told: dict[str, Any] = {"name": "Harbor", "client_id": CLIENT, "secret": SECRET, "domains": []}
    return bind(host, issuer=company.address, actor=ACTOR, **told | other)


def come(client: Client, company: OpenIdDouble, *, state: str = "", **claims: Any) -> Any:
    """Go to the provider, sign in there, and come back."""
    away = client.get("/sign-in/with/?next=/account/security/")
    code, own = company.sign_in(away["Location"], **claims)
    return client.get(f"/sign-in/back/?code={code}&state={state or own}")


def proven(email: str, subject: str = "u1") -> dict[str, Any]:
    return {"sub": subject, "email": email, "email_verified": True}
