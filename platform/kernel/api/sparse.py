"""Answers with fewer members: ``?fields=number,total`` on whatever is read."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from typing_extensions import override

_LONGEST: Final = 500
_LISTS: Final = ("results", "items")
_READS: Final = frozenset({"GET", "HEAD"})


class SparseJsonRenderer(JSONRenderer):
    """Leaves out what a reader does not ask for; whoever asks for nothing gets everything."""

    @override
    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return JSON with the members that were asked for, of each item of a list."""
        context = renderer_context or {}
        names = _asked(context.get("request"))
        answer = context.get("response")
        if names and answer is not None and answer.status_code == HTTPStatus.OK:
            data = kept(data, names)
        return super().render(data, accepted_media_type, renderer_context)


def kept(data: Any, names: frozenset[str]) -> Any:
    """Return the named members of an object, or of each object of a list; the rest as it is."""
    if not isinstance(data, Mapping):
        return data
    for name in _LISTS:
        if isinstance(data.get(name), list):
            return {**data, name: [_part(each, names) for each in data[name]]}
    return _part(data, names)


def _part(item: Any, names: frozenset[str]) -> Any:
    if not isinstance(item, Mapping):
        return item
    return {name: value for name, value in item.items() if name in names}


def _asked(request: object) -> frozenset[str]:
    if not isinstance(request, Request) or request.method not in _READS:
        return frozenset()
    text = request.query_params.get("fields", "")[:_LONGEST]
    return frozenset(name.strip() for name in text.split(",")) - {""}
