"""The form by which staff propose a change of an order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.access.masks import shown_data
from kernel.backoffice.goods import variant_name
from kernel.catalogue.models import Variant
from kernel.common.errors import DomainError
from kernel.common.money import Money
from kernel.inventory.values import MOST_QUANTITY
from kernel.orders.models import Order, OrderLine

ADDRESS: Final = {
    "name": (_("Recipient"), 80),
    "phone": (_("Telephone"), 20),
    "region": (_("Region"), 200),
    "city": (_("City"), 80),
    "line": (_("Street and number"), 200),
    "postcode": (_("Postcode"), 16),
}


class AmountField(forms.CharField):
    """An amount in the order's currency, as people type it in."""

    def __init__(self, currency: str, **options: Any) -> None:
        self._currency = currency
        widget = forms.TextInput(attrs={"inputmode": "decimal"})
        super().__init__(max_length=24, widget=widget, **options)

    def clean(self, value: Any) -> int | None:
        """Return it in minor units.

        Raises:
            ValidationError: it is none.
        """
        text = super().clean(value)
        if not text:
            return None
        try:
            found = Money.parse(text, self._currency)
        except DomainError as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        if found.minor < 0:
            raise forms.ValidationError(_("At least 0 is expected."))
        return found.minor


class ChangeForm(forms.Form):
    """An order's lines, freight, recipient and note, to be changed together."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("It is kept with the change.")
    )

    def __init__(
        self,
        order: Order,
        lines: Sequence[OrderLine],
        added: Sequence[tuple[Variant, int | None]],
        data: Any = None,
    ) -> None:
        super().__init__(data, initial=_initial(order, lines, added))
        self.order, self.lines = order, [line for line in lines if line.quantity]
        self.added = [variant for variant, _minor in added]
        for line in self.lines:
            self._goods_fields(line.public_id, str(line.snapshot.get("title", "")))
        for variant in self.added:
            self._goods_fields(variant.public_id, variant_name(variant))
        self.fields["freight"] = AmountField(order.currency, label=_("Freight"))
        for name, (label, longest) in ADDRESS.items() if order.address else ():
            self.fields[f"address_{name}"] = forms.CharField(
                label=label, max_length=longest, required=name in {"name", "phone"}
            )
        self.fields["note"] = forms.CharField(
            label=_("The buyer's note"), max_length=500, required=False
        )

    def _goods_fields(self, key: str, title: str) -> None:
        quantity = forms.IntegerField(label=_("Quantity"), min_value=0, max_value=MOST_QUANTITY)
        price = AmountField(self.order.currency, label=_("Price"))
        for name, field in (("quantity", quantity), ("price", price)):
            field.widget.attrs["aria-label"] = f"{field.label}: {title}"
            self.fields[f"{name}_{key}"] = field

    def line_rows(self) -> Iterator[tuple[OrderLine, forms.BoundField, forms.BoundField]]:
        """Yield the lines with their fields for price and quantity."""
        for line in self.lines:
            yield line, self[f"price_{line.public_id}"], self[f"quantity_{line.public_id}"]

    def added_rows(self) -> Iterator[tuple[Variant, str, forms.BoundField, forms.BoundField]]:
        """Yield what may be added, with its name and the same fields."""
        for variant in self.added:
            key = variant.public_id
            yield variant, variant_name(variant), self[f"price_{key}"], self[f"quantity_{key}"]

    def address_fields(self) -> list[forms.BoundField]:
        """Return the fields of the recipient; none where nothing is sent."""
        return [self[f"address_{name}"] for name in ADDRESS if f"address_{name}" in self.fields]

    def operations(self) -> list[dict[str, object]]:
        """Return what differs from the order, as `propose_change` takes it."""
        return [*self._line_operations(), *self._other_operations()]

    def _line_operations(self) -> Iterator[dict[str, object]]:
        given = self.cleaned_data
        for line in self.lines:
            price, quantity = given[f"price_{line.public_id}"], given[f"quantity_{line.public_id}"]
            if not quantity:
                yield {"op": "remove_line", "line": str(line.pk)}
                continue
            if price != line.unit_minor:
                yield {"op": "set_price", "line": str(line.pk), "unit_minor": price}
            if quantity != line.quantity:
                yield {"op": "set_quantity", "line": str(line.pk), "quantity": quantity}
        for variant in self.added:
            price = given[f"price_{variant.public_id}"]
            if quantity := given[f"quantity_{variant.public_id}"]:
                wanted = {"variant": str(variant.pk), "quantity": quantity, "unit_minor": price}
                yield {"op": "add_line", **wanted}

    def _other_operations(self) -> Iterator[dict[str, object]]:
        given, order = self.cleaned_data, self.order
        if given["freight"] != order.freight_minor:
            yield {"op": "set_freight", "minor": given["freight"]}
        names = [name for name in ADDRESS if f"address_{name}" in self.fields]
        told = {name: given[f"address_{name}"] for name in names}
        was = {name: str(order.address.get(name, "")) for name in names}
        # Also compared with what was shown: a hidden number is not written over itself.
        shown = shown_data(was)
        changed = {
            name: text for name, text in told.items() if text not in {was[name], shown[name]}
        }
        if "region" in changed:
            # The code belongs to the names that stood there before.
            changed["region_code"] = ""
        if changed:
            yield {"op": "set_address", "address": changed}
        if given["note"] != order.note:
            yield {"op": "set_note", "note": given["note"]}


def _initial(
    order: Order, lines: Sequence[OrderLine], added: Sequence[tuple[Variant, int | None]]
) -> dict[str, object]:
    address = shown_data(order.address)
    found: dict[str, object] = {
        "freight": Money(order.freight_minor, order.currency).decimal(),
        "note": order.note,
        **{f"address_{name}": address.get(name, "") for name in ADDRESS},
    }
    for line in lines:
        found[f"quantity_{line.public_id}"] = line.quantity
        found[f"price_{line.public_id}"] = Money(line.unit_minor, order.currency).decimal()
    for variant, minor in added:
        found[f"quantity_{variant.public_id}"] = 0
        price = "" if minor is None else Money(minor, order.currency).decimal()
        found[f"price_{variant.public_id}"] = price
    return found
