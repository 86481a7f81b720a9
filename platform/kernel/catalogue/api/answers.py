"""What answers of the catalogue hold, for the API's document; `shapes` makes them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from typing_extensions import override

from kernel.api.openapi.answers import in_part, items_of
from kernel.catalogue.api.shapes import PictureShape, PriceShape
from kernel.catalogue.choices import (
    AfterSalePolicy,
    CollectionKind,
    OutOfStock,
    PictureState,
    ProductKind,
    ProductStatus,
    VariantStatus,
)


class _Shape(serializers.Serializer[Any]):
    """Nothing by itself."""


class HandleShown(_Shape):
    """A product that was just changed."""

    id = serializers.CharField()
    handle = serializers.CharField()
    status = serializers.ChoiceField(choices=ProductStatus.choices)
    version = serializers.IntegerField()


class DraftShown(HandleShown):
    """A product with changes that are not published yet."""

    draft = serializers.DictField(allow_null=True)


class OptionValueShown(_Shape):
    """A value of an option."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    colour = serializers.CharField()


class OptionShown(_Shape):
    """An option with its values."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    values = OptionValueShown(many=True)


class VariantShown(_Shape):
    """A variant of a product."""

    id = serializers.CharField()
    sku = serializers.CharField()
    barcode = serializers.CharField()
    title = serializers.CharField()
    value_ids = serializers.ListField(child=serializers.UUIDField())
    status = serializers.ChoiceField(choices=VariantStatus.choices)
    is_default = serializers.BooleanField()
    weight_grams = serializers.IntegerField()
    volume_cm3 = serializers.IntegerField()
    image_id = serializers.CharField(allow_null=True)
    out_of_stock = serializers.ChoiceField(choices=OutOfStock.choices)
    ships_by = serializers.DateField(allow_null=True)
    price = PriceShape


class PlaceShown(_Shape):
    """A category by its path."""

    path = serializers.CharField()
    title = serializers.CharField()


class BadgeShown(_Shape):
    """A service label as people see it."""

    code = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()
    icon = serializers.CharField()


class AttributeShown(_Shape):
    """An attribute of a product."""

    name = serializers.CharField()
    value = serializers.JSONField()


class BundlePartShown(_Shape):
    """A part of a bundle."""

    sku = serializers.CharField()
    title = serializers.CharField()
    quantity = serializers.IntegerField()


class ProductShown(_Shape):
    """A product with everything that whoever shops may know."""

    id = serializers.CharField()
    handle = serializers.CharField()
    kind = serializers.ChoiceField(choices=ProductKind.choices)
    title = serializers.CharField()
    summary = serializers.CharField()
    description_html = serializers.CharField()
    seo_title = serializers.CharField()
    seo_description = serializers.CharField()
    brand = serializers.CharField()
    unit = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    min_per_order = serializers.IntegerField()
    max_per_order = serializers.IntegerField(allow_null=True)
    max_per_member = serializers.IntegerField(allow_null=True)
    step = serializers.IntegerField()
    after_sale_policy = serializers.ChoiceField(choices=AfterSalePolicy.choices)
    options = OptionShown(many=True)
    variants = VariantShown(many=True)
    pictures = serializers.ListField(child=PictureShape)
    categories = PlaceShown(many=True)
    labels = BadgeShown(many=True)
    attributes = AttributeShown(many=True)
    bundle = BundlePartShown(many=True)


class WaitingPictureShown(_Shape):
    """A picture that cannot be seen yet."""

    id = serializers.CharField()
    state = serializers.ChoiceField(choices=PictureState.choices)
    fault = serializers.CharField()
    source_url = serializers.CharField()


class StaffProductShown(ProductShown):
    """A product with everything that staff edit, in the shop's own language."""

    status = serializers.ChoiceField(choices=ProductStatus.choices)
    version = serializers.IntegerField()
    i18n = serializers.DictField()
    brand_id = serializers.CharField(allow_null=True)
    product_type_id = serializers.CharField(allow_null=True)
    unit_id = serializers.UUIDField(allow_null=True)
    published_from = serializers.DateTimeField(allow_null=True)
    published_until = serializers.DateTimeField(allow_null=True)
    tax_class = serializers.CharField()
    freight_template = serializers.CharField()
    attribute_values = serializers.DictField()
    draft = serializers.DictField(allow_null=True)
    category_ids = serializers.ListField(child=serializers.CharField())
    label_ids = serializers.ListField(child=serializers.CharField())
    unfinished_pictures = WaitingPictureShown(many=True)


