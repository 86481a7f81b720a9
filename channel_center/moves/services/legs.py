"""The legs of a move, and how each is taken back."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from channel_center.brands.selectors import inherited_by_shops
from channel_center.moves.choices import MoveState
from channel_center.moves.errors import WrongMoment
from channel_center.moves.models import ArchiveConsent, Move
from channel_center.moves.money import money_legs
from channel_center.moves.services import names
from channel_center.moves.services.asking import parties_of, refuse_if_unfit
from channel_center.moves.tasks import write_later
from channel_center.partners.models import Reach
from channel_center.partners.services.telling import tell
from channel_center.snapshots.models import Following
from channel_center.snapshots.services.templates import usable_templates
from kernel.access.models import Staff
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.branding.fields import INHERITED
from kernel.common.time import utc_now
from kernel.keys.services.leaving import bring_back_keys, end_all_keys
from kernel.payments.services.parting import join_bindings, part_bindings
from kernel.tenancy.context import tenant_context
from kernel.visits.services import end_visits_of
from tenants.choices import HoldKind, HoldLevel
from tenants.directory import to_ref
from tenants.invalidation import changed
from tenants.models import Tenant
from tenants.services.states import locked, place_hold, release_hold

_CLOCKWORK: Final = Actor.system("moves")
"""Who acts in the shop's own log, which names nobody who stands above."""


def freeze(move: Move, actor: Actor) -> dict[str, Any]:
    """Let nobody buy anything for the tenant from now on: a hold of this kind says so.

    Raises:
        WrongMoment: the tenant is with somebody else by now.
        StateRefused, ReceiverClosed, ShopHeld, JobOpen: what held when all agreed does no more.
    """
    tenant = locked(move.tenant_id)
    if tenant.channel_id != move.giving_id or move.state != MoveState.RUNNING:
        raise WrongMoment(state=move.state)
    refuse_if_unfit(tenant, move.receiving)
    with translation.override(tenant.locale):
        reason = _("The shop is being moved to another provider; nothing can be bought meanwhile.")
    hold = place_hold(
        tenant.pk, kind=HoldKind.TRANSFER, level=HoldLevel.WARNED, reason=reason, actor=_CLOCKWORK
    )
    return {"hold": hold.pk.hex}


def thaw(move: Move, done: dict[str, Any], actor: Actor) -> None:
    """Lift the hold."""
    release_hold(UUID(done["hold"]), actor=actor)


def settle(move: Move, actor: Actor) -> dict[str, Any]:
    """Credit what is left to the old chain, and charge the new one.

    Raises:
        DomainError: it cannot be paid.
    """
    return dict(money_legs().settle(move.pk, parties_of(move), now=utc_now()))


def take_back(move: Move, done: dict[str, Any], actor: Actor) -> None:
    """Reverse the money."""
    money_legs().take_back(move.pk, done, now=utc_now())


def hand_over(move: Move, actor: Actor) -> dict[str, Any]:
    """Give the tenant to its new partner: owner, brand, host names, templates, sight.

    Raises:
        DomainTaken, InvalidDomain: it can get no name below the new partner's domain.
    """
    tenant = locked(move.tenant_id)
    done = {
        "channel": _hex(tenant.channel_id),
        "inherited": tenant.brand.get(INHERITED),
        "reach": _out_of_sight(tenant),
        "followed": _unfollow(tenant, move.receiving_id),
    }
    leaving = names.leaving(tenant, move.receiving_id)
    _belong(tenant, move.receiving_id, _inherited(move.receiving_id))
    done["names"] = names.replace(tenant, leaving, move.receiving_id, actor=actor)
    changed(tenant.pk)
    return done


def hand_back(move: Move, done: dict[str, Any], actor: Actor) -> None:
    """Give the tenant back as it was."""
    tenant = locked(move.tenant_id)
    names.restore(tenant, done["names"])
    _belong(tenant, UUID(done["channel"]) if done["channel"] else None, done["inherited"])
    for staff in done["reach"]:
        row = Reach.objects.select_for_update().filter(pk=UUID(staff)).first()
        if row is not None and str(tenant.pk) not in row.tenant_ids:
            row.tenant_ids = sorted([*row.tenant_ids, str(tenant.pk)])
            row.save(update_fields=["tenant_ids"])
    for template, version in done["followed"]:
        Following.objects.get_or_create(
            template_id=UUID(template), tenant_id=tenant.pk, defaults={"version": version}
        )
    changed(tenant.pk)


