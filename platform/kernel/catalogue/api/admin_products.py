"""Products over the admin API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.audit.actor import Actor
from kernel.catalogue.api import answers, forms, shapes
from kernel.catalogue.api.fields import SPARSE, checked, sparse
from kernel.catalogue.api.lists import listed
from kernel.catalogue.api.store import query_of
from kernel.catalogue.errors import InvalidPicture, NotFound
from kernel.catalogue.models import Picture, Product, ProductVersion, Variant
from kernel.catalogue.ports import SetPrice, prices
from kernel.catalogue.selectors import product_page
from kernel.catalogue.services import (
    OptionSpec,
    ProductFields,
    ValueSpec,
    VariantFields,
    add_library_picture,
    add_picture,
    change_picture,
    change_product,
    create_product,
    discard_draft,
    order_pictures,
    publish_draft,
    remove_picture,
    save_draft,
    save_priced_grid,
    set_bundle,
    set_options,
)
from kernel.common.ids import parse_public_id
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.media.limits import LARGEST_PICTURE
from kernel.tenancy.context import current_tenant

VIEW, MANAGE = "products.view", "products.manage"
_PRICE = ("price", "compare_at", "cost")
_VERSIONS = 100
_VERSION = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="Only this version is changed."
)


def product_id(text: str) -> UUID:
    """Read a product's id."""
    return parse_public_id("prd", text)


class ProductsView(StaffView):
    """All products."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(parameters=[forms.StaffListAsked, SPARSE], responses=shapes.PageShape)
    def get(self, request: Request) -> Response:
        """Return a page of products of every state."""
        asked = checked(forms.StaffListAsked, query_of(request))
        return Response(
            listed(asked, request, now=utc_now(), language=get_language(), is_staff=True)
        )

    @extend_schema(request=forms.NewProduct, responses={201: answers.HandleShown})
    def post(self, request: Request) -> Response:
        """Make a product, with a price for each of its variants when one is given."""
        asked = checked(forms.NewProduct, request.data)
        options = _specs(asked.pop("options", ()))
        sku, amounts = asked.pop("sku", ""), {key: asked.pop(key, None) for key in _PRICE}
        with transaction.atomic():
            product = create_product(
                cast("ProductFields", asked), options=options, sku=sku, actor=self.actor
            )
            if amounts["price"] is not None:
                keys = Variant.objects.filter(product=product).values_list("id", flat=True)
                new = [_set_price(key, amounts) for key in keys]
                prices().save(new, actor=self.actor, now=utc_now())
        return Response(shapes.handle_of(product), status=201)


class ProductView(StaffView):
    """One product."""

    permissions_by_method = {"GET": VIEW, "PATCH": MANAGE}

    @extend_schema(parameters=[SPARSE], responses=answers.StaffProductPart)
    def get(self, request: Request, product: str) -> Response:
        """Return everything that can be edited of a product."""
        row = Product.objects.filter(pk=product_id(product)).only("id", "handle").first()
        if row is None:
            raise NotFound(kind="product")
        page = product_page(row.handle, now=None)
        base = prices().base([item.variant.id for item in page.variants])
        waiting = list(Picture.objects.filter(product=row).exclude(state="ready"))
        return Response(sparse(shapes.staff_page(page, base, waiting, get_language()), request))

    @extend_schema(
        parameters=[_VERSION], request=forms.ProductChanged, responses=answers.HandleShown
    )
    def patch(self, request: Request, product: str) -> Response:
        """Change some of its particulars; with ``If-Match: <version>`` only that version."""
        asked = checked(forms.ProductChanged, request.data, partial=True)
        version = request.headers.get("If-Match", "").strip('"')
        changed = change_product(
            product_id(product),
            cast("ProductFields", asked),
            actor=self.actor,
            expected_version=int(version) if version.isascii() and version.isdigit() else None,
        )
        return Response(shapes.handle_of(changed))


class OptionsView(StaffView):
    """The options of a product."""

    permissions_by_method = {"PUT": MANAGE}

    @extend_schema(request=forms.OptionsAsked, responses=answers.VariantsShown)
    def put(self, request: Request, product: str) -> Response:
        """Give a product exactly these options, and the variants that follow."""
        asked = checked(forms.OptionsAsked, request.data)
        made = set_options(product_id(product), _specs(asked["options"]), actor=self.actor)
        return Response(
            {"variants": [{"id": item.public_id, "title": item.title} for item in made]}
        )


class GridView(StaffView):
    """The variants of a product."""

    permissions_by_method = {"PUT": MANAGE}

    @extend_schema(request=forms.GridAsked, responses=answers.GridSaved)
    def put(self, request: Request, product: str) -> Response:
        """Change variants and their prices: all rows, or none."""
        rows = checked(forms.GridAsked, request.data)["rows"]
        saved = save_priced_grid(
            product_id(product),
            [_row(row) for row in rows],
            new_prices=[_set_price(row["id"], row) for row in rows if "price" in row],
            actor=self.actor,
            now=utc_now(),
        )
        return Response({"variants": len(saved), "rows": len(rows)})


class BundleView(StaffView):
    """What a bundle holds."""

    permissions_by_method = {"PUT": MANAGE}

    @extend_schema(request=forms.BundleAsked, responses=answers.HandleShown)
    def put(self, request: Request, product: str) -> Response:
        """Give a bundle exactly these parts."""
        items = checked(forms.BundleAsked, request.data)["items"]
        held = {item["variant_id"]: item["quantity"] for item in items}
        return Response(shapes.handle_of(set_bundle(product_id(product), held, actor=self.actor)))


class DraftView(StaffView):
    """Changes that are not published yet."""

    permissions_by_method = {"PUT": MANAGE, "POST": MANAGE, "DELETE": MANAGE}

    @extend_schema(request=forms.ProductChanged, responses=answers.DraftShown)
    def put(self, request: Request, product: str) -> Response:
        """Keep changes without showing them."""
        asked = checked(forms.ProductChanged, request.data, partial=True)
        row = save_draft(product_id(product), cast("ProductFields", asked), actor=self.actor)
        return Response({**shapes.handle_of(row), "draft": row.draft})

    @extend_schema(request=None, responses=answers.HandleShown)
    def post(self, request: Request, product: str) -> Response:
        """Publish the kept changes."""
        return Response(shapes.handle_of(publish_draft(product_id(product), actor=self.actor)))

    @extend_schema(responses={204: OpenApiResponse(description="Forgotten.")})
    def delete(self, request: Request, product: str) -> Response:
        """Forget the kept changes."""
        discard_draft(product_id(product), actor=self.actor)
        return Response(status=204)


class VersionsView(StaffView):
    """The log of a product."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=answers.Versions)
    def get(self, request: Request, product: str) -> Response:
        """Return the last hundred versions, newest first."""
        rows = ProductVersion.objects.filter(product=product_id(product)).order_by("-number")
        return Response(
            {
                "items": [
                    {
                        "number": row.number,
                        "changed": row.changed,
                        "actor": row.actor,
                        "at": row.created_at,
                        "data": row.data,
                    }
                    for row in rows[:_VERSIONS]
                ]
            }
        )


