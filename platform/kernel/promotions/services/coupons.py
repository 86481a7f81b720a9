"""Makes and changes kinds of coupons."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypedDict
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.catalogue import fields
from kernel.catalogue.texts import checked_names
from kernel.common.money import BASIS_POINTS, DECIMALS, LARGEST_MINOR
from kernel.common.outbox.codec import encode
from kernel.common.outbox.publishing import publish
from kernel.promotions import checks
from kernel.promotions.book import renew
from kernel.promotions.choices import Channel, CouponKind
from kernel.promotions.errors import CodeTaken, InvalidPromotion, UnknownTemplate
from kernel.promotions.events import CouponTemplateChanged
from kernel.promotions.models import CouponTemplate
from kernel.promotions.offers import coupon_action
from kernel.promotions.scopes import checked_scope
from kernel.promotions.services.promotions import check_variants

_MOST: Final = 100_000_000
_MOST_DAYS: Final = 3_650
_CODE: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{2,39}", re.ASCII)


class TemplateFields(TypedDict, total=False):
    """What may be said of a kind of coupon; what is left out stays as it is."""

    name: str
    names: Mapping[str, str]
    terms: Mapping[str, Any]
    threshold_minor: int
    scope: Mapping[str, Any]
    audience: Mapping[str, Any]
    seller_id: UUID | None
    seller_bp: int
    channels: Sequence[str]
    code: str | None
    total: int | None
    per_member: int
    paid_from_minor: int
    points: int
    takes_from: datetime | None
    takes_until: datetime | None
    valid_from: datetime | None
    valid_until: datetime | None
    valid_days: int | None
    joins_promotions: bool
    is_active: bool


def normal_code(text: str) -> str:
    """Return a code as it is stored: capital letters and digits, without spaces."""
    return "".join(text.split()).upper()[:40]


def _code(value: object, field: str) -> str | None:
    if value in {None, ""}:
        return None
    code = normal_code(value) if isinstance(value, str) else ""
    if not _CODE.fullmatch(code):
        raise InvalidPromotion(_("Three to forty letters and digits are expected."), field=field)
    return code


def _channels(value: object, field: str) -> list[str]:
    if not isinstance(value, (list, tuple)) or not set(value) <= set(Channel.values):
        raise InvalidPromotion(_("Not known."), field=field)
    return [channel for channel in Channel.values if channel in value]


_MOMENT: Final = fields.optional(fields.moment)
_CHECKS: Final[Mapping[str, checks.Check]] = {
    "name": fields.line(120, needed=True),
    "names": lambda value, field: checked_names(value, field=field),
    "threshold_minor": checks.whole(0, LARGEST_MINOR),
    "scope": lambda value, _field: checked_scope(value),
    "audience": checks.audience,
    "seller_id": fields.optional(fields.key),
    "seller_bp": checks.whole(0, BASIS_POINTS),
    "channels": _channels,
    "code": _code,
    "total": fields.optional(checks.whole(1, _MOST)),
    "per_member": checks.whole(1, 1_000),
    "paid_from_minor": checks.whole(0, LARGEST_MINOR),
    "points": checks.whole(0, _MOST),
    "takes_from": _MOMENT,
    "takes_until": _MOMENT,
    "valid_from": _MOMENT,
    "valid_until": _MOMENT,
    "valid_days": fields.optional(checks.whole(1, _MOST_DAYS)),
    "joins_promotions": fields.switch,
    "is_active": fields.switch,
}


@transaction.atomic
def create_template(
    *, kind: str, currency: str, told: TemplateFields, actor: Actor, now: datetime
) -> CouponTemplate:
    """Make a kind of coupon; it can be taken once it is switched on.

    Raises:
        InvalidPromotion: a value cannot be used; ``field`` names which.
        CodeTaken: another one has the code.
    """
    if kind not in CouponKind.values:
        raise InvalidPromotion(_("Not known."), field="kind")
    if currency not in DECIMALS:
        raise InvalidPromotion(field="currency")
    values = _checked({"name": "", "terms": {}, **told}, kind)
    row = CouponTemplate(kind=kind, currency=currency, **values)
    _check(row)
    _save(row, is_new=True)
    _tell(row, "created", actor, now=now, after={"kind": kind, "name": row.name})
    return row


@transaction.atomic
def change_template(
    template_id: UUID, told: TemplateFields, *, actor: Actor, now: datetime
) -> CouponTemplate:
    """Change some of its particulars; coupons in people's hands keep their dates.

    Raises:
        UnknownTemplate: there is none.
        InvalidPromotion: a value cannot be used; ``field`` names which.
        CodeTaken: another one has the code.
    """
    row = CouponTemplate.objects.select_for_update(no_key=True).filter(pk=template_id).first()
    if row is None:
        raise UnknownTemplate
    values = _checked(told, row.kind)
    before = {name: getattr(row, name) for name in values}
    changed = [name for name in values if values[name] != before[name]]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, values[name])
    _check(row)
    _save(row)
    _tell(
        row,
        "changed",
        actor,
        now=now,
        before={name: encode(before[name]) for name in changed},
        after={name: encode(values[name]) for name in changed},
    )
    return row


def _checked(told: Mapping[str, Any], kind: str) -> dict[str, Any]:
    values = checks.checked(
        {name: value for name, value in told.items() if name != "terms"}, _CHECKS
    )
    if "terms" in told:
        action = coupon_action(kind)
        values["terms"] = action.checked(told["terms"])
        check_variants(action, values["terms"])
    return values


def _check(row: CouponTemplate) -> None:
    if (row.valid_until is None) == (row.valid_days is None):
        text = _("Say either until when it holds or for how many days.")
        raise InvalidPromotion(text, field="valid_until")
    for begins, ends in (("valid_from", "valid_until"), ("takes_from", "takes_until")):
        first, last = getattr(row, begins), getattr(row, ends)
        if first and last and first >= last:
            raise InvalidPromotion(_("This is before the beginning."), field=ends)
    if row.total is not None and row.total < row.taken_count:
        raise InvalidPromotion(_("More were taken already."), field="total")
    if Channel.POINTS in row.channels and not row.points:
        raise InvalidPromotion(_("Say how many points it costs."), field="points")
    if Channel.POINTS in row.channels and {Channel.PAGE, Channel.POPUP} & set(row.channels):
        text = _("What everybody may take for nothing is not sold for points.")
        raise InvalidPromotion(text, field="channels")
    if row.kind == CouponKind.AMOUNT and 0 < row.threshold_minor < row.terms["off_minor"]:
        raise InvalidPromotion(_("More off than there is to pay."), field="threshold_minor")


def _save(row: CouponTemplate, *, is_new: bool = False) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=is_new)
    except IntegrityError as error:
        if "code" not in str(error):
            raise
        raise CodeTaken(code=row.code) from error


def _tell(
    row: CouponTemplate,
    change: str,
    actor: Actor,
    *,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    renew()
    publish(
        CouponTemplateChanged(template_id=row.id, change=change),
        aggregate=f"coupon_template:{row.id.hex}",
    )
    record(action=f"coupon.{change}", actor=actor, obj=row, before=before, after=after, now=now)
