"""The catalogue over the store API: open to everybody, with a member's own prices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import override

from kernel.catalogue.api import answers, shapes
from kernel.catalogue.api.fields import SPARSE, checked, sparse
from kernel.catalogue.api.forms import ListAsked
from kernel.catalogue.api.lists import listed
from kernel.catalogue.errors import NotFound
from kernel.catalogue.ports import prices
from kernel.catalogue.selectors import (
    breadcrumbs,
    category_at,
    category_tree,
    collection_with,
    moved_category,
    moved_handle,
    product_page,
    shown_collections,
)
from kernel.catalogue.texts import in_language
from kernel.common.time import utc_now
from kernel.members.api.authentication import MemberAuthentication
from kernel.members.models import Member

_MOVED = OpenApiResponse(answers.MovedShown, description="It has another address now.")


def query_of(request: Request) -> dict[str, Any]:
    """Return the query as a form takes it; ``tag`` may come several times."""
    found: dict[str, Any] = request.query_params.dict()
    if tags := request.query_params.getlist("tag"):
        found["tag"] = tags
    return found


class OpenView(APIView):
    """A view for everybody; it knows a member who is signed in."""

    authentication_classes = (MemberAuthentication,)
    permission_classes = ()

    @override
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse addresses that nothing can have, before the database does."""
        if any("\x00" in str(value) for value in kwargs.values()):
            raise NotFound
        super().initial(request, *args, **kwargs)

    @property
    def member_id(self) -> UUID | None:
        """Who calls, or None for a stranger."""
        user: object = self.request.user
        return user.id if isinstance(user, Member) else None


class ProductsView(OpenView):
    """Products on sale."""

    @extend_schema(parameters=[ListAsked, SPARSE], responses=shapes.PageShape)
    def get(self, request: Request) -> Response:
        """Return a page of products, narrowed down and ordered."""
        asked = checked(ListAsked, query_of(request))
        found = listed(
            asked, request, now=utc_now(), language=get_language(), member_id=self.member_id
        )
        return Response(found)


class ProductView(OpenView):
    """One product on sale."""

    @extend_schema(parameters=[SPARSE], responses={200: answers.ProductPart, 301: _MOVED})
    def get(self, request: Request, handle: str) -> Response:
        """Return a product with its variants, prices and pictures."""
        now, language = utc_now(), get_language()
        try:
            page = product_page(handle, now=now, language=language)
        except NotFound:
            return _moved(moved_handle, handle, "/api/v1/store/products/{}/")
        shown = prices().shown(
            [item.variant.id for item in page.variants],
            member_id=self.member_id,
            now=now,
            with_history=True,
        )
        return Response(sparse(shapes.page(page, shown, language), request))


class CategoriesView(OpenView):
    """The category tree."""

    @extend_schema(responses=answers.Categories)
    def get(self, request: Request) -> Response:
        """Return the tree."""
        tree = category_tree(language=get_language())
        return Response({"items": [shapes.node(item) for item in tree]})


class CategoryView(OpenView):
    """One category."""

    @extend_schema(responses={200: answers.CategoryPageShown, 301: _MOVED})
    def get(self, request: Request, path: str) -> Response:
        """Return a category and the way to it."""
        language = get_language()
        try:
            category = category_at(path)
        except NotFound:
            return _moved(moved_category, path, "/api/v1/store/categories/{}/")
        return Response(
            {
                "id": category.public_id,
                "path": category.path,
                "title": in_language(category.titles, language, category.title),
                "picture": category.picture,
                "seo_title": category.seo_title,
                "seo_description": category.seo_description,
                "breadcrumbs": [
                    {"path": item.path, "title": in_language(item.titles, language, item.title)}
                    for item in breadcrumbs(category)
                ],
            }
        )


class CollectionsView(OpenView):
    """Collections that are shown."""

    @extend_schema(parameters=[SPARSE], responses=answers.Collections)
    def get(self, request: Request) -> Response:
        """Return the collections."""
        language = get_language()
        rows = [shapes.collection(row, language) for row in shown_collections()]
        return Response({"items": [sparse(row, request) for row in rows]})


class CollectionView(OpenView):
    """One collection; its products are listed with ``products/?collection=``."""

    @extend_schema(responses=answers.CollectionShown)
    def get(self, request: Request, handle: str) -> Response:
        """Return a collection."""
        return Response(shapes.collection(collection_with(handle), get_language()))


def _moved(find: Callable[[str], str | None], old: str, address: str) -> Response:
    new = find(old)
    if new is None:
        raise NotFound
    location = address.format(new)
    return Response({"location": location}, status=301, headers={"Location": location})
