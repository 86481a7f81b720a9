"""Binds accounts at gateways: tried live, sealed, never shown again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.ids import uuid7
from kernel.common.secrets.services import get_secret, put_secret
from kernel.payments.choices import BindingMode
from kernel.payments.errors import (
    BindingNotFound,
    BindingRefused,
    LiveNotAllowed,
    Misconfigured,
    RebindNeeded,
    Refused,
    Transient,
)
from kernel.payments.gateways.contract import Binding
from kernel.payments.gateways.forms import faults_in, hint_of, secret_names
from kernel.payments.gateways.registry import gateway_named
from kernel.payments.models import BindingVersion, PaymentBinding
from kernel.payments.services.opening import secret_purpose
from kernel.tenancy.context import current_tenant

_LONGEST_TITLE = 80


def bind(
    *,
    gateway: str,
    mode: str = BindingMode.DIRECT,
    is_live: bool,
    title: str,
    values: Mapping[str, object],
    actor: Actor,
    now: datetime,
) -> PaymentBinding:
    """Bind an account after a live call with its credentials has worked.

    It is off until `set_enabled`. Not to be called inside a transaction.

    Args:
        gateway: code of the way to pay.
        mode: one of the gateway's.
        is_live: False for the gateway's test mode.
        title: what payers see.
        values: the bind form, filled in.
        actor: who binds.
        now: the moment.

    Raises:
        UnknownGateway: none has this code.
        LiveNotAllowed: real money, in a sandbox.
        BindingRefused: a field cannot be used, or the gateway does not take them.
    """
    _may_be_live(is_live=is_live)
    row = PaymentBinding(
        id=uuid7(),
        gateway=gateway,
        mode=mode,
        is_live=is_live,
        title=_checked_title(title),
        checked_at=now,
    )
    public, secrets = _checked(row, values)
    with transaction.atomic():
        last = PaymentBinding.objects.aggregate(last=Max("position"))["last"]
        row.position = 0 if last is None else last + 1
        row.save(force_insert=True)
        _store(row, public, secrets, actor=actor)
        record(
            action="payments.bound",
            actor=actor,
            obj=("payment_binding", row.public_id),
            after={"gateway": gateway, "mode": mode, "live": is_live, "fields": sorted(values)},
        )
    return row


def rebind(
    binding_id: UUID, *, values: Mapping[str, object], actor: Actor, now: datetime
) -> PaymentBinding:
    """Put other particulars in force; a secret that is left empty stays as it is.

    Attempts that are under way go on with the particulars that they began with.

    Raises:
        BindingNotFound: there is none.
        LiveNotAllowed: real money, in a sandbox.
        BindingRefused: as `bind`.
    """
    row = binding_of(binding_id)
    _may_be_live(is_live=row.is_live)
    schema = gateway_named(row.gateway).bind_schema(row.mode)
    kept = _secrets_of(row)
    given = {name: value for name, value in values.items() if value not in (None, "")}
    merged = {**{k: v for k, v in kept.items() if k in secret_names(schema)}, **given}
    public, secrets = _checked(row, merged)
    with transaction.atomic():
        row = PaymentBinding.objects.select_for_update().get(pk=binding_id)
        row.version += 1
        row.checked_at = now
        row.needs_rebind = False
        row.save(update_fields=["version", "checked_at", "needs_rebind"])
        _store(row, public, secrets, actor=actor)
        record(
            action="payments.rebound",
            actor=actor,
            obj=("payment_binding", row.public_id),
            after={"version": row.version, "fields": sorted(given)},
        )
    return row


@transaction.atomic
def set_enabled(binding_id: UUID, *, enabled: bool, actor: Actor) -> PaymentBinding:
    """Offer a binding to payers, or no more; what is under way goes on.

    Raises:
        BindingNotFound: there is none.
        LiveNotAllowed: real money, in a sandbox.
        RebindNeeded: the platform that it worked through is the shop's no more.
    """
    row = _locked(binding_id)
    if enabled:
        _may_be_live(is_live=row.is_live)
        if row.needs_rebind:
            raise RebindNeeded
    if row.is_enabled != enabled:
        row.is_enabled = enabled
        row.save(update_fields=["is_enabled"])
        record(
            action="payments.binding_switched",
            actor=actor,
            obj=("payment_binding", row.public_id),
            before={"enabled": not enabled},
            after={"enabled": enabled},
        )
    return row


@transaction.atomic
def rename_binding(binding_id: UUID, *, title: str, actor: Actor) -> PaymentBinding:
    """Change what payers see of a binding.

    Raises:
        BindingNotFound: there is none.
        BindingRefused: no title, or too long a one.
    """
    row, before = _locked(binding_id), ""
    before, row.title = row.title, _checked_title(title)
    row.save(update_fields=["title"])
    record(
        action="payments.binding_renamed",
        actor=actor,
        obj=("payment_binding", row.public_id),
        before={"title": before},
        after={"title": row.title},
    )
    return row


@transaction.atomic
def remove_binding(binding_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Take a binding away; its credentials stay sealed for refunds of what it was paid by.

    Raises:
        BindingNotFound: there is none.
    """
    row = _locked(binding_id)
    row.is_enabled, row.removed_at = False, now
    row.save(update_fields=["is_enabled", "removed_at"])
    record(action="payments.binding_removed", actor=actor, obj=("payment_binding", row.public_id))


