"""Binds a console to a provider of accounts, and lets its people in.

Nobody becomes staff by this: whoever comes was invited before, with the address that the
provider has proven. From then on the provider's id of the person counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from secrets import token_urlsafe
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from kernel.access.models import Staff, present_staff
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.secrets.services import drop_secret, get_secret, put_secret
from kernel.members.errors import ProviderDown, ProviderRefused
from kernel.members.proven import Proven
from kernel.members.providers.contract import Answer, Question
from kernel.members.providers.oidc import OpenId
from kernel.sso.errors import InvalidSignOn, NoSignOn, NotOurs, SignOnRefused
from kernel.sso.models import SignOn, SignOnIdentity

_DOMAIN: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII)
_MOST_DOMAINS: Final = 20


def sign_on_at(host: str) -> SignOn | None:
    """Return by whose accounts people sign in at a console, or None.

    Args:
        host: of the console in public; empty in a tenant.
    """
    return SignOn.objects.filter(host=host, is_active=True).first()


def bind(
    host: str,
    *,
    name: str,
    issuer: str,
    client_id: str,
    secret: str,
    domains: Sequence[str],
    actor: Actor,
) -> SignOn:
    """Let people sign in by a provider's accounts, or change how. Not inside a transaction.

    The provider is asked before anything is kept. With another one, all of its people
    have to be recognised anew.

    Raises:
        InvalidSignOn: ``field`` says what cannot be used, or that the provider did not answer.
    """
    kept = _checked(name=name, issuer=issuer, client_id=client_id, domains=domains)
    before = SignOn.objects.filter(host=host).first()
    if before is None and not secret:
        raise InvalidSignOn(_("Please fill this in."), field="secret")
    try:
        OpenId("sso", kept["issuer"], kept["client_id"], secret).discover()
    except (ProviderDown, ProviderRefused) as error:
        text = _("No provider of accounts answers at this address.")
        raise InvalidSignOn(text, field="issuer") from error
    with transaction.atomic():
        row, _made = SignOn.objects.select_for_update().get_or_create(host=host, defaults=kept)
        if row.issuer != kept["issuer"]:
            SignOnIdentity.objects.filter(provider=row).delete()
        for column, value in {**kept, "is_active": True}.items():
            setattr(row, column, value)
        row.save()
        if secret:
            put_secret(_purpose(row), {"secret": secret})
        after = {**kept, "new_secret": bool(secret)}
        record(action="access.sign_on_bound", actor=actor, obj=("sign_on", name), after=after)
    return row


@transaction.atomic
def unbind(host: str, *, actor: Actor) -> None:
    """Let nobody sign in in this way any more, and forget secret and people.

    Raises:
        NoSignOn: nobody does.
    """
    row = SignOn.objects.select_for_update().filter(host=host).first()
    if row is None:
        raise NoSignOn
    drop_secret(_purpose(row))
    record(action="access.sign_on_removed", actor=actor, obj=("sign_on", row.name))
    row.delete()


def begin(host: str, *, redirect_uri: str) -> tuple[str, dict[str, Any]]:
    """Return where to send somebody, and what his session keeps for the way back.

    Raises:
        NoSignOn: nobody signs in here in this way.
        SignOnRefused: the provider does not answer.
    """
    row = _row(host)
    question = Question(
        state=token_urlsafe(24),
        nonce=token_urlsafe(24),
        verifier=token_urlsafe(48),
        redirect_uri=redirect_uri,
    )
    try:
        address = _client(row).address(question)
    except (ProviderDown, ProviderRefused) as error:
        raise SignOnRefused from error
    return address, asdict(question)


def come_back(
    host: str,
    *,
    is_ours: Callable[[Staff], bool],
    kept: dict[str, Any],
    state: str,
    code: str,
    actor: Actor,
    now: datetime,
) -> Staff:
    """Return who of the staff came back from the provider. Not inside a transaction.

    Args:
        host: of the console in public; empty in a tenant.
        is_ours: tells who signs in at the console: those of partners share a table.
        kept: what `begin` returned.
        state: what came back.
        code: the provider's answer.
        actor: who acts, for the log.
        now: the moment.

    Raises:
        NoSignOn: nobody signs in here in this way.
        SignOnRefused: it is not our question, or the provider does not confirm.
        NotOurs: the person is nobody of the staff.
    """
    row = _row(host)
    question = Question(**kept)
    if not constant_time_compare(question.state, state):
        raise SignOnRefused
    try:
        proven = _client(row).exchange(Answer(code=code, question=question))
    except (ProviderDown, ProviderRefused) as error:
        raise SignOnRefused from error
    return _recognised(row, proven, is_ours, actor=actor, now=now)


@transaction.atomic
def _recognised(
    row: SignOn,
    proven: Proven,
    is_ours: Callable[[Staff], bool],
    *,
    actor: Actor,
    now: datetime,
) -> Staff:
    known = SignOnIdentity.objects.filter(provider=row, subject=proven.subject).first()
    people = present_staff(now).filter(expires_at=None)
    if known is not None:
        person = people.filter(pk=known.staff_id).first()
        if person is None or not is_ours(person):
            raise NotOurs
        return person
    domain = proven.email.rpartition("@")[2]
    if not proven.email or (row.domains and domain not in row.domains):
        raise NotOurs
    person = people.filter(email__iexact=proven.email).first()
    if person is None or not is_ours(person):
        raise NotOurs
    try:
        with transaction.atomic():
            SignOnIdentity.objects.create(provider=row, staff=person, subject=proven.subject)
    except IntegrityError as error:
        # Another of the provider's people is this person already.
        raise NotOurs from error
    after = {"name": person.name, "provider": row.name}
    record(action="access.sign_on_linked", actor=actor, obj=person, after=after, now=now)
    return person


def _row(host: str) -> SignOn:
    row = sign_on_at(host)
    if row is None:
        raise NoSignOn
    return row


def _client(row: SignOn) -> OpenId:
    secret = str(get_secret(_purpose(row))["secret"])
    return OpenId("sso", row.issuer, row.client_id, secret)


def _purpose(row: SignOn) -> str:
    return f"access.sign_on.{row.pk.hex}"


def _checked(*, name: str, issuer: str, client_id: str, domains: Sequence[str]) -> dict[str, Any]:
    known_as = " ".join(name.replace("\x00", "").split())[:60]
    if not known_as:
        raise InvalidSignOn(_("Please fill this in."), field="name")
    client = client_id.replace("\x00", "").strip()
    if not 0 < len(client) <= 200:  # noqa: PLR2004  as the column
        raise InvalidSignOn(_("Please fill this in."), field="client_id")
    wanted = list(dict.fromkeys(each.strip().lower().lstrip("@") for each in domains))
    wanted = [each for each in wanted if each]
    if len(wanted) > _MOST_DOMAINS or not all(_DOMAIN.fullmatch(each) for each in wanted):
        raise InvalidSignOn(_("Write domains like example.com."), field="domains")
    return {"name": known_as, "issuer": issuer.strip(), "client_id": client, "domains": wanted}
