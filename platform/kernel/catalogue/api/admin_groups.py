"""Categories, collections, brands, units, product types and labels over the admin API."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.utils.translation import get_language
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.catalogue.api import answers, forms, shapes
from kernel.catalogue.api.admin_products import MANAGE, VIEW
from kernel.catalogue.api.fields import SPARSE, checked, sparse
from kernel.catalogue.choices import CategoryPurpose
from kernel.catalogue.models import Brand, Category, Collection, ProductType, ServiceLabel, Unit
from kernel.catalogue.selectors import category_tree
from kernel.catalogue.services import (
    change_category,
    change_collection,
    create_category,
    create_collection,
    delete_category,
    delete_collection,
    merge_category,
    move_category,
    place_in_category,
    refresh_collection,
    save_brand,
    save_label,
    save_product_type,
    save_unit,
    set_collection_products,
)
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now

_GONE = OpenApiResponse(description="Gone.")
_PAGE = 1_000


def _category_id(text: str) -> UUID:
    return parse_public_id("cat", text)


def _collection_id(text: str) -> UUID:
    return parse_public_id("col", text)


def _category(row: Category) -> dict[str, Any]:
    return {"id": row.public_id, "path": row.path, "title": row.title, "is_shown": row.is_shown}


class CategoriesView(StaffView):
    """The category tree."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(
        parameters=[OpenApiParameter("purpose", str, enum=CategoryPurpose.values)],
        responses=answers.Categories,
    )
    def get(self, request: Request) -> Response:
        """Return the tree of the shop, or with ``?purpose=internal`` the one of staff."""
        asked = request.query_params.get("purpose", "")
        purpose = asked if asked in CategoryPurpose.values else CategoryPurpose.SHOP
        tree = category_tree(language=get_language(), purpose=purpose, with_hidden=True)
        return Response({"items": [shapes.node(item) for item in tree]})

    @extend_schema(request=forms.NewCategory, responses={201: answers.CategoryShown})
    def post(self, request: Request) -> Response:
        """Add a category."""
        asked = checked(forms.NewCategory, request.data)
        parent = asked.pop("parent_id", None)
        row = create_category(asked, parent_id=parent, actor=self.actor)  # type: ignore[arg-type]
        return Response(_category(row), status=201)


class CategoryView(StaffView):
    """One category."""

    permissions_by_method = {"PATCH": MANAGE, "DELETE": MANAGE}

    @extend_schema(request=forms.CategoryChanged, responses=answers.CategoryShown)
    def patch(self, request: Request, category: str) -> Response:
        """Change some of its particulars; its old address leads to the new one."""
        asked = checked(forms.CategoryChanged, request.data, partial=True)
        row = change_category(_category_id(category), asked, actor=self.actor)  # type: ignore[arg-type]
        return Response(_category(row))

    @extend_schema(responses={204: _GONE})
    def delete(self, request: Request, category: str) -> Response:
        """Delete an empty category."""
        delete_category(_category_id(category), actor=self.actor)
        return Response(status=204)


class MoveView(StaffView):
    """Where a category stands."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=forms.MoveAsked, responses=answers.CategoryShown)
    def post(self, request: Request, category: str) -> Response:
        """Put it, with all below it, elsewhere."""
        asked = checked(forms.MoveAsked, request.data)
        return Response(_category(move_category(_category_id(category), actor=self.actor, **asked)))


class MergeView(StaffView):
    """One category out of two."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=forms.MergeAsked, responses=answers.CategoryShown)
    def post(self, request: Request, category: str) -> Response:
        """Give everything in it to another one."""
        asked = checked(forms.MergeAsked, request.data)
        return Response(
            _category(merge_category(_category_id(category), actor=self.actor, **asked))
        )


class CategoryProductsView(StaffView):
    """Products of a category."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=forms.ProductsAsked, responses=answers.AddedCount)
    def post(self, request: Request, category: str) -> Response:
        """Put many products into it."""
        asked = checked(forms.ProductsAsked, request.data)
        added = place_in_category(_category_id(category), asked["product_ids"], actor=self.actor)
        return Response({"added": added})


class CollectionsView(StaffView):
    """All collections."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(parameters=[SPARSE], responses=answers.StaffCollections)
    def get(self, request: Request) -> Response:
        """Return the collections with their rules."""
        rows = Collection.objects.order_by("title", "id")[:_PAGE]
        found = [
            {**shapes.collection(row, get_language()), "rules": row.rules, "is_shown": row.is_shown}
            for row in rows
        ]
        return Response({"items": [sparse(row, request) for row in found]})

    @extend_schema(request=forms.NewCollection, responses={201: answers.CollectionShown})
    def post(self, request: Request) -> Response:
        """Make a collection: by rules when some are given, else by hand."""
        asked = checked(forms.NewCollection, request.data)
        row = create_collection(asked, actor=self.actor, now=utc_now())  # type: ignore[arg-type]
        return Response(shapes.collection(row, get_language()), status=201)


