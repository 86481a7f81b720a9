"""Binds identity providers to a tenant, and asks them who somebody is."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.secrets.services import drop_secret, get_secret, put_secret
from kernel.members.choices import Proof, ProviderKind
from kernel.members.errors import InvalidProvider, ProviderRefused, UnknownProvider
from kernel.members.models import ProviderBinding
from kernel.members.normal import shown_text
from kernel.members.proven import Proven
from kernel.members.providers.contract import Answer, IdentityProvider, Question
from kernel.members.providers.oidc import OpenId
from kernel.members.providers.wechat import WeChat
from kernel.tenancy import signing
from kernel.tenancy.context import current_tenant

TICKET_LIFETIME: Final = timedelta(minutes=10)
_SALT: Final = "members.provider"
_CODE: Final = re.compile(r"[a-z][a-z0-9_-]{1,39}", re.ASCII)


def bind_provider(
    code: str,
    *,
    kind: ProviderKind,
    name: str,
    client_id: str,
    secret: str,
    issuer: str = "",
    actor: Actor,
    now: datetime,
) -> ProviderBinding:
    """Let members sign in by a provider, or change how.

    An OpenID provider is asked once before anything is kept. Its own code stays
    with what it is: the kind and the issuer of a binding never change, or its
    people would become others.

    Args:
        code: the binding's name in addresses.
        kind: the protocol.
        name: as members read it.
        client_id: the tenant's id there.
        secret: the tenant's secret there; empty keeps the one so far.
        issuer: address of an OpenID provider.
        actor: who binds.
        now: the moment.

    Raises:
        InvalidProvider: a particular cannot be used.
        ProviderDown, ProviderRefused: the provider was asked and did not fit.
    """
    columns = _checked(code, kind=kind, name=name, client_id=client_id, issuer=issuer)
    if kind is ProviderKind.OIDC:
        OpenId(code, issuer, client_id, secret).discover()
    with transaction.atomic():
        binding = ProviderBinding.objects.select_for_update().filter(code=code).first()
        if binding is None:
            if not secret:
                raise _invalid("secret", _("Please fill this in."))
            binding = ProviderBinding(code=code, created_at=now)
        elif (binding.kind, binding.issuer) != (kind.value, issuer):
            raise _invalid("code", _("Another service has this code."))
        for column, value in columns.items():
            setattr(binding, column, value)
        binding.is_active = True
        binding.save()
        if secret:
            put_secret(_purpose(code), {"secret": secret})
        record(
            action="members.provider_bound",
            actor=actor,
            obj=binding,
            after={**columns, "new_secret": bool(secret)},
            now=now,
        )
    return binding


@transaction.atomic
def unbind_provider(code: str, *, actor: Actor, now: datetime) -> None:
    """Offer a provider no more and forget its secret; its people keep their identities.

    Raises:
        UnknownProvider: it is not offered.
    """
    binding = ProviderBinding.objects.select_for_update().filter(code=code, is_active=True).first()
    if binding is None:
        raise UnknownProvider
    binding.is_active = False
    binding.save(update_fields=["is_active"])
    drop_secret(_purpose(code))
    record(action="members.provider_unbound", actor=actor, obj=binding, now=now)


def offered_providers() -> list[ProviderBinding]:
    """Return by what members may sign in."""
    return list(ProviderBinding.objects.filter(is_active=True).order_by("created_at", "id"))


def begin(code: str, *, redirect_uri: str) -> tuple[str, str]:
    """Return where to send somebody, and the ticket that he must bring back.

    Args:
        code: the binding.
        redirect_uri: a page of this shop.

    Raises:
        UnknownProvider: it is not offered.
        ProviderRefused: it sends nobody back, or the page is not this shop's.
        ProviderDown: it did not say where.
    """
    if urlsplit(redirect_uri).scheme not in {"http", "https"} or not _is_ours(redirect_uri):
        raise ProviderRefused
    question = Question(
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
        redirect_uri=redirect_uri,
    )
    address = _provider(code).address(question)
    ticket = {
        "provider": code,
        "state": question.state,
        "nonce": question.nonce,
        "verifier": question.verifier,
        "redirect_uri": redirect_uri,
    }
    return address, signing.dumps(ticket, salt=_SALT)


def prove(
    code: str, *, answer: str, state: str = "", ticket: str = "", phone_code: str = ""
) -> Proven:
    """Ask a provider who brought an answer. Call outside a transaction: it goes over the net.

    Args:
        code: the binding.
        answer: the code that the provider gave.
        state: what came back with it.
        ticket: what `begin` handed out; neither is there for apps.
        phone_code: a mini-program's code for the number.

    Raises:
        UnknownProvider: it is not offered.
        ProviderRefused: not our question, or the provider does not confirm.
        ProviderDown: it did not answer.
    """
    provider = _provider(code)
    question = _question(code, state=state, ticket=ticket) if provider.uses_redirect else None
    return provider.exchange(Answer(code=answer, question=question, phone_code=phone_code))


def _question(code: str, *, state: str, ticket: str) -> Question:
    try:
        kept = signing.loads(ticket, salt=_SALT, max_age=TICKET_LIFETIME)
    except signing.BadSignature as error:
        raise ProviderRefused from error
    if kept.pop("provider") != code or not constant_time_compare(kept["state"], state):
        raise ProviderRefused
    return Question(**kept)


def _provider(code: str) -> IdentityProvider:
    binding = ProviderBinding.objects.filter(code=code, is_active=True).first()
    if binding is None:
        raise UnknownProvider
    secret = str(get_secret(_purpose(code))["secret"])
    kind = ProviderKind(binding.kind)
    if kind is ProviderKind.OIDC:
        return OpenId(binding.code, binding.issuer, binding.client_id, secret)
    return WeChat(binding.code, kind, binding.client_id, secret)


def _is_ours(address: str) -> bool:
    hosts = {host for kind, host in current_tenant().domains if kind == "store"}
    parts = urlsplit(address)
    return parts.hostname in hosts and "@" not in parts.netloc


def _purpose(code: str) -> str:
    return f"identity.{code}"


def _checked(
    code: str, *, kind: ProviderKind, name: str, client_id: str, issuer: str
) -> dict[str, str]:
    if not _CODE.fullmatch(code) or code in Proof.values:
        raise _invalid("code", _("Small letters, digits, hyphens; a letter first."))
    if not (known_as := shown_text(name, longest=80)):
        raise _invalid("name", _("Please fill this in."))
    if not (client := shown_text(client_id, longest=200)):
        raise _invalid("client_id", _("Please fill this in."))
    if bool(issuer) != (kind is ProviderKind.OIDC):
        raise _invalid("issuer", _("An OpenID provider, and only it, has an address."))
    return {"kind": kind.value, "name": known_as, "client_id": client, "issuer": issuer}


def _invalid(field: str, text: str) -> InvalidProvider:
    return InvalidProvider(text, field=field)
