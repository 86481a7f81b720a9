"""OpenID Connect: the authorisation code flow with a proof key.

Source: OpenID Connect Core 1.0 §3.1, Discovery 1.0 §4, RFC 7636.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from kernel.members.errors import InvalidMember, ProviderRefused
from kernel.members.normal import normal_login
from kernel.members.proven import Proven
from kernel.members.providers.contract import Answer, Question
from kernel.members.providers.outbound import ask_outside

# Signatures by public keys alone: a token must not be made with the client's secret.
_ALGORITHMS: Final = ["RS256", "PS256", "ES256"]
_LEEWAY_SECONDS: Final = 60
_LONGEST_SUBJECT: Final = 255


@dataclass(frozen=True)
class OpenId:
    """A tenant's client at an OpenID provider.

    Attributes:
        provider: the binding's code, under which people are known.
    """

    provider: str
    issuer: str
    client_id: str
    secret: str

    @property
    def uses_redirect(self) -> bool:
        """True: people sign in at the provider's own page."""
        return True

    def discover(self) -> dict[str, Any]:
        """Return what the provider says of itself.

        Raises:
            ProviderDown: it did not answer.
            ProviderRefused: it is another issuer, or says too little.
        """
        found = ask_outside(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if found.get("issuer") != self.issuer or not all(
            isinstance(found.get(name), str) for name in needed
        ):
            raise ProviderRefused
        return found

    def address(self, question: Question) -> str:
        """Return where to send people."""
        digest = hashlib.sha256(question.verifier.encode()).digest()
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self.client_id,
                "redirect_uri": question.redirect_uri,
                "scope": "openid profile email",
                "state": question.state,
                "nonce": question.nonce,
                "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
                "code_challenge_method": "S256",
            }
        )
        endpoint = str(self.discover()["authorization_endpoint"])
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{query}"

    def exchange(self, answer: Answer) -> Proven:
        """Ask the provider who brought an answer, and check its signature."""
        if answer.question is None:
            raise ProviderRefused
        facts = self.discover()
        given = ask_outside(
            str(facts["token_endpoint"]),
            form={
                "grant_type": "authorization_code",
                "code": answer.code,
                "redirect_uri": answer.question.redirect_uri,
                "code_verifier": answer.question.verifier,
            },
            login=(self.client_id, self.secret),
        )
        claims = self._claims(
            given.get("id_token"), keys=str(facts["jwks_uri"]), nonce=answer.question.nonce
        )
        return Proven(
            provider=self.provider,
            subject=_subject(claims),
            email=_email(claims),
            name=str(claims.get("name") or ""),
        )

    def _claims(self, token: object, *, keys: str, nonce: str) -> dict[str, Any]:
        if not isinstance(token, str):
            raise ProviderRefused
        rules = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.client_id},
            nonce={"essential": True, "value": nonce},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            key_set = KeySet.import_key_set(ask_outside(keys))  # type: ignore[arg-type]  # checked by the call itself
            claims = jwt.decode(token, key_set, algorithms=_ALGORITHMS).claims
            rules.validate(claims)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise ProviderRefused from error
        if claims.get("azp", self.client_id) != self.client_id:
            raise ProviderRefused
        return claims


def _subject(claims: dict[str, Any]) -> str:
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
        raise ProviderRefused
    return subject


def _email(claims: dict[str, Any]) -> str:
    email = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(email, str) or "@" not in email:
        return ""
    try:
        return normal_login(email)
    except InvalidMember:
        return ""
