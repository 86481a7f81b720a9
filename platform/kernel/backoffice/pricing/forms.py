"""Forms of price lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.backoffice.audiences import AudienceFields, others_in
from kernel.backoffice.goods import variant_name
from kernel.backoffice.orders.change_forms import AmountField
from kernel.backoffice.shelves.rule_forms import Names
from kernel.catalogue.models import Variant
from kernel.common.money import Money
from kernel.pricing.list_rules import LARGEST_QUANTITY
from kernel.pricing.models import PriceList, PriceListEntry
from kernel.pricing.services import PriceListFields
from kernel.pricing.values import NewEntry
from kernel.tenancy.context import current_tenant

_SPARE: Final = 2
_MOST_RULES: Final = 30
_PERCENT: Final = 100
RULES: Final = {
    "all": _("All goods"),
    "category": _("Goods of the category"),
    "brand": _("Goods of the brand"),
    "tag": _("Goods with the tag"),
}


class ListForm(AudienceFields):
    """Who gets a list, and when."""

    name = forms.CharField(label=_("Name"), max_length=200)
    priority = forms.IntegerField(
        label=_("Priority"),
        initial=0,
        min_value=-1_000_000,
        max_value=1_000_000,
        help_text=_("Of several lists the highest decides; among equals the lowest price."),
    )
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)
    starts = forms.DateTimeField(label=_("From"), required=False)
    ends = forms.DateTimeField(label=_("Until"), required=False)

    def __init__(self, *args: Any, kept: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept = kept or {}
        self.others = others_in(self._kept)
        if self.others:
            told = _("Also for these, which are chosen elsewhere: %(groups)s")
            self.fields["audience"].help_text = told % {"groups": ", ".join(self.others)}
        for name in ("starts", "ends"):
            self.fields[name].widget = forms.DateTimeInput(
                attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
            )

    def told(self) -> PriceListFields:
        """Return what services take."""
        given = self.cleaned_data
        return {
            "name": given["name"],
            "priority": given["priority"],
            "is_active": given["is_active"],
            "starts_at": _in_shop(given["starts"]),
            "ends_at": _in_shop(given["ends"]),
            "audience": self.audience_told(self._kept),
        }


def _in_shop(moment: datetime | None) -> datetime | None:
    """Read a moment by the shop's clock."""
    return None if moment is None else moment.replace(tzinfo=ZoneInfo(current_tenant().zone))


def list_initial(row: PriceList) -> dict[str, object]:
    """Return what a list's form begins with."""
    zone = ZoneInfo(current_tenant().zone)
    return {
        "name": row.name,
        "priority": row.priority,
        "is_active": row.is_active,
        "starts": row.starts_at.astimezone(zone) if row.starts_at else None,
        "ends": row.ends_at.astimezone(zone) if row.ends_at else None,
        **AudienceFields.initial_of(row.audience),
    }


class ListRulesForm(forms.Form):
    """Rules of a list: so many per cent off, from a quantity on."""

    def __init__(self, rules: Sequence[dict[str, Any]], data: Any = None) -> None:
        self.names = Names()
        self.kept = [rule for rule in rules if rule["of"] not in RULES]
        known = [rule for rule in rules if rule["of"] in RULES]
        initial: dict[str, object] = {}
        for number, rule in enumerate(known):
            initial[f"of_{number}"] = rule["of"]
            initial[f"value_{number}"] = self._shown(rule)
            initial[f"off_{number}"] = f"{rule['percent_off_bp'] / _PERCENT:g}"
            initial[f"from_{number}"] = rule["min_quantity"]
        super().__init__(data, initial=initial)
        self.size = min(max(len(known), self._sent()) + _SPARE, _MOST_RULES)
        for number in range(self.size):
            self._row(number)

    def _row(self, number: int) -> None:
        fields: dict[str, forms.Field] = {
            "of": forms.ChoiceField(choices=[("", "—"), *RULES.items()], label=_("Goods")),
            "value": forms.CharField(max_length=300, label=_("Name")),
            "off": forms.DecimalField(
                label=_("Per cent off"), min_value=0, max_value=_PERCENT, decimal_places=2
            ),
            "from": forms.IntegerField(
                label=_("From how many"), min_value=1, max_value=LARGEST_QUANTITY
            ),
        }
        for name, field in fields.items():
            field.required = False
            field.widget.attrs["aria-label"] = f"{field.label} {number + 1}"
            self.fields[f"{name}_{number}"] = field
        fields["value"].widget.attrs["list"] = "rule-values"

    def _sent(self) -> int:
        numbers = [
            int(name.removeprefix("of_"))
            for name, value in self.data.items()
            if value and name.startswith("of_") and name.removeprefix("of_").isdigit()
        ]
        return min(max(numbers, default=-1) + 1, _MOST_RULES)

    def _shown(self, rule: dict[str, Any]) -> str:
        if rule["of"] in {"category", "brand"}:
            return self.names.name_of(rule["of"], rule["value"])
        return str(rule["value"])

    def rows(self) -> Iterator[list[forms.BoundField]]:
        """Yield the fields of each rule."""
        for number in range(self.size):
            yield [self[f"{name}_{number}"] for name in ("of", "value", "off", "from")]

    def suggestions(self) -> list[str]:
        """Return the names that values may have."""
        return [*self.names.categories, *self.names.brands]

    def clean(self) -> dict[str, Any]:
        """Turn names into ids."""
        values = super().clean() or {}
        for number in range(self.size):
            of, text = values.get(f"of_{number}"), values.get(f"value_{number}", "")
            if not of:
                continue
            read = text
            if of in {"category", "brand"}:
                read = self.names.id_of(of, text)
            if of == "all":
                read = ""
            elif not read:
                self.add_error(f"value_{number}", _("There is nothing of this name or value."))
            if not values.get(f"off_{number}"):
                self.add_error(f"off_{number}", _("This is needed."))
            values[f"read_{number}"] = read
        return values

    def told(self) -> list[dict[str, object]]:
        """Return the rules as services take them; those that others made stay, at the end."""
        given = self.cleaned_data
        filled = [number for number in range(self.size) if given[f"of_{number}"]]
        found: list[dict[str, object]] = [
            {
                "of": given[f"of_{number}"],
                "value": given[f"read_{number}"],
                "percent_off_bp": int(given[f"off_{number}"] * _PERCENT),
                "min_quantity": given[f"from_{number}"] or 1,
            }
            for number in filled
        ]
        return [*found, *self.kept]


