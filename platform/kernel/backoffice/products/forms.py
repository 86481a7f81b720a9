"""Forms of products: particulars, options, rows of the grid, pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, cast
from uuid import UUID

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kernel.backoffice.fields.filters import OwnFilter
from kernel.backoffice.moments import MomentField, as_shown
from kernel.backoffice.products.attribute_fields import (
    attribute_fields,
    attributes_told,
    refuse_attributes,
    schema_of,
)
from kernel.backoffice.shelves.forms import flat
from kernel.backoffice.shelves.selectors import labels
from kernel.catalogue.choices import (
    AfterSalePolicy,
    OutOfStock,
    ProductKind,
    ProductStatus,
    VariantStatus,
)
from kernel.catalogue.models import Brand, Collection, Product, ProductType, Unit
from kernel.catalogue.ports import freight_templates
from kernel.catalogue.selectors import category_tree
from kernel.catalogue.services import OptionSpec, ProductFields, ValueSpec
from kernel.catalogue.texts import in_language
from kernel.common.errors import DomainError
from kernel.common.money import Money
from kernel.fields.choices import Subject
from kernel.taxes.selectors import class_choices
from kernel.tenancy.context import current_tenant

OPTIONS: Final = 3
FURTHER: Final = (
    *("volume_cm3", "barcode", "cost", "image", "out_of_stock", "oversell_limit", "ships_by"),
)
_TEXTS: Final = ("title", "summary", "description_html")
_LARGEST_NUMBER: Final = 2_000_000_000


class ProductFilter(OwnFilter):
    """Which products a list shows."""

    subject = Subject.PRODUCT

    text = forms.CharField(required=False, max_length=80, label=_("Name, tag or SKU"))
    status = forms.ChoiceField(
        required=False, label=_("Status"), choices=[("", _("All")), *ProductStatus.choices]
    )
    low = forms.ChoiceField(
        required=False, label=_("Stock"), choices=[("", _("All")), ("1", _("Little is left"))]
    )
    category = forms.ChoiceField(required=False, label=_("Category"))
    collection = forms.ChoiceField(required=False, label=_("Collection"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tree = category_tree(language=get_language(), with_hidden=True)
        categories = [(node.public_id, text) for node, text in flat(tree)]
        rows = Collection.objects.order_by("title", "id")
        collections = [(row.public_id, row.title) for row in rows]
        for name, found in (("category", categories), ("collection", collections)):
            cast("forms.ChoiceField", self.fields[name]).choices = [("", _("All")), *found]


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _count(label: Any, *, required: bool, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=required,
        min_value=1,
        max_value=_LARGEST_NUMBER,
        help_text=help_text,
    )


class ProductForm(forms.Form):
    """The particulars of a product."""

    title = forms.CharField(label=_("Name"), max_length=200)
    summary = forms.CharField(label=_("Short text"), max_length=500, required=False)
    description_html = forms.CharField(
        label=_("Description"),
        max_length=200_000,
        required=False,
        widget=_area(8),
        help_text=_("Simple HTML may be used; what could do harm is taken out."),
    )
    handle = forms.CharField(
        label=_("Address in the shop"),
        max_length=200,
        required=False,
        help_text=_("Made from the name when left empty. An old address leads to the new one."),
    )
    categories = forms.MultipleChoiceField(
        label=_("Categories"), required=False, widget=forms.CheckboxSelectMultiple
    )
    brand = forms.ChoiceField(label=_("Brand"), required=False)
    tags = forms.CharField(
        label=_("Tags"), max_length=1000, required=False, help_text=_("With commas between them.")
    )
    labels = forms.MultipleChoiceField(
        label=_("Service labels"), required=False, widget=forms.CheckboxSelectMultiple
    )
    seo_title = forms.CharField(label=_("Title for search engines"), max_length=200, required=False)
    seo_description = forms.CharField(
        label=_("Text for search engines"), max_length=500, required=False
    )
    min_per_order = _count(_("Least in an order"), required=True)
    max_per_order = _count(_("Most in an order"), required=False)
    max_per_member = _count(_("Most for one member, ever"), required=False)
    step = _count(_("Sold in steps of"), required=True, help_text=_("6 for bottles by the crate."))
    after_sale_policy = forms.ChoiceField(
        label=_("After the sale"), choices=AfterSalePolicy.choices
    )
    freight_template = forms.ChoiceField(
        label=_("Freight template"),
        required=False,
        help_text=_("The usual one is that of the way to ship that the buyer chooses."),
    )
    tax_class = forms.ChoiceField(label=_("Tax class"), required=False)
    product_type = forms.ChoiceField(
        label=_("Product type"),
        required=False,
        help_text=_("Save after choosing another one; its attributes appear then."),
    )
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    on_sale_from = MomentField(label=_("On sale from"), required=False)
    on_sale_until = MomentField(label=_("On sale until"), required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.schema = schema_of(str(self["product_type"].value() or ""))
        self.fields.update(attribute_fields(self.schema))
        tree = category_tree(language=get_language(), with_hidden=True)
        self._choices("categories", [(str(node.id), text) for node, text in flat(tree)])
        self._choices("labels", [(str(row.pk), title) for row, title in labels()])
        brands = Brand.objects.order_by("name").values_list("id", "name")
        self._choices("brand", [("", "—"), *((str(key), name) for key, name in brands)])
        templates = freight_templates().items()
        self._choices("freight_template", [("", _("The usual one")), *templates])
        types = ProductType.objects.order_by("name")
        self._choices("product_type", [("", "—"), *((str(row.pk), row.name) for row in types)])
        units = [
            (str(row.pk), in_language(row.names, get_language(), row.code))
            for row in Unit.objects.order_by("code")
        ]
        self._choices("unit", [("", "—"), *units])
        classes = class_choices(get_language() or "")
        known = str(self.initial.get("tax_class") or "")
        if known and known not in dict(classes):
            # What an import named, and nobody has set up yet.
            classes.append((known, known))
        self._choices("tax_class", classes)
        for code, name in self.other_languages():
            label = {"title": _("Name"), "summary": _("Short text")}
            for part, text in label.items():
                self.fields[f"{part}_{code}"] = forms.CharField(
                    label=f"{text} ({name})",
                    max_length=200 if part == "title" else 500,
                    required=False,
                )

    @staticmethod
    def other_languages() -> list[tuple[str, str]]:
        """Return the languages that the plain texts are not in."""
        own = current_tenant().locale.lower()
        return [(code, name) for code, name in settings.LANGUAGES if code != own]

    def translations(self) -> list[forms.BoundField]:
        """Return the fields for other languages."""
        return [
            self[f"{part}_{code}"] for code, _n in self.other_languages() for part in _TEXTS[:2]
        ]

    def attributes(self) -> list[forms.BoundField]:
        """Return the fields of the attributes that the type asks for."""
        return [self[name] for name in attribute_fields(self.schema)]

    def _choices(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        cast("forms.ChoiceField", self.fields[name]).choices = choices

    def told(self, product: Product | None = None) -> ProductFields:
        """Return what services take; texts in other languages join those that are there."""
        given = self.cleaned_data
        plain = ("title", "summary", "description_html", "min_per_order", "max_per_order")
        more = ("max_per_member", "step", "after_sale_policy", "seo_title", "seo_description")
        found: dict[str, Any] = {name: given[name] for name in (*plain, *more, "freight_template")}
        if given["tax_class"]:
            found["tax_class"] = given["tax_class"]
        found["tags"] = [
            tag.strip() for tag in given["tags"].replace("，", ",").split(",") if tag.strip()
        ]
        found["product_type_id"] = UUID(given["product_type"]) if given["product_type"] else None
        found["unit_id"] = UUID(given["unit"]) if given["unit"] else None
        begins, ends = (
            (product.published_from, product.published_until) if product else (None, None)
        )
        found["published_from"] = as_shown(given["on_sale_from"], known=begins)
        found["published_until"] = as_shown(given["on_sale_until"], known=ends)
        known = product.attributes if product is not None else {}
        found["attributes"] = attributes_told(self.schema, given, known)
        found["brand_id"] = UUID(given["brand"]) if given["brand"] else None
        found["category_ids"] = [UUID(key) for key in given["categories"]]
        found["label_ids"] = [UUID(key) for key in given["labels"]]
        if given["handle"] or product is None:
            found["handle"] = given["handle"]
        if not found.get("handle"):
            found.pop("handle", None)
        texts = {code: dict(value) for code, value in (product.i18n if product else {}).items()}
        for code, _name in self.other_languages():
            own = {part: given[f"{part}_{code}"] for part in _TEXTS[:2]}
            kept = {**texts.get(code, {}), **own}
            texts[code] = {part: text for part, text in kept.items() if text}
        found["i18n"] = {code: value for code, value in texts.items() if value}
        return cast("ProductFields", found)


class NewProductForm(ProductForm):
    """A product that is not there yet, with its first price and its options."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ProductKind.choices)
    status = forms.ChoiceField(
        label=_("Status"),
        choices=[
            (ProductStatus.DRAFT, _("Draft: nobody sees it yet")),
            (ProductStatus.ACTIVE, _("On sale at once")),
        ],
    )
    sku = forms.CharField(label=_("SKU"), max_length=80, required=False)
    price = forms.CharField(
        label=_("Price"),
        max_length=24,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )

    def told(self, product: Product | None = None) -> ProductFields:
        """Return what `create_product` takes."""
        found = super().told(product)
        found["kind"] = self.cleaned_data["kind"]
        found["status"] = self.cleaned_data["status"]
        return found

    def clean_price(self) -> Money | None:
        """Check that it is an amount."""
        return _amount(self.cleaned_data["price"])


