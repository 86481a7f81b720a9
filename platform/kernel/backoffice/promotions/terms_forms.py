"""What each kind of promotion and coupon asks for: its part of the form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from kernel.backoffice.orders.change_forms import AmountField
from kernel.backoffice.promotions.scope_forms import sku_of, variant_of
from kernel.common.money import Money

_PERCENT: Final = 100
_TIERS: Final = 5
_ITEMS: Final = 5


class PercentField(forms.DecimalField):
    """Per cent, with two places."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=_PERCENT, decimal_places=2, **options)


def basis_points(value: Any) -> int:
    """Return per cent as basis points."""
    return int((value or 0) * _PERCENT)


def per_cent(value: int | None) -> str:
    """Return basis points as per cent."""
    return f"{value / _PERCENT:g}" if value else ""


class TermsForm(forms.Form):
    """The part of a form that belongs to a kind."""

    hint: ClassVar[str | Promise] = ""

    def __init__(self, terms: Mapping[str, Any], *, currency: str, data: Any = None) -> None:
        self.currency = currency
        super().__init__(data, initial=self.begin(terms), prefix="t")
        self.build()
        for name, field in self.fields.items():
            if isinstance(field, AmountField):
                self.initial[name] = self.amount(self.initial.get(name))

    def begin(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the fields begin with; amounts in minor units."""
        return dict(terms)

    def build(self) -> None:
        """Add the fields that need the currency."""

    def told(self) -> dict[str, Any]:
        """Return the terms as services take them."""
        raise NotImplementedError

    def amount(self, minor: Any) -> str:
        """Return an amount as people write it."""
        return Money(minor, self.currency).decimal() if isinstance(minor, int) else ""

    def money(self, label: str | Promise, **options: Any) -> AmountField:
        """Return a field for an amount."""
        return AmountField(self.currency, label=label, required=False, **options)


class ReductionForm(TermsForm):
    """Steps."""

    hint = _("Up to five steps; of those that are reached the highest counts.")
    by = forms.ChoiceField(
        label=_("Steps begin at"),
        choices=[("amount", _("an amount")), ("pieces", _("a number of pieces"))],
    )
    off_as = forms.ChoiceField(
        label=_("What is taken off"),
        choices=[("money", _("an amount")), ("percent", _("per cent"))],
    )
    repeats = forms.BooleanField(
        label=_("Again for every such amount (one step only)"), required=False
    )

    @override
    def begin(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        tiers = terms.get("tiers", [])
        found: dict[str, Any] = {
            "by": terms.get("by", "amount"),
            "repeats": terms.get("repeats", False),
            "off_as": "percent" if any("off_bp" in tier for tier in tiers) else "money",
        }
        for number, tier in enumerate(tiers[:_TIERS]):
            from_minor = tier.get("from_minor")
            found[f"from_{number}"] = (
                str(tier.get("from", "")) if from_minor is None else self.amount(from_minor)
            )
            off_minor = tier.get("off_minor")
            found[f"off_{number}"] = (
                per_cent(tier.get("off_bp")) if off_minor is None else self.amount(off_minor)
            )
        return found

    @override
    def build(self) -> None:
        for number in range(_TIERS):
            for name, label in (("from", _("Reached at")), ("off", _("Taken off"))):
                field = forms.CharField(label=label, max_length=24, required=False)
                field.widget.attrs |= {
                    "inputmode": "decimal",
                    "aria-label": f"{label} {number + 1}",
                }
                self.fields[f"{name}_{number}"] = field

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Return the fields of each step."""
        return [(self[f"from_{number}"], self[f"off_{number}"]) for number in range(_TIERS)]

    def clean(self) -> dict[str, Any]:
        """Read the steps."""
        values = super().clean() or {}
        tiers = []
        for number in range(_TIERS):
            begins, off = values.get(f"from_{number}", ""), values.get(f"off_{number}", "")
            if not begins and not off:
                continue
            tier = {
                **self._read(f"from_{number}", "from", is_money=values.get("by") == "amount"),
                **self._read(f"off_{number}", "off", is_money=values.get("off_as") == "money"),
            }
            tiers.append(tier)
        if not tiers and not self.errors:
            self.add_error("from_0", _("This is needed."))
        values["tiers"] = tiers
        return values

    def _read(self, field: str, name: str, *, is_money: bool) -> dict[str, int]:
        text = self.cleaned_data.get(field, "")
        try:
            if is_money:
                return {f"{name}_minor": AmountField(self.currency).clean(text) or 0}
            if name == "off":
                return {"off_bp": basis_points(PercentField().clean(text))}
            return {"from": forms.IntegerField(min_value=1).clean(text)}
        except forms.ValidationError as wrong:
            self.add_error(field, wrong)
            return {}

    @override
    def told(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {name: given[name] for name in ("by", "tiers", "repeats")}


class DiscountForm(TermsForm):
    """Per cent, or an amount off each piece."""

    off = PercentField(label=_("Per cent off"), required=False)

    @override
    def begin(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "off": per_cent(terms.get("off_bp")),
            "cap": terms.get("cap_minor"),
            "piece": terms.get("piece_minor"),
        }

    @override
    def build(self) -> None:
        self.fields["cap"] = self.money(_("At most so much off"))
        self.fields["piece"] = self.money(
            _("Or an amount off each piece"), help_text=_("Instead of per cent.")
        )

    def clean(self) -> dict[str, Any]:
        """One of the two is needed."""
        values = super().clean() or {}
        if not values.get("off") and not values.get("piece") and not self.errors:
            self.add_error("off", _("This is needed."))
        return values

    @override
    def told(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given["piece"] and not given["off"]:
            return {"piece_minor": given["piece"]}
        return {"off_bp": basis_points(given["off"]), "cap_minor": given["cap"]}


class PercentCouponForm(TermsForm):
    """Per cent with a bound."""

    off = PercentField(label=_("Per cent off"))

    @override
    def begin(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        return {"off": per_cent(terms.get("off_bp")), "cap": terms.get("cap_minor")}

    @override
    def build(self) -> None:
        self.fields["cap"] = self.money(_("At most so much off"))

    @override
    def told(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {"off_bp": basis_points(given["off"]), "cap_minor": given["cap"]}


class NthForm(TermsForm):
    """Every nth piece."""

    nth = forms.IntegerField(label=_("Every so many pieces"), min_value=2, max_value=100)
    off = PercentField(label=_("Per cent off this piece"), help_text=_("100 for a free piece."))
    alike = forms.BooleanField(label=_("Each product counts for itself"), required=False)

    @override
    def begin(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        return {"nth": 2, **terms, "off": per_cent(terms.get("off_bp", 5000))}

    @override
    def told(self) -> dict[str, Any]:
        given = self.cleaned_data
        off = basis_points(given["off"])
        return {"nth": given["nth"], "off_bp": off, "alike": given["alike"]}


class BundleForm(TermsForm):
    """Some for a price."""

    pieces = forms.IntegerField(label=_("So many pieces"), min_value=2, max_value=100)

    @override
    def begin(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        return {"pieces": terms.get("pieces", 3), "price": terms.get("price_minor")}

    @override
    def build(self) -> None:
        self.fields["price"] = self.money(_("For together"))
        self.fields["price"].required = True

    @override
    def told(self) -> dict[str, Any]:
        return {"pieces": self.cleaned_data["pieces"], "price_minor": self.cleaned_data["price"]}


class VariantForm(TermsForm):
    """One thing."""

    variant = forms.CharField(label=_("SKU"), max_length=80)

    @override
    def begin(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        public = terms.get("variant")
        return {**terms, "variant": sku_of(public) if public else ""}

    def clean_variant(self) -> str:
        """Find it."""
        found = variant_of(self.cleaned_data["variant"])
        if found is None:
            raise forms.ValidationError(_("There is nothing with this SKU."))
        return found.public_id

    @override
    def told(self) -> dict[str, Any]:
        return {"variant": self.cleaned_data["variant"]}


class GiftForm(VariantForm):
    """What comes along."""

    hint = _("It is given while there is any in stock, also when it is not on sale itself.")
    quantity = forms.IntegerField(label=_("Pieces"), min_value=1, max_value=100, initial=1)

    @override
    def told(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {"variant": given["variant"], "quantity": given["quantity"]}


class AddOnForm(TermsForm):
    """Things at a special price."""

    hint = _("Buyers put them into the cart beside the goods that the offer is for.")
    most = forms.IntegerField(label=_("At most so many pieces of them"), min_value=1, max_value=100)

    @override
    def begin(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {"most": terms.get("most", 1)}
        for number, item in enumerate(terms.get("items", [])[:_ITEMS]):
            found[f"sku_{number}"] = sku_of(item["variant"])
            found[f"price_{number}"] = item["price_minor"]
        return found

    @override
    def build(self) -> None:
        for number in range(_ITEMS):
            sku = forms.CharField(label=_("SKU"), max_length=80, required=False)
            price = self.money(_("Special price"))
            for field in (sku, price):
                field.widget.attrs["aria-label"] = f"{field.label} {number + 1}"
            self.fields[f"sku_{number}"] = sku
            self.fields[f"price_{number}"] = price

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Return the fields of each thing."""
        return [(self[f"sku_{number}"], self[f"price_{number}"]) for number in range(_ITEMS)]

    def clean(self) -> dict[str, Any]:
        """Find the things."""
        values = super().clean() or {}
        items = []
        for number in range(_ITEMS):
            sku, price = values.get(f"sku_{number}", ""), values.get(f"price_{number}")
            if not sku and price is None:
                continue
            found = variant_of(sku)
            if found is None:
                self.add_error(f"sku_{number}", _("There is nothing with this SKU."))
            elif price is None:
                self.add_error(f"price_{number}", _("This is needed."))
            else:
                items.append({"variant": found.public_id, "price_minor": price})
        if not items and not self.errors:
            self.add_error("sku_0", _("This is needed."))
        values["items"] = items
        return values

    @override
    def told(self) -> dict[str, Any]:
        return {"items": self.cleaned_data["items"], "most": self.cleaned_data["most"]}


class FreightForm(TermsForm):
    """Shipping."""

    @override
    def begin(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        return {"cap": terms.get("cap_minor")}

    @override
    def build(self) -> None:
        self.fields["cap"] = self.money(
            _("At most so much of the shipping"), help_text=_("Empty for all of it.")
        )

    @override
    def told(self) -> dict[str, Any]:
        return {"cap_minor": self.cleaned_data["cap"]}


class AmountForm(TermsForm):
    """An amount."""

    @override
    def begin(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        return {"off": terms.get("off_minor")}

    @override
    def build(self) -> None:
        self.fields["off"] = self.money(_("Money off"))
        self.fields["off"].required = True

    @override
    def told(self) -> dict[str, Any]:
        return {"off_minor": self.cleaned_data["off"]}


PROMOTIONS: Final[Mapping[str, type[TermsForm]]] = {
    "reduction": ReductionForm,
    "discount": DiscountForm,
    "nth": NthForm,
    "bundle": BundleForm,
    "gift": GiftForm,
    "add_on": AddOnForm,
    "free_shipping": FreightForm,
}
"""Kinds with a form; those of modules are kept over the API."""

COUPONS: Final[Mapping[str, type[TermsForm]]] = {
    "amount": AmountForm,
    "percent": PercentCouponForm,
    "freight": FreightForm,
    "exchange": VariantForm,
}
