"""Security keys as a second factor: made for one place, answered once, never copied."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from secrets import token_bytes, token_hex
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from kernel.access.models import SecondFactor, SecurityKey, Staff
from kernel.access.services import create_owner, hash_password
from kernel.audit.actor import Actor
from kernel.audit.models import AuditEntry
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.sealing import root_key
from testkit.web import TenantClient

PASSWORD = "a quiet harbour at dawn"
ACTOR = Actor.system("tests")
_SEEN = AuthenticatorData.FLAG.UP


@pytest.fixture(autouse=True)
def _sealed() -> Iterator[None]:
    with root_key():
        yield


class Token:
    """A security key as somebody holds it."""

    def __init__(self) -> None:
        self._secret = ec.generate_private_key(ec.SECP256R1())
        self.id = token_bytes(32)
        self.counter = 0

    def make(self, options: dict[str, Any], origin: str) -> str:
        key = AttestedCredentialData.create(
            Aaguid.NONE,
            self.id,
            ES256.from_cryptography_key(self._secret.public_key()),  # type: ignore[no-untyped-call]
        )
        flags = _SEEN | AuthenticatorData.FLAG.AT
        data = AuthenticatorData.create(
            sha256(options["rp"]["id"].encode()).digest(), flags, self.counter, key
        )
        client = self._client("webauthn.create", options, origin)
        made = AttestationObject.create("none", data, {})
        return self._said(
            {
                "clientDataJSON": websafe_encode(client),
                "attestationObject": websafe_encode(made),
            }
        )

    def answer(self, options: dict[str, Any], origin: str) -> str:
        self.counter += 1
        place = sha256(options["rpId"].encode()).digest()
        data = AuthenticatorData.create(place, _SEEN, self.counter)
        client = self._client("webauthn.get", options, origin)
        signature = self._secret.sign(data + client.hash, ec.ECDSA(hashes.SHA256()))
        return self._said(
            {
                "clientDataJSON": websafe_encode(client),
                "authenticatorData": websafe_encode(data),
                "signature": websafe_encode(signature),
            }
        )

    def _client(self, kind: str, options: dict[str, Any], origin: str) -> CollectedClientData:
        challenge = websafe_decode(options["challenge"])
        return CollectedClientData.create(kind, challenge, origin)

    def _said(self, response: dict[str, str]) -> str:
        name = websafe_encode(self.id)
        told = {"id": name, "rawId": name, "type": "public-key", "response": response}
        return json.dumps(told | {"clientExtensionResults": {}})


@pytest.fixture
def owner(tenant: TenantRef) -> Staff:
    with tenant_context(tenant):
        email = f"{token_hex(6)}@example.com"
        return create_owner(email=email, name="Boss", password_hash=hash_password(PASSWORD))


def origin_of(desk: TenantClient) -> str:
    return f"http://{desk.tenant.host('console')}"


def sign_in(desk: TenantClient, person: Staff) -> str:
    told = {"email": person.email, "password": PASSWORD}
    return str(desk.post("/sign-in/", told).headers.get("Location", ""))


def add(desk: TenantClient, token: Token, origin: str = "") -> Any:
    options = json.loads(desk.get("/account/keys/").context["options"])
    told = {"name": "Blue key", "answer": token.make(options, origin or origin_of(desk))}
    return desk.post("/account/keys/", told)


def asked(desk: TenantClient) -> dict[str, Any]:
    return dict(json.loads(desk.get("/sign-in/code/").context["key_options"]))


def test_a_key_is_added_and_signs_in_from_then_on_with_codes_on_paper_beside_it(
    desk: TenantClient, tenant: TenantRef, owner: Staff
) -> None:
    token = Token()
    sign_in(desk, owner)
    elsewhere = add(desk, token, "https://evil.example")
    made = add(desk, token)
    desk.post("/sign-out/")
    half = sign_in(desk, owner)
    options = asked(desk)
    answer = token.answer(options, origin_of(desk))
    opened = desk.post("/sign-in/code/", {"answer": answer})
    inside = desk.get("/orders/").status_code
    page = desk.get("/account/security/").content.decode()
    desk.post("/sign-out/")
    sign_in(desk, owner)
    asked(desk)
    replayed = desk.post("/sign-in/code/", {"answer": answer})
    by_paper = desk.post("/sign-in/code/", {"code": made.context["codes"][0]})

    assert elsewhere.status_code == 422
    assert len(made.context["codes"]) == 10
    assert half == "/sign-in/code/"
    assert options["rpId"] == tenant.host("console")
    assert (opened["Location"], inside) == ("/", 200)
    assert "Blue key" in page
    assert (replayed.status_code, by_paper["Location"]) == (422, "/")
    with tenant_context(tenant):
        assert AuditEntry.objects.filter(action="access.key_added").count() == 1
        assert not SecondFactor.objects.get(staff=owner).by_app


def test_a_copy_of_a_key_a_stranger_and_nonsense_are_refused(
    desk: TenantClient, tenant: TenantRef, owner: Staff
) -> None:
    token = Token()
    sign_in(desk, owner)
    add(desk, token)
    desk.post("/sign-out/")
    sign_in(desk, owner)
    desk.post("/sign-in/code/", {"answer": token.answer(asked(desk), origin_of(desk))})
    desk.post("/sign-out/")
    sign_in(desk, owner)

    token.counter -= 1
    copied = desk.post("/sign-in/code/", {"answer": token.answer(asked(desk), origin_of(desk))})
    stranger = desk.post("/sign-in/code/", {"answer": Token().answer(asked(desk), origin_of(desk))})
    elsewhere = desk.post(
        "/sign-in/code/", {"answer": token.answer(asked(desk), "https://evil.example")}
    )
    asked(desk)
    nonsense = [
        desk.post("/sign-in/code/", {"answer": text}).status_code
        for text in ("{", "[]", '{"rawId": 1}')
    ]
    nothing = desk.post("/sign-in/code/", {})

    refused = (copied.status_code, stranger.status_code, elsewhere.status_code)
    assert refused == (422, 422, 422)
    assert nonsense == [422, 422, 422]
    assert nothing.status_code == 422
    assert desk.get("/orders/").status_code == 302


def test_the_last_key_stays_while_everybody_needs_a_second_factor(
    desk: TenantClient, tenant: TenantRef, owner: Staff
) -> None:
    sign_in(desk, owner)
    add(desk, Token())
    desk.post("/staff/security/factor/", {"needs_factor": "on"})
    with tenant_context(tenant):
        key = SecurityKey.objects.get(staff=owner)
    path = f"/account/keys/{key.public_id}/remove/"
    desk.post(path)
    with tenant_context(tenant):
        kept = SecurityKey.objects.filter(pk=key.pk).exists()
    desk.post("/staff/security/factor/", {})
    desk.post(path)

    with tenant_context(tenant):
        assert kept
        assert not SecurityKey.objects.filter(staff=owner).exists()
        assert not SecondFactor.objects.filter(staff=owner).exists()
