"""Makes and changes promotions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypedDict
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.catalogue import fields
from kernel.catalogue.models import Variant
from kernel.catalogue.texts import checked_names
from kernel.common.money import BASIS_POINTS, DECIMALS, LARGEST_MINOR
from kernel.common.outbox.codec import encode
from kernel.common.outbox.publishing import publish
from kernel.promotions import checks
from kernel.promotions.actions import Action, FreeShipping, action_named
from kernel.promotions.book import renew
from kernel.promotions.choices import Match
from kernel.promotions.conditions import checked_conditions
from kernel.promotions.errors import InvalidPromotion, ManagedPromotion, UnknownPromotion
from kernel.promotions.events import PromotionChanged
from kernel.promotions.models import Promotion
from kernel.promotions.reading import counted
from kernel.promotions.scopes import checked_scope

_HIGHEST_PRIORITY: Final = 1_000
_MOST_USES: Final = 1_000_000_000


class PromotionFields(TypedDict, total=False):
    """What may be said of a promotion; what is left out stays as it is."""

    name: str
    names: Mapping[str, str]
    terms: Mapping[str, Any]
    match: str
    conditions: Sequence[Mapping[str, Any]]
    scope: Mapping[str, Any]
    audience: Mapping[str, Any]
    stacking: str
    priority: int
    starts_at: datetime | None
    ends_at: datetime | None
    uses_limit: int | None
    amount_limit_minor: int | None
    member_limit: int | None
    seller_bp: int
    joins_levels: bool
    is_active: bool


_CHECKS: Final[Mapping[str, checks.Check]] = {
    "name": fields.line(120, needed=True),
    "names": lambda value, field: checked_names(value, field=field),
    "match": fields.one_of(Match),
    "conditions": lambda value, _field: checked_conditions(value),
    "scope": lambda value, _field: checked_scope(value),
    "audience": checks.audience,
    "stacking": fields.code,
    "priority": checks.whole(-_HIGHEST_PRIORITY, _HIGHEST_PRIORITY),
    "starts_at": fields.optional(fields.moment),
    "ends_at": fields.optional(fields.moment),
    "uses_limit": fields.optional(checks.whole(1, _MOST_USES)),
    "amount_limit_minor": fields.optional(checks.whole(1, LARGEST_MINOR)),
    "member_limit": fields.optional(checks.whole(1, _MOST_USES)),
    "seller_bp": checks.whole(0, BASIS_POINTS),
    "joins_levels": fields.switch,
    "is_active": fields.switch,
}


@transaction.atomic
def create_promotion(
    *,
    kind: str,
    currency: str,
    told: PromotionFields,
    actor: Actor,
    now: datetime,
    managed_by: str = "",
) -> Promotion:
    """Make a promotion; it takes effect once it is switched on, and between its dates.

    Args:
        kind: code of the action.
        currency: of its amounts.
        told: see `Promotion`.
        actor: who makes it.
        now: the moment.
        managed_by: what it belongs to, and by which alone it is changed.

    Raises:
        InvalidPromotion: a value cannot be used; ``field`` names which.
    """
    action = action_named(kind)
    if action.is_for_coupons:
        raise InvalidPromotion(_("Not known."), field="kind")
    if currency not in DECIMALS:
        raise InvalidPromotion(field="currency")
    values = _checked({"name": "", "terms": {}, "stacking": action.stacking, **told}, action)
    row = Promotion(kind=kind, currency=currency, managed_by=managed_by, **values)
    _check_dates(row)
    _check_budget(row)
    row.save(force_insert=True)
    _tell(row, "created", actor, now=now, after={"kind": kind, "name": row.name})
    return row


@transaction.atomic
def change_promotion(
    promotion_id: UUID,
    told: PromotionFields,
    *,
    actor: Actor,
    now: datetime,
    managed_by: str = "",
) -> Promotion:
    """Change some of a promotion's particulars. Orders that were placed keep theirs.

    Raises:
        UnknownPromotion: there is none.
        ManagedPromotion: it belongs to something else.
        InvalidPromotion: a value cannot be used; ``field`` names which.
    """
    row = Promotion.objects.select_for_update(no_key=True).filter(pk=promotion_id).first()
    if row is None:
        raise UnknownPromotion
    if row.managed_by != managed_by:
        raise ManagedPromotion
    values = _checked(told, action_named(row.kind))
    before = {name: getattr(row, name) for name in values}
    changed = [name for name in values if values[name] != before[name]]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, values[name])
    _check_dates(row)
    _check_budget(row)
    _begin_counting(row, changed)
    row.save()
    _tell(
        row,
        "changed",
        actor,
        now=now,
        before={name: encode(before[name]) for name in changed},
        after={name: encode(values[name]) for name in changed},
    )
    return row


def _checked(told: Mapping[str, Any], action: Action) -> dict[str, Any]:
    values = checks.checked(
        {name: value for name, value in told.items() if name != "terms"}, _CHECKS
    )
    if "terms" in told:
        values["terms"] = action.checked(told["terms"])
        check_variants(action, values["terms"])
    return values


def check_variants(action: Action, terms: Mapping[str, Any]) -> None:
    """Check that what terms name is there.

    Raises:
        InvalidPromotion: a variant is not.
    """
    wanted = set(action.variants(action.read(terms)))
    if wanted and Variant.objects.filter(pk__in=wanted).count() < len(wanted):
        raise InvalidPromotion(_("There is no such product."), field="terms.variant")


def _check_dates(row: Promotion) -> None:
    if row.starts_at and row.ends_at and row.starts_at >= row.ends_at:
        raise InvalidPromotion(_("This is before the beginning."), field="ends_at")


def _check_budget(row: Promotion) -> None:
    if row.kind == FreeShipping.code and row.amount_limit_minor is not None:
        # What shipping costs is known after everything else.
        text = _("Free shipping can be limited by its number alone.")
        raise InvalidPromotion(text, field="amount_limit_minor")
    if row.uses_limit is not None and row.uses_limit < row.used_count:
        raise InvalidPromotion(_("It was used more often already."), field="uses_limit")
    if row.amount_limit_minor is not None and row.amount_limit_minor < row.used_minor:
        raise InvalidPromotion(_("More was given away already."), field="amount_limit_minor")


def _begin_counting(row: Promotion, changed: Sequence[str]) -> None:
    """Count what was used before there was a limit, or else the first limit would forget it."""
    if not set(changed) & {"uses_limit", "amount_limit_minor", "member_limit"}:
        return
    row.used_count, row.used_minor = counted(row.pk)
    _check_budget(row)


def _tell(
    row: Promotion,
    change: str,
    actor: Actor,
    *,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    renew()
    publish(
        PromotionChanged(promotion_id=row.id, change=change), aggregate=f"promotion:{row.id.hex}"
    )
    record(action=f"promotion.{change}", actor=actor, obj=row, before=before, after=after, now=now)
