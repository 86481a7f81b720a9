"""For which goods and which buyers something is: the part that all forms of offers share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.backoffice.audiences import AudienceFields
from kernel.backoffice.goods import Picking
from kernel.backoffice.shelves.rule_forms import Names
from kernel.catalogue.models import Collection, Variant
from kernel.common.ids import InvalidId, parse_public_id, public_id
from kernel.tenancy.context import current_tenant

_LANGUAGES: Final = {"zh-hans": "name_zh", "en": "name_en"}
_OF: Final = {"category": "categories", "collection": "collections"}


class OfferForm(AudienceFields):
    """What every promotion and every kind of coupon says of itself."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("Buyers read it in the cart and on the order.")
    )
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=120, required=False)
    name_en = forms.CharField(label=_("Name in English"), max_length=120, required=False)
    goods = forms.ChoiceField(
        label=_("Which goods"),
        choices=[
            ("all", _("All goods")),
            ("category", _("Goods of some categories")),
            ("collection", _("Goods of some collections")),
            ("product", _("Some products")),
        ],
    )
    categories = forms.MultipleChoiceField(label=_("Categories"), required=False)
    collections = forms.MultipleChoiceField(label=_("Collections"), required=False)

    def __init__(self, *args: Any, picking: Picking, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The name itself is in the shop's own language.
        self.fields.pop(_LANGUAGES.get(current_tenant().locale, ""), None)
        self.picking = picking
        names = Names()
        rows = Collection.objects.order_by("title", "id").values_list("id", "title")
        self._offer_choices("categories", ((key, text) for text, key in names.categories.items()))
        self._offer_choices("collections", ((public_id("col", key), text) for key, text in rows))
        for field in self.fields.values():
            if isinstance(field, forms.DateTimeField):
                field.widget = forms.DateTimeInput(
                    attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
                )

    def _offer_choices(self, name: str, choices: Iterable[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  declared above
        field.choices = list(choices)
        field.widget.attrs["size"] = 6

    def clean(self) -> dict[str, Any]:
        """Check that what is chosen one by one is named."""
        values = super().clean() or {}
        about = _OF.get(values.get("goods", ""))
        if about is not None and not values.get(about):
            self.add_error(about, _("Choose at least one."))
        if values.get("goods") == "product" and not self.picking.variants:
            self.add_error("goods", _("Find the products below, and keep at least one."))
        return values

    def shared(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        """Return name, scope and audience as services take them.

        Args:
            kept: the audience so far; members who were named over the API stay in it.
        """
        given = self.cleaned_data
        names = {code: given[field] for code, field in _LANGUAGES.items() if given.get(field)}
        return {
            "name": given["name"],
            "names": names,
            "scope": {"include": marks} if (marks := self._marks()) else {},
            "audience": self.audience_told(kept),
        }

    def _marks(self) -> list[list[str]]:
        of = self.cleaned_data["goods"]
        if of == "product":
            products = dict.fromkeys(each.product_id for each in self.picking.variants)
            return [["product", public_id("prd", key)] for key in products]
        return [[of, value] for value in self.cleaned_data[_OF[of]]] if of in _OF else []


def shared_initial(row: Any) -> dict[str, object]:
    """Return what the shared part of a form begins with."""
    marks = row.scope.get("include", [])
    of = marks[0][0] if marks and marks[0][0] in {*_OF, "product"} else "all"
    return {
        "name": row.name,
        **{field: row.names.get(code, "") for code, field in _LANGUAGES.items()},
        "goods": of,
        **{name: [value for each, value in marks if each == of] for of, name in _OF.items()},
        **AudienceFields.initial_of(row.audience),
    }


def picking_of(row: Any, data: Any) -> Picking:
    """Return the products that a form names: those of the row, unless the form says."""
    if data is not None or row is None:
        return Picking(data)
    keys = []
    for of, value in row.scope.get("include", []):
        if of == "product":
            keys.append(parse_public_id("prd", value))
    first = Variant.objects.filter(product__in=keys).order_by("product_id", "position", "id")
    return Picking(first=first.distinct("product_id").values_list("pk", flat=True))


def is_shown_whole(row: Any) -> bool:
    """Tell whether the form can say all that the row says of its goods."""
    kinds = {of for of, _value in row.scope.get("include", [])}
    return len(kinds) <= 1 and kinds <= {*_OF, "product"} and not row.scope.get("exclude")


def in_shop(moment: datetime | None) -> datetime | None:
    """Read a moment by the shop's clock."""
    return None if moment is None else moment.replace(tzinfo=ZoneInfo(current_tenant().zone))


def by_clock(moment: datetime | None) -> datetime | None:
    """Return a moment as the shop's clock shows it."""
    return None if moment is None else moment.astimezone(ZoneInfo(current_tenant().zone))


def variant_of(sku: str) -> Variant | None:
    """Return what a SKU, or an id, means."""
    wanted = sku.replace("\x00", "").strip()
    rows = Variant.objects.select_related("product")
    found = rows.filter(sku=wanted).first() if wanted else None
    if found is None and wanted.startswith("var_"):
        try:
            found = rows.filter(pk=parse_public_id("var", wanted)).first()
        except InvalidId:
            return None
    return found


def sku_of(public: str) -> str:
    """Return the SKU of a variant, by its public id; the id of what is gone."""
    key = parse_public_id("var", public)
    return Variant.objects.filter(pk=key).values_list("sku", flat=True).first() or public