class PicturesView(StaffView):
    """The pictures of a product."""

    permissions_by_method = {"POST": MANAGE}
    parser_classes = (MultiPartParser,)

    @extend_schema(
        request={"multipart/form-data": forms.PictureAsked}, responses={201: answers.PictureKept}
    )
    def post(self, request: Request, product: str) -> Response:
        """Add a picture; its renditions are made in the background."""
        asked = checked(forms.PictureAsked, request.data)
        made = _added(product_id(product), asked, self.actor)
        return Response({"id": made.public_id, "state": made.state}, status=201)


class PictureOrderView(StaffView):
    """The order of the pictures."""

    permissions_by_method = {"PUT": MANAGE}

    @extend_schema(
        request=forms.OrderAsked, responses={204: OpenApiResponse(description="In order.")}
    )
    def put(self, request: Request, product: str) -> Response:
        """Put the pictures in order."""
        asked = checked(forms.OrderAsked, request.data)
        order_pictures(product_id(product), asked["picture_ids"], actor=self.actor)
        return Response(status=204)


class PictureView(StaffView):
    """One picture."""

    permissions_by_method = {"PATCH": MANAGE, "DELETE": MANAGE}

    @extend_schema(request=forms.PictureChanged, responses=answers.PictureText)
    def patch(self, request: Request, picture: str) -> Response:
        """Say what it shows."""
        asked = checked(forms.PictureChanged, request.data)
        row = change_picture(parse_public_id("pic", picture), actor=self.actor, **asked)
        return Response({"id": row.public_id, "alt": row.alt, "alts": row.alts})

    @extend_schema(responses={204: OpenApiResponse(description="Gone.")})
    def delete(self, request: Request, picture: str) -> Response:
        """Take it away."""
        remove_picture(parse_public_id("pic", picture), actor=self.actor)
        return Response(status=204)


def _added(product: UUID, asked: Mapping[str, Any], actor: Actor) -> Picture:
    alt, file = asked.get("alt", ""), asked.get("file")
    if file is None:
        return add_library_picture(product, asked["asset"], alt=alt, actor=actor)
    if file.size > LARGEST_PICTURE:
        raise InvalidPicture(bytes=file.size)
    return add_picture(product, file.read(), alt=alt, name=file.name, actor=actor)


def _specs(options: Sequence[Mapping[str, Any]]) -> list[OptionSpec]:
    return [
        OptionSpec(**{**option, "values": [ValueSpec(**value) for value in option["values"]]})
        for option in options
    ]


def _money(text: str | None) -> Money | None:
    return None if text is None else Money.parse(text, current_tenant().currency)


def _set_price(variant_id: UUID, row: Mapping[str, Any]) -> SetPrice:
    return SetPrice(variant_id, _money(row["price"]), _money(row.get("compare_at")))


def _row(row: Mapping[str, Any]) -> tuple[UUID, VariantFields]:
    fields = {key: value for key, value in row.items() if key not in {"id", *_PRICE}}
    if "cost" in row:
        cost = _money(row["cost"])
        fields["cost_minor"] = None if cost is None else cost.minor
        fields["currency"] = current_tenant().currency
    return row["id"], cast("VariantFields", fields)