def _belong(tenant: Tenant, channel_id: UUID | None, inherited: Any) -> None:
    brand = {name: value for name, value in tenant.brand.items() if name != INHERITED}
    tenant.brand = brand | ({INHERITED: inherited} if inherited is not None else {})
    tenant.channel_id = channel_id
    tenant.save(update_fields=["channel_id", "brand"])


def _inherited(channel_id: UUID | None) -> dict[str, str] | None:
    return inherited_by_shops(channel_id) if channel_id is not None else None


def _out_of_sight(tenant: Tenant) -> list[str]:
    """Let nobody see the tenant by name who saw it before; return who did."""
    seen = str(tenant.pk)
    rows = Reach.objects.select_for_update().filter(tenant_ids__contains=[seen]).order_by("pk")
    found = []
    for row in rows:
        row.tenant_ids = [each for each in row.tenant_ids if each != seen]
        row.save(update_fields=["tenant_ids"])
        found.append(row.pk.hex)
    return found


def _unfollow(tenant: Tenant, receiving_id: UUID | None) -> list[list[Any]]:
    """Bring no more of templates that the new partner has not; return which they were."""
    usable = usable_templates(receiving_id).values("pk")
    rows = Following.objects.filter(tenant_id=tenant.pk).exclude(template__in=usable)
    found = [[row.template_id.hex, row.version] for row in rows]
    rows.delete()
    return found


def part_accounts(move: Move, actor: Actor) -> dict[str, Any]:
    """Switch off payment accounts that stand below a platform's; the shop's own stay."""
    with tenant_context(to_ref(locked(move.tenant_id))):
        return {"bindings": [[key.hex, was] for key, was in part_bindings(actor=_CLOCKWORK)]}


def join_accounts(move: Move, done: dict[str, Any], actor: Actor) -> None:
    """Let those accounts be used as before."""
    with tenant_context(to_ref(locked(move.tenant_id))):
        join_bindings([(UUID(key), was) for key, was in done["bindings"]], actor=_CLOCKWORK)


def end_access(move: Move, actor: Actor) -> dict[str, Any]:
    """End the shop's API keys, and let nobody of the old partner in any more."""
    helpers = []
    if move.giving_id is not None:
        people = Staff.objects.filter(channel_id=move.giving_id)
        helpers = [each.public_id for each in people]
    now = utc_now()
    with tenant_context(to_ref(locked(move.tenant_id))):
        visits = end_visits_of(helpers, actor=_CLOCKWORK, now=now) if helpers else 0
        ended = end_all_keys(actor=_CLOCKWORK, now=now)
    return {"keys": [each.hex for each in ended], "visits": visits}


def restore_access(move: Move, done: dict[str, Any], actor: Actor) -> None:
    """Make the keys good again; helpers ask anew, as consent that ended does not come back."""
    with tenant_context(to_ref(locked(move.tenant_id))):
        bring_back_keys([UUID(each) for each in done["keys"]], actor=_CLOCKWORK)


def finish(move: Move, actor: Actor) -> dict[str, Any]:
    """Lift the hold, put the move on record on both sides and in the shop, and tell all."""
    tenant = locked(move.tenant_id)
    release_hold(UUID(move.legs["freeze"]["hold"]), actor=actor)
    now = utc_now()
    move.state, move.ended_at = MoveState.DONE, now
    move.leaves_at = now + names.LED_ON if move.legs["own"]["names"]["led_on"] else None
    move.save(update_fields=["state", "ended_at", "leaves_at"])
    # It was given to the old partner.
    ArchiveConsent.objects.filter(tenant=tenant).delete()
    said = {"name": tenant.name}
    for channel, action in ((move.giving, "moves.gave"), (move.receiving, "moves.took")):
        if channel is not None:
            obj = ("channel", channel.public_id)
            record(action=action, actor=actor, obj=obj, after=said | {"shop": tenant.public_id})
    with tenant_context(to_ref(tenant)):
        obj = ("tenant", tenant.public_id)
        record(action="moves.moved", actor=_CLOCKWORK, obj=obj, after=said)
    told = {"tenant": tenant.public_id, "name": tenant.name, "state": tenant.state}
    if move.giving_id is not None:
        tell(move.giving_id, "tenant.moved_away", about=tenant.public_id, data=told)
    if move.receiving_id is not None:
        tell(move.receiving_id, "tenant.moved_in", about=tenant.public_id, data=told)
    write_later(move)
    return {}


def stay(move: Move, done: dict[str, Any], actor: Actor) -> None:
    """Nothing comes after the last leg that could fail."""


def _hex(value: UUID | None) -> str:
    return value.hex if value is not None else ""
