"""Keeps the credentials of payout services: tried by a live call, sealed, never shown again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.secrets.errors import SecretMissing, SecretsUnreadable
from kernel.common.secrets.services import drop_secret, get_secret, put_secret
from kernel.members.locks import lock_names
from kernel.payments.errors import BindingRefused
from kernel.payments.gateways.forms import faults_in, fields_of, hint_of, secret_names
from kernel.tenancy.context import current_tenant
from kernel.wallet.choices import State
from kernel.wallet.models import Withdrawal
from kernel.wallet.providers import Json, PayoutUnsure, known_provider, service_purpose

_ON_THEIR_WAY: Final = (State.PAYING, State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Connected:
    """What may be shown of the credentials of a payout service.

    Attributes:
        hints: the last characters of what is never shown, by field.
    """

    public: Mapping[str, str]
    hints: Mapping[str, str]


def connect_service(code: str, values: Mapping[str, object], *, actor: Actor) -> None:
    """Keep credentials after a live call with them has worked. Not to be called in a transaction.

    A secret that is left empty stays as it is.

    Raises:
        BindingRefused: a field cannot be used, the service does not take them, or they are
            those of another account while something is on its way by this one.
    """
    provider = known_provider(code)
    schema = provider.schema() if provider else None
    if provider is None or schema is None:
        raise BindingRefused(invalid={})
    if current_tenant().kind == "sandbox":
        raise BindingRefused(_("Nothing is paid out from a sandbox."))
    given = {name: str(value).strip() for name, value in values.items() if value}
    kept = _kept(code)
    filled = {**{name: kept[name] for name in secret_names(schema) if kept.get(name)}, **given}
    if invalid := faults_in(schema, filled):
        raise BindingRefused(invalid=invalid)
    try:
        said = provider.check(filled)
    except PayoutUnsure as silence:
        text = _("The service does not answer as it should. Please check the keys and try again.")
        raise BindingRefused(text) from silence
    if said:
        raise BindingRefused(*[said[""]] if "" in said else [], invalid=said)
    with transaction.atomic():
        lock_names([service_purpose(code)])
        _stays(code, schema, kept, filled)
        put_secret(service_purpose(code), filled)
        _record("connected", code, actor, fields=sorted(given))


@transaction.atomic
def disconnect_service(code: str, *, actor: Actor) -> None:
    """Forget the credentials of a payout service.

    Raises:
        BindingRefused: something is on its way by it.
    """
    lock_names([service_purpose(code)])
    if _is_used(code):
        raise BindingRefused(_("Withdrawals are on their way by this service. Wait for them."))
    if drop_secret(service_purpose(code)):
        _record("disconnected", code, actor, fields=[])


def connected_of(code: str) -> Connected | None:
    """Return what may be shown of a service's credentials; None when there are none."""
    provider = known_provider(code)
    schema = provider.schema() if provider else None
    kept = _kept(code)
    if schema is None or not kept:
        return None
    sealed = secret_names(schema)
    public = {name: text for name, text in kept.items() if name not in sealed}
    return Connected(public, {name: hint_of(kept.get(name, "")) for name in sealed})


def _kept(code: str) -> dict[str, str]:
    try:
        opened = get_secret(service_purpose(code))
    except (SecretMissing, SecretsUnreadable):
        return {}
    return {name: str(value) for name, value in opened.items()}


def _stays(
    code: str, schema: Json, kept: Mapping[str, object], filled: Mapping[str, object]
) -> None:
    """Refuse another account while the one that was used is still asked about.

    It would say that it never got what the other one pays, and it would be paid twice.
    """
    owner = [name for name, field in fields_of(schema).items() if field.get("x-account")]
    if kept and any(kept.get(name) != filled.get(name) for name in owner) and _is_used(code):
        text = _("Withdrawals are on their way by this service. Wait for them.")
        raise BindingRefused(invalid=dict.fromkeys(owner, text))


def _is_used(code: str) -> bool:
    return Withdrawal.objects.filter(provider=code, state__in=_ON_THEIR_WAY).exists()


def _record(change: str, code: str, actor: Actor, *, fields: list[str]) -> None:
    record(
        action=f"payout_service.{change}",
        actor=actor,
        obj=("payout_service", code),
        after={"service": code, "fields": fields},
    )