class CollectionView(StaffView):
    """One collection."""

    permissions_by_method = {"PATCH": MANAGE, "DELETE": MANAGE}

    @extend_schema(request=forms.CollectionChanged, responses=answers.CollectionShown)
    def patch(self, request: Request, collection: str) -> Response:
        """Change some of its particulars; new rules choose at once."""
        asked = checked(forms.CollectionChanged, request.data, partial=True)
        row = change_collection(
            _collection_id(collection),
            asked,  # type: ignore[arg-type]
            actor=self.actor,
            now=utc_now(),
        )
        return Response(shapes.collection(row, get_language()))

    @extend_schema(responses={204: _GONE})
    def delete(self, request: Request, collection: str) -> Response:
        """Delete it; its products stay."""
        delete_collection(_collection_id(collection), actor=self.actor)
        return Response(status=204)


class CollectionProductsView(StaffView):
    """The products of a collection that is chosen by hand."""

    permissions_by_method = {"PUT": MANAGE}

    @extend_schema(request=forms.ProductsAsked, responses=answers.ProductsCount)
    def put(self, request: Request, collection: str) -> Response:
        """Give it exactly these products, in this order."""
        asked = checked(forms.ProductsAsked, request.data)
        count = set_collection_products(
            _collection_id(collection), asked["product_ids"], actor=self.actor
        )
        return Response({"products": count})


class RefreshView(StaffView):
    """The rules of a collection."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=None, responses=answers.RefreshedShown)
    def post(self, request: Request, collection: str) -> Response:
        """Run the rules now."""
        changed = refresh_collection(_collection_id(collection), now=utc_now())
        return Response({"changed": changed})


class ParticularsView(StaffView):
    """Rows that are made and changed by their code."""

    permissions_by_method = {"GET": VIEW, "PUT": MANAGE}
    model: ClassVar[Any]
    shown: ClassVar[tuple[str, ...]]

    def get(self, request: Request) -> Response:
        """Return all of them."""
        rows = self.model.objects.order_by(self.shown[0])[:_PAGE]
        return Response({"items": [sparse(self._shape(row), request) for row in rows]})

    def _shape(self, row: models.Model) -> dict[str, Any]:
        own = getattr(row, "public_id", str(row.pk))
        return {"id": own, **{name: getattr(row, name) for name in self.shown}}


@extend_schema_view(get=extend_schema(parameters=[SPARSE], responses=answers.Brands))
class BrandsView(ParticularsView):
    """Brands."""

    model, shown = Brand, ("handle", "name", "i18n", "logo", "position")

    @extend_schema(request=forms.BrandAsked, responses=answers.BrandShown)
    def put(self, request: Request) -> Response:
        """Make or change the brand with a handle."""
        row = save_brand(**checked(forms.BrandAsked, request.data), actor=self.actor)
        return Response(self._shape(row))


@extend_schema_view(get=extend_schema(parameters=[SPARSE], responses=answers.Units))
class UnitsView(ParticularsView):
    """Units."""

    model, shown = Unit, ("code", "names")

    @extend_schema(request=forms.UnitAsked, responses=answers.UnitShown)
    def put(self, request: Request) -> Response:
        """Make or change the unit with a code."""
        row = save_unit(**checked(forms.UnitAsked, request.data), actor=self.actor)
        return Response(self._shape(row))


@extend_schema_view(get=extend_schema(parameters=[SPARSE], responses=answers.ProductTypes))
class ProductTypesView(ParticularsView):
    """Product types with their attributes."""

    model, shown = ProductType, ("code", "name", "i18n", "schema")

    @extend_schema(request=forms.ProductTypeAsked, responses=answers.ProductTypeShown)
    def put(self, request: Request) -> Response:
        """Make or change the product type with a code."""
        row = save_product_type(**checked(forms.ProductTypeAsked, request.data), actor=self.actor)
        return Response(self._shape(row))


@extend_schema_view(get=extend_schema(parameters=[SPARSE], responses=answers.Labels))
class LabelsView(ParticularsView):
    """Service labels."""

    model, shown = ServiceLabel, ("code", "titles", "texts", "icon", "position", "is_shown")

    @extend_schema(request=forms.LabelAsked, responses=answers.LabelShown)
    def put(self, request: Request) -> Response:
        """Make or change the label with a code."""
        row = save_label(**checked(forms.LabelAsked, request.data), actor=self.actor)
        return Response(self._shape(row))