def binding_of(binding_id: UUID) -> PaymentBinding:
    """Return a binding that was not removed.

    Raises:
        BindingNotFound: there is none.
    """
    row = PaymentBinding.objects.filter(pk=binding_id, removed_at=None).first()
    if row is None:
        raise BindingNotFound
    return row


def _locked(binding_id: UUID) -> PaymentBinding:
    rows = PaymentBinding.objects.select_for_update(no_key=True)
    row = rows.filter(pk=binding_id, removed_at=None).first()
    if row is None:
        raise BindingNotFound
    return row


def _may_be_live(*, is_live: bool) -> None:
    if is_live and current_tenant().kind == "sandbox":
        raise LiveNotAllowed


def _checked_title(title: str) -> str:
    text = title.strip()
    if not 0 < len(text) <= _LONGEST_TITLE:
        raise BindingRefused(invalid={"title": _("A title has 1 to 80 characters.")})
    return text


def _checked(
    row: PaymentBinding, values: Mapping[str, object]
) -> tuple[dict[str, object], dict[str, object]]:
    """Check the form, try it live, and part what is shown from what is sealed."""
    gateway = gateway_named(row.gateway)
    if row.mode not in gateway.modes:
        raise BindingRefused(invalid={"mode": _("Choose one of the values offered.")})
    schema = gateway.bind_schema(row.mode)
    trimmed = {k: v.strip() if isinstance(v, str) else v for k, v in values.items()}
    filled = {name: value for name, value in trimmed.items() if value not in (None, "")}
    if invalid := faults_in(schema, filled):
        raise BindingRefused(invalid=invalid)
    sealed = secret_names(schema)
    public = {name: value for name, value in filled.items() if name not in sealed}
    secrets = {name: value for name, value in filled.items() if name in sealed}
    opened = Binding(
        id=row.id,
        tenant_id=current_tenant().id,
        gateway=row.gateway,
        mode=row.mode,
        live=row.is_live,
        public=public,
        secrets=secrets,
    )
    try:
        said = gateway.check_binding(opened)
    except Transient as silence:
        raise BindingRefused(_("The gateway does not answer. Please try again.")) from silence
    except (Misconfigured, Refused) as refusal:
        raise BindingRefused(_("The gateway does not accept these particulars.")) from refusal
    if said:
        raise BindingRefused(" ".join(said))
    return public, secrets


def _secrets_of(row: PaymentBinding) -> Mapping[str, object]:
    current = BindingVersion.objects.get(binding=row, version=row.version)
    return get_secret(secret_purpose(row.id, row.version)) if current.hints else {}


def _store(
    row: PaymentBinding,
    public: Mapping[str, object],
    secrets: Mapping[str, object],
    *,
    actor: Actor,
) -> None:
    if secrets:
        put_secret(secret_purpose(row.id, row.version), secrets)
    BindingVersion.objects.create(
        binding=row,
        version=row.version,
        public=dict(public),
        hints={name: hint_of(str(value)) for name, value in secrets.items()},
        set_by=str(actor)[:300],
    )
