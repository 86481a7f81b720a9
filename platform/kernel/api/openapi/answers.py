"""Shapes of answers that many operations share."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeAlias

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from typing_extensions import override

Shape: TypeAlias = type[serializers.Serializer[Any]]


@cache
def page_of(shown: Shape) -> Shape:
    """Return the shape of a page that `CursorPagination` answers."""
    return _made(
        shown,
        "Page",
        "One page; `next` and `previous` are addresses, null at the ends.",
        next=serializers.URLField(allow_null=True),
        previous=serializers.URLField(allow_null=True),
        results=shown(many=True),
    )


@cache
def in_part(shown: Shape) -> Shape:
    """Return the shape of an answer of which a request may ask for some members alone."""

    class Part(shown):  # type: ignore[misc, valid-type]  # a class that is known at run time
        @override
        def get_fields(self) -> dict[str, Any]:
            found: dict[str, Any] = super().get_fields()
            for field in found.values():
                field.required = False
            return found

    Part.__name__, Part.__module__ = f"{shown.__name__}Part", shown.__module__
    Part.__doc__ = shown.__doc__
    return Part


@cache
def items_of(shown: Shape) -> Shape:
    """Return the shape of a whole list, ``{"items": […]}``."""
    return _made(shown, "Items", "All of them.", items=shown(many=True))


@cache
def listed(shown: Shape, cursor: type[serializers.Field[Any, Any, Any, Any]]) -> Shape:
    """Return the shape of ``{"items": […], "next_cursor": …}``."""
    return _made(
        shown,
        "List",
        "One page; `next_cursor` asks for the next one, null at the end.",
        items=shown(many=True),
        next_cursor=cursor(allow_null=True),
    )


def paging(size: str) -> list[OpenApiParameter]:
    """Return the parameters of a list in pages, ``size`` being what the page's size is called."""
    return [
        OpenApiParameter("cursor", str, description="Out of `next` or `previous`."),
        OpenApiParameter(size, int, description="How many to a page; as many as is usual else."),
    ]


def _made(shown: Shape, kind: str, doc: str, **fields: Any) -> Shape:
    members = {**fields, "__module__": shown.__module__, "__doc__": doc}
    return type(f"{shown.__name__}{kind}", (serializers.Serializer,), members)
