"""Forms of promotions, of kinds of coupons, and of what is done with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any, Final

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from kernel.backoffice.orders.change_forms import AmountField
from kernel.backoffice.pieces import NarrowForm
from kernel.backoffice.promotions.scope_forms import (
    OfferForm,
    by_clock,
    in_shop,
    shared_initial,
)
from kernel.backoffice.promotions.terms_forms import PercentField, basis_points, per_cent
from kernel.common.money import Money
from kernel.promotions.choices import Channel, Match
from kernel.promotions.models import CouponTemplate, Promotion
from kernel.promotions.services import PromotionFields, TemplateFields
from kernel.promotions.services.batches import MOST_CODES

_MIDNIGHT: Final = 24 * 60
_CLOCK: Final = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
_WHOLE: Final[Mapping[str, Any]] = {"min_value": 1, "max_value": 100_000_000, "required": False}


class PromotionForm(OfferForm):
    """A promotion without what belongs to its kind."""

    first_order = forms.BooleanField(label=_("First order of a member only"), required=False)
    pieces = forms.IntegerField(label=_("From so many pieces on"), **_WHOLE)
    hour_from = forms.TimeField(label=_("Each day from"), required=False, widget=_CLOCK)
    hour_until = forms.TimeField(label=_("Each day until"), required=False, widget=_CLOCK)
    days = forms.TypedMultipleChoiceField(
        label=_("On these days of the week"),
        choices=list(enumerate(WEEKDAYS.values())),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: every day. By the clock of the shop."),
    )
    match = forms.ChoiceField(
        label=_("Of the conditions"),
        choices=Match.choices,
        initial=Match.ALL,
        required=False,
        help_text=_("Whether every condition above must hold, or one is enough."),
    )
    starts = forms.DateTimeField(label=_("From"), required=False)
    ends = forms.DateTimeField(label=_("Until"), required=False)
    uses_limit = forms.IntegerField(label=_("At most so often in all"), **_WHOLE)
    member_limit = forms.IntegerField(label=_("At most so often for each member"), **_WHOLE)
    priority = forms.IntegerField(
        label=_("Priority"),
        initial=0,
        min_value=-1_000,
        max_value=1_000,
        help_text=_("The highest goes first; among equals what saves most."),
    )
    stacking = forms.SlugField(
        label=_("Not together with"),
        max_length=40,
        help_text=_("Of promotions with the same word here, one takes effect on a product."),
    )
    seller = PercentField(
        label=_("Per cent borne by sellers"),
        required=False,
        help_text=_("The shop bears the rest, and all of it for its own goods."),
    )
    joins_levels = forms.BooleanField(
        label=_("Also on top of prices for levels"),
        required=False,
        help_text=_("Otherwise a member gets the better of the two."),
    )
    is_active = forms.BooleanField(label=_("Switched on"), required=False, initial=True)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["spend"] = AmountField(currency, label=_("From an amount on"), required=False)
        self.fields["amount_limit"] = AmountField(
            currency, label=_("At most so much given away"), required=False
        )

    def told(self, row: Promotion | None) -> PromotionFields:
        """Return what services take; conditions that others set stay."""
        given = self.cleaned_data
        known = {"spend", "pieces", "first_order", "hours"}
        conditions = [each for each in (row.conditions if row else []) if each["kind"] not in known]
        conditions += [
            {"kind": name, "value": given[name]}
            for name in ("spend", "pieces", "first_order")
            if given[name]
        ]
        if hours := self._hours():
            conditions.append({"kind": "hours", "value": hours})
        told: PromotionFields = {
            **self.shared(row.audience if row else {}),  # type: ignore[typeddict-item]
            "conditions": conditions,
            "match": given["match"] or Match.ALL,
            "starts_at": in_shop(given["starts"]),
            "ends_at": in_shop(given["ends"]),
            "uses_limit": given["uses_limit"],
            "amount_limit_minor": given["amount_limit"],
            "member_limit": given["member_limit"],
            "priority": given["priority"],
            "stacking": given["stacking"].lower(),
            "seller_bp": basis_points(given["seller"]),
            "joins_levels": given["joins_levels"],
            "is_active": given["is_active"],
        }
        return told

    def clean(self) -> dict[str, Any]:
        """Check that a day's hours end after they begin."""
        values = super().clean()
        begins, ends = values.get("hour_from"), values.get("hour_until")
        if begins and ends and begins >= ends:
            self.add_error("hour_until", _("This is before the beginning."))
        return values

    def _hours(self) -> dict[str, Any] | None:
        given = self.cleaned_data
        begins, ends, days = given["hour_from"], given["hour_until"], given["days"]
        if not (begins or ends or days):
            return None
        return {
            "from": _minute(begins) if begins else 0,
            "until": _minute(ends) if ends else _MIDNIGHT,
            "days": days,
        }


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _clock_time(minute: int) -> time | None:
    return None if minute in {0, _MIDNIGHT} else time(minute // 60, minute % 60)


def promotion_initial(row: Promotion) -> dict[str, object]:
    """Return what a promotion's form begins with."""
    values = {each["kind"]: each["value"] for each in row.conditions}
    limit, spend = row.amount_limit_minor, values.get("spend")
    hours = values.get("hours") or {"from": 0, "until": 0, "days": []}
    return {
        **shared_initial(row),
        "spend": "" if spend is None else Money(spend, row.currency).decimal(),
        "pieces": values.get("pieces"),
        "first_order": values.get("first_order", False),
        "hour_from": _clock_time(hours["from"]),
        "hour_until": _clock_time(hours["until"]),
        "days": hours["days"],
        "match": row.match,
        "starts": by_clock(row.starts_at),
        "ends": by_clock(row.ends_at),
        "uses_limit": row.uses_limit,
        "amount_limit": "" if limit is None else Money(limit, row.currency).decimal(),
        "member_limit": row.member_limit,
        "priority": row.priority,
        "stacking": row.stacking,
        "seller": per_cent(row.seller_bp),
        "joins_levels": row.joins_levels,
        "is_active": row.is_active,
    }


class TemplateForm(OfferForm):
    """A kind of coupon without what belongs to its kind."""

    channels = forms.MultipleChoiceField(
        label=_("How people come by it"),
        choices=Channel.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    code = forms.CharField(
        label=_("One code for everybody"),
        max_length=40,
        required=False,
        help_text=_("Whoever types it in gets the coupon. Codes for one use are made below."),
    )
    total = forms.IntegerField(label=_("So many in all"), **_WHOLE)
    per_member = forms.IntegerField(
        label=_("So many for each member"), min_value=1, max_value=1_000, initial=1
    )
    points = forms.IntegerField(
        label=_("Costs so many points"),
        min_value=0,
        max_value=100_000_000,
        required=False,
        help_text=_("Where it is had for points."),
    )
    takes_from = forms.DateTimeField(label=_("Can be had from"), required=False)
    takes_until = forms.DateTimeField(label=_("Can be had until"), required=False)
    valid_from = forms.DateTimeField(label=_("Can be used from"), required=False)
    valid_until = forms.DateTimeField(label=_("Can be used until"), required=False)
    valid_days = forms.IntegerField(
        label=_("Or for so many days"),
        min_value=1,
        max_value=3_650,
        required=False,
        help_text=_("Counted from when somebody gets it."),
    )
    joins_promotions = forms.BooleanField(
        label=_("Also for goods that a promotion makes cheaper"), required=False, initial=True
    )
    is_active = forms.BooleanField(label=_("Switched on"), required=False, initial=True)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["threshold"] = AmountField(
            currency, label=_("From an amount on"), required=False
        )
        self.fields["paid_from"] = AmountField(
            currency,
            label=_("For an order from"),
            required=False,
            help_text=_("Where an order brings it: what it must cost."),
        )

    def told(self, row: CouponTemplate | None) -> TemplateFields:
        """Return what services take."""
        given = self.cleaned_data
        moments = ("takes_from", "takes_until", "valid_from", "valid_until")
        told: TemplateFields = {
            **self.shared(row.audience if row else {}),  # type: ignore[typeddict-item]
            "threshold_minor": given["threshold"] or 0,
            "channels": given["channels"],
            "code": given["code"] or None,
            "total": given["total"],
            "per_member": given["per_member"],
            "points": given["points"] or 0,
            "paid_from_minor": given["paid_from"] or 0,
            **{name: in_shop(given[name]) for name in moments},
            "valid_days": given["valid_days"],
            "joins_promotions": given["joins_promotions"],
            "is_active": given["is_active"],
        }
        return told


def template_initial(row: CouponTemplate) -> dict[str, object]:
    """Return what the form of a kind of coupon begins with."""
    plain: Sequence[str] = ("channels", "code", "total", "per_member", "points", "valid_days")
    amounts = {"threshold": row.threshold_minor, "paid_from": row.paid_from_minor}
    return {
        **shared_initial(row),
        **{
            name: Money(minor, row.currency).decimal() if minor else ""
            for name, minor in amounts.items()
        },
        **{name: getattr(row, name) for name in (*plain, "joins_promotions", "is_active")},
        **{
            name: by_clock(getattr(row, name))
            for name in ("takes_from", "takes_until", "valid_from", "valid_until")
        },
    }


class BatchForm(forms.Form):
    """Codes that are wanted."""

    name = forms.CharField(label=_("What they are for"), max_length=120)
    size = forms.IntegerField(label=_("How many"), min_value=1, max_value=MOST_CODES)
    beginning = forms.CharField(label=_("They begin with"), max_length=8, required=False)


class GiveForm(forms.Form):
    """Who gets a coupon."""

    members = forms.CharField(
        label=_("Members"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("E-mail addresses or telephone numbers, one on each line."),
    )


class StandingFilter(NarrowForm):
    """Which promotions or coupons a list shows."""

    wanted_text = forms.CharField(required=False, max_length=80, label=_("Name"))
    is_active = forms.ChoiceField(
        required=False,
        label=_("State"),
        choices=[("", _("All")), ("yes", _("Switched on")), ("no", _("Off"))],
    )