class OptionsForm(forms.Form):
    """Up to three options, with their values."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, OPTIONS + 1):
            self.fields[f"name_{number}"] = forms.CharField(
                label=_("Option"), max_length=80, required=False
            )
            self.fields[f"values_{number}"] = forms.CharField(
                label=_("Values"),
                max_length=4000,
                required=False,
                help_text=_("With commas between them: S, M, L") if number == 1 else "",
            )

    def pairs(self) -> Iterator[tuple[forms.BoundField, forms.BoundField]]:
        """Yield name and values of each option."""
        for number in range(1, OPTIONS + 1):
            yield self[f"name_{number}"], self[f"values_{number}"]

    def specs(self) -> list[OptionSpec]:
        """Return the options that were named."""
        given = self.cleaned_data
        found = []
        for number in range(1, OPTIONS + 1):
            name, text = given[f"name_{number}"], given[f"values_{number}"].replace("，", ",")
            values = [ValueSpec(name=value.strip()) for value in text.split(",") if value.strip()]
            if name:
                found.append(OptionSpec(name=name, values=values))
        return found


class VariantForm(forms.Form):
    """One row of the grid."""

    sku = forms.CharField(label=_("SKU"), max_length=80)
    price = forms.CharField(label=_("Price"), max_length=24, required=False)
    compare_at = forms.CharField(label=_("Struck-through price"), max_length=24, required=False)
    stock = forms.IntegerField(
        label=_("Stock"), required=False, min_value=0, max_value=_LARGEST_NUMBER
    )
    was = forms.IntegerField(required=False, widget=forms.HiddenInput)
    weight_grams = forms.IntegerField(label=_("Weight (g)"), min_value=0, max_value=_LARGEST_NUMBER)
    volume_cm3 = forms.IntegerField(
        label=_("Volume (cm³)"), required=False, min_value=0, max_value=_LARGEST_NUMBER
    )
    status = forms.ChoiceField(label=_("Status"), choices=VariantStatus.choices)
    barcode = forms.CharField(label=_("Barcode"), max_length=80, required=False)
    cost = forms.CharField(label=_("Cost"), max_length=24, required=False)
    image = forms.ChoiceField(label=_("Picture"), required=False)
    out_of_stock = forms.ChoiceField(label=_("When sold out"), choices=OutOfStock.choices)
    oversell_limit = forms.IntegerField(
        label=_("How many ahead"), min_value=0, max_value=_LARGEST_NUMBER
    )
    ships_by = forms.DateField(
        label=_("Ships by"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(
        self, *args: Any, images: Sequence[tuple[str, str]] = (), whole: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["image"]).choices = [("", "—"), *images]
        if not whole:
            for name in FURTHER:
                del self.fields[name]
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = str(field.label or name)
        for name in ("price", "compare_at"):
            self.fields[name].widget.attrs["inputmode"] = "decimal"

    def clean_price(self) -> Money | None:
        """Check that it is an amount."""
        return _amount(self.cleaned_data["price"])

    def further(self) -> list[forms.BoundField]:
        """Return the fields that stand behind the usual ones."""
        return [self[name] for name in FURTHER if name in self.fields]

    def clean_cost(self) -> Money | None:
        """Check that it is an amount."""
        return _amount(self.cleaned_data["cost"])

    def clean_compare_at(self) -> Money | None:
        """Check that it is an amount."""
        return _amount(self.cleaned_data["compare_at"])


class AltForm(forms.Form):
    """What a picture shows, for those who do not see it."""

    alt = forms.CharField(label=_("What it shows"), max_length=500, required=False)


def refuse(form: forms.Form, refusal: DomainError) -> None:
    """Show a refusal of the catalogue at the field that it is about."""
    if refuse_attributes(form, refusal):
        return
    named = {
        "product_type_id": "product_type",
        "unit_id": "unit",
        "published_from": "on_sale_from",
        "published_until": "on_sale_until",
        "category_ids": "categories",
        "brand_id": "brand",
        "catalogue.handle_taken": "handle",
        "catalogue.sku_taken": "sku",
    }
    about = str(refusal.fields.get("field", refusal.code))
    field = named.get(about, about)
    form.add_error(field if field in form.fields else None, str(refusal))


def _amount(text: str) -> Money | None:
    if not text:
        return None
    try:
        found = Money.parse(text, current_tenant().currency)
    except DomainError as refusal:
        raise forms.ValidationError(str(refusal)) from refusal
    if found.minor < 0:
        raise forms.ValidationError(_("At least 0 is expected."))
    return found