class MadeVariantShown(_Shape):
    """A variant that follows from the options."""

    id = serializers.CharField()
    title = serializers.CharField()


class VariantsShown(_Shape):
    """The variants that follow from the options."""

    variants = MadeVariantShown(many=True)


class GridSaved(_Shape):
    """How many variants changed, of so many rows."""

    variants = serializers.IntegerField()
    rows = serializers.IntegerField()


class VersionShown(_Shape):
    """A version of a product."""

    number = serializers.IntegerField()
    changed = serializers.ListField(child=serializers.CharField())
    actor = serializers.CharField()
    at = serializers.DateTimeField()
    data = serializers.DictField()  # type: ignore[assignment]  # a member's name


class PictureKept(_Shape):
    """A picture that was taken in."""

    id = serializers.CharField()
    state = serializers.ChoiceField(choices=PictureState.choices)


class PictureText(_Shape):
    """What a picture shows."""

    id = serializers.CharField()
    alt = serializers.CharField()
    alts = serializers.DictField(child=serializers.CharField())


class CategoryNodeShown(_Shape):
    """A category with those below it."""

    id = serializers.CharField()
    title = serializers.CharField()
    path = serializers.CharField()
    picture = serializers.CharField()
    is_shown = serializers.BooleanField()

    @override
    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return the fields with those below, of the same form."""
        return {**super().get_fields(), "children": CategoryNodeShown(many=True)}


class CategoryShown(_Shape):
    """A category that was just changed."""

    id = serializers.CharField()
    path = serializers.CharField()
    title = serializers.CharField()
    is_shown = serializers.BooleanField()


class CategoryPageShown(PlaceShown):
    """A category and the way to it."""

    id = serializers.CharField()
    picture = serializers.CharField()
    seo_title = serializers.CharField()
    seo_description = serializers.CharField()
    breadcrumbs = PlaceShown(many=True)


class CollectionShown(_Shape):
    """A collection."""

    id = serializers.CharField()
    handle = serializers.CharField()
    title = serializers.CharField()
    description_html = serializers.CharField()
    kind = serializers.ChoiceField(choices=CollectionKind.choices)
    picture = serializers.CharField()
    seo_title = serializers.CharField()
    seo_description = serializers.CharField()


class StaffCollectionShown(CollectionShown):
    """A collection with its rules."""

    rules = serializers.DictField()
    is_shown = serializers.BooleanField()


class MovedShown(_Shape):
    """Where it is now."""

    location = serializers.CharField()


class AddedCount(_Shape):
    """How many came in."""

    added = serializers.IntegerField()


class ProductsCount(_Shape):
    """How many there are now."""

    products = serializers.IntegerField()


class RefreshedShown(_Shape):
    """Whether the rules chose otherwise than before."""

    changed = serializers.BooleanField()


class BrandShown(_Shape):
    """A brand."""

    id = serializers.CharField()
    handle = serializers.CharField()
    name = serializers.CharField()
    i18n = serializers.DictField()
    logo = serializers.CharField()
    position = serializers.IntegerField()


class UnitShown(_Shape):
    """A unit."""

    id = serializers.CharField()
    code = serializers.CharField()
    names = serializers.DictField(child=serializers.CharField())


class ProductTypeShown(_Shape):
    """A product type with its attributes."""

    id = serializers.CharField()
    code = serializers.CharField()
    name = serializers.CharField()
    i18n = serializers.DictField()
    schema = serializers.ListField(child=serializers.DictField())


class LabelShown(_Shape):
    """A service label."""

    id = serializers.CharField()
    code = serializers.CharField()
    titles = serializers.DictField(child=serializers.CharField())
    texts = serializers.DictField(child=serializers.CharField())
    icon = serializers.CharField()
    position = serializers.IntegerField()
    is_shown = serializers.BooleanField()


ProductPart = in_part(ProductShown)
StaffProductPart = in_part(StaffProductShown)
Categories = items_of(CategoryNodeShown)
Collections = items_of(in_part(CollectionShown))
StaffCollections = items_of(in_part(StaffCollectionShown))
Versions = items_of(VersionShown)
Brands = items_of(in_part(BrandShown))
Units = items_of(in_part(UnitShown))
ProductTypes = items_of(in_part(ProductTypeShown))
Labels = items_of(in_part(LabelShown))
