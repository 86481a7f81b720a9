"""What requests to the catalogue say. Values are judged by the services."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from typing_extensions import override

from kernel.api.public_ids import PublicIdField

SORTS = ("newest", "oldest", "price_low", "price_high", "title", "manual")


class ListAsked(serializers.Serializer[Any]):
    """How a list of products is narrowed down and ordered."""

    category = serializers.CharField(required=False, max_length=1000, help_text="its path")
    collection = serializers.CharField(required=False, max_length=200, help_text="its handle")
    brand = serializers.CharField(required=False, max_length=200, help_text="its handle")
    tag = serializers.ListField(child=serializers.CharField(max_length=80), required=False)
    label = serializers.CharField(  # type: ignore[assignment]  # a member's name
        required=False, max_length=80, help_text="its code"
    )
    kind = serializers.CharField(required=False, max_length=20)
    min_price = serializers.CharField(required=False, max_length=40)
    max_price = serializers.CharField(required=False, max_length=40)
    sort = serializers.ChoiceField(choices=SORTS, required=False)
    cursor = serializers.CharField(required=False, max_length=1000)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=100)


class StaffListAsked(ListAsked):
    """The same for staff, who see every state and look for words."""

    q = serializers.CharField(required=False, max_length=100, help_text="words to look for")
    status = serializers.CharField(required=False, max_length=20)


class ProductChanged(serializers.Serializer[Any]):
    """Particulars of a product; what is left out stays as it is."""

    handle = serializers.CharField(required=False)
    kind = serializers.CharField(required=False)
    title = serializers.CharField(required=False, allow_blank=True)
    i18n = serializers.JSONField(required=False)
    summary = serializers.CharField(required=False, allow_blank=True)
    description_html = serializers.CharField(required=False, allow_blank=True)
    brand_id = PublicIdField("brd", required=False, allow_null=True)
    product_type_id = PublicIdField("pty", required=False, allow_null=True)
    unit_id = serializers.UUIDField(required=False, allow_null=True)
    tags = serializers.ListField(child=serializers.CharField(), required=False)
    status = serializers.CharField(required=False)
    published_from = serializers.CharField(required=False, allow_null=True)
    published_until = serializers.CharField(required=False, allow_null=True)
    seo_title = serializers.CharField(required=False, allow_blank=True)
    seo_description = serializers.CharField(required=False, allow_blank=True)
    min_per_order = serializers.IntegerField(required=False)
    max_per_order = serializers.IntegerField(required=False, allow_null=True)
    max_per_member = serializers.IntegerField(required=False, allow_null=True)
    step = serializers.IntegerField(required=False)
    after_sale_policy = serializers.CharField(required=False)
    tax_class = serializers.CharField(required=False)
    freight_template = serializers.CharField(required=False, allow_blank=True, max_length=40)
    attributes = serializers.JSONField(required=False)
    category_ids = serializers.ListField(child=PublicIdField("cat"), required=False)
    label_ids = serializers.ListField(child=PublicIdField("lbl"), required=False)


class ValueAsked(serializers.Serializer[Any]):
    """A value of an option."""

    id = serializers.UUIDField(required=False)
    name = serializers.CharField()
    names = serializers.DictField(required=False)
    colour = serializers.CharField(required=False, allow_blank=True, max_length=20)


class OptionAsked(serializers.Serializer[Any]):
    """An option with its values."""

    id = serializers.UUIDField(required=False)
    name = serializers.CharField()
    names = serializers.DictField(required=False)
    values = serializers.ListField(child=ValueAsked())


class OptionsAsked(serializers.Serializer[Any]):
    """All options of a product, in order."""

    options = serializers.ListField(child=OptionAsked())


class NewProduct(ProductChanged):
    """A product to be made."""

    title = serializers.CharField()
    sku = serializers.CharField(required=False, allow_blank=True)
    price = serializers.CharField(required=False, allow_null=True)
    compare_at = serializers.CharField(required=False, allow_null=True)
    options = serializers.ListField(child=OptionAsked(), required=False)


class RowAsked(serializers.Serializer[Any]):
    """A variant, and what to change of it."""

    id = PublicIdField("var")
    sku = serializers.CharField(required=False, allow_blank=True)
    barcode = serializers.CharField(required=False, allow_blank=True)
    weight_grams = serializers.IntegerField(required=False)
    volume_cm3 = serializers.IntegerField(required=False)
    image_id = PublicIdField("pic", required=False, allow_null=True)
    status = serializers.CharField(required=False)
    is_default = serializers.BooleanField(required=False)
    out_of_stock = serializers.CharField(required=False)
    oversell_limit = serializers.IntegerField(required=False)
    ships_by = serializers.CharField(required=False, allow_null=True)
    cost = serializers.CharField(required=False, allow_null=True)
    price = serializers.CharField(required=False, allow_null=True)
    compare_at = serializers.CharField(required=False, allow_null=True)


class GridAsked(serializers.Serializer[Any]):
    """Rows of the grid."""

    rows = serializers.ListField(child=RowAsked())


class BundleItemAsked(serializers.Serializer[Any]):
    """A part of a bundle."""

    variant_id = PublicIdField("var")
    quantity = serializers.IntegerField()


class BundleAsked(serializers.Serializer[Any]):
    """All parts of a bundle."""

    items = serializers.ListField(child=BundleItemAsked())


class PictureAsked(serializers.Serializer[Any]):
    """A file, or one of the library, and what it shows."""

    file = serializers.FileField(required=False)
    asset = PublicIdField("ast", required=False)
    alt = serializers.CharField(required=False, allow_blank=True)

    @override
    def validate(self, attrs: Any) -> Any:
        """Ask for one of the two."""
        if ("file" in attrs) == ("asset" in attrs):
            raise serializers.ValidationError({"file": [_("A file is expected.")]})
        return attrs


class PictureChanged(serializers.Serializer[Any]):
    """What a picture shows."""

    alt = serializers.CharField(allow_blank=True)
    alts = serializers.DictField(required=False)


class OrderAsked(serializers.Serializer[Any]):
    """All pictures of a product, in order."""

    picture_ids = serializers.ListField(child=PublicIdField("pic"))


class CategoryChanged(serializers.Serializer[Any]):
    """Particulars of a category; what is left out stays as it is."""

    title = serializers.CharField(required=False, allow_blank=True)
    titles = serializers.DictField(required=False)
    slug = serializers.CharField(required=False)
    purpose = serializers.CharField(required=False)
    is_shown = serializers.BooleanField(required=False)
    picture = serializers.CharField(required=False, allow_blank=True)
    seo_title = serializers.CharField(required=False, allow_blank=True)
    seo_description = serializers.CharField(required=False, allow_blank=True)


class NewCategory(CategoryChanged):
    """A category to be made."""

    title = serializers.CharField()
    parent_id = PublicIdField("cat", required=False, allow_null=True)


class MoveAsked(serializers.Serializer[Any]):
    """Where a category goes; the top when there is no parent."""

    parent_id = PublicIdField("cat", allow_null=True)
    position = serializers.IntegerField(required=False, min_value=0, max_value=100_000)


class MergeAsked(serializers.Serializer[Any]):
    """Which category takes everything over."""

    into_id = PublicIdField("cat")


class ProductsAsked(serializers.Serializer[Any]):
    """Products, in order."""

    product_ids = serializers.ListField(child=PublicIdField("prd"), max_length=10_000)


class CollectionChanged(serializers.Serializer[Any]):
    """Particulars of a collection; what is left out stays as it is."""

    handle = serializers.CharField(required=False)
    title = serializers.CharField(required=False, allow_blank=True)
    titles = serializers.DictField(required=False)
    description_html = serializers.CharField(required=False, allow_blank=True)
    rules = serializers.JSONField(required=False)
    is_shown = serializers.BooleanField(required=False)
    picture = serializers.CharField(required=False, allow_blank=True)
    seo_title = serializers.CharField(required=False, allow_blank=True)
    seo_description = serializers.CharField(required=False, allow_blank=True)


class NewCollection(CollectionChanged):
    """A collection to be made."""

    title = serializers.CharField()


class BrandAsked(serializers.Serializer[Any]):
    """A brand."""

    name = serializers.CharField()
    handle = serializers.CharField(required=False)
    i18n = serializers.JSONField(required=False)
    logo = serializers.CharField(required=False, allow_blank=True)
    position = serializers.IntegerField(required=False)


class UnitAsked(serializers.Serializer[Any]):
    """A unit."""

    code = serializers.CharField()
    names = serializers.DictField()


class ProductTypeAsked(serializers.Serializer[Any]):
    """A product type with its attributes."""

    code = serializers.CharField()
    name = serializers.CharField()
    schema = serializers.JSONField(required=False)
    i18n = serializers.JSONField(required=False)


class LabelAsked(serializers.Serializer[Any]):
    """A service label."""

    code = serializers.CharField()
    titles = serializers.DictField()
    texts = serializers.DictField(required=False)
    icon = serializers.CharField(required=False)
    position = serializers.IntegerField(required=False)
    is_shown = serializers.BooleanField(required=False)