class EntriesForm(forms.Form):
    """Prices of single goods in a list, from a quantity on."""

    def __init__(
        self,
        row: PriceList,
        entries: Sequence[PriceListEntry],
        added: Sequence[Variant],
        data: Any = None,
    ) -> None:
        initial = {
            f"price_{entry.pk.hex}": Money(entry.minor, row.currency).decimal() for entry in entries
        }
        super().__init__(data, initial=initial)
        self.row, self.entries, self.added = row, entries, added
        for entry in entries:
            self._price(entry.pk.hex, variant_name(entry.variant))
        for variant in added:
            self._price(variant.public_id, variant_name(variant))
            field = forms.IntegerField(
                min_value=1, max_value=LARGEST_QUANTITY, required=False, initial=1
            )
            field.widget.attrs["aria-label"] = f"{_('From how many')}: {variant_name(variant)}"
            self.fields[f"from_{variant.public_id}"] = field

    def _price(self, key: str, name: str) -> None:
        field = AmountField(self.row.currency, required=False)
        field.widget.attrs["aria-label"] = f"{_('Price')}: {name}"
        self.fields[f"price_{key}"] = field

    def entry_rows(self) -> Iterator[tuple[PriceListEntry, str, forms.BoundField]]:
        """Yield the entries with the field of each."""
        for entry in self.entries:
            yield entry, variant_name(entry.variant), self[f"price_{entry.pk.hex}"]

    def added_rows(self) -> Iterator[tuple[Variant, str, forms.BoundField, forms.BoundField]]:
        """Yield what may be added, with its fields."""
        for variant in self.added:
            key = variant.public_id
            yield variant, variant_name(variant), self[f"price_{key}"], self[f"from_{key}"]

    def told(self) -> list[NewEntry]:
        """Return what services take; an entry without a price is taken out."""
        given, currency = self.cleaned_data, self.row.currency
        found: dict[tuple[Any, int], NewEntry] = {}
        for entry in self.entries:
            minor = given[f"price_{entry.pk.hex}"]
            price = None if minor is None else Money(minor, currency)
            key = (entry.variant_id, entry.min_quantity)
            found[key] = NewEntry(entry.variant_id, price, entry.min_quantity)
        for variant in self.added:
            minor = given[f"price_{variant.public_id}"]
            if minor is not None:
                least = given[f"from_{variant.public_id}"] or 1
                found[variant.pk, least] = NewEntry(variant.pk, Money(minor, currency), least)
        return list(found.values())


class ExplainForm(forms.Form):
    """What is asked of a price: for whom, how many, when."""

    quantity = forms.IntegerField(
        label=_("Quantity"), min_value=1, max_value=LARGEST_QUANTITY, initial=1
    )
    member = forms.CharField(
        label=_("Member (e-mail or telephone)"), max_length=254, required=False
    )
    at = forms.DateTimeField(
        label=_("Moment"),
        required=False,
        help_text=_("Now, when left empty."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def moment(self, now: datetime) -> datetime:
        """Return the moment that is asked about."""
        return _in_shop(self.cleaned_data["at"]) or now
