"""What breaks programs is found, and what only adds is not."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from config.dev.contract import NAMES, Comparison, faults, without_words

DOCUMENT: dict[str, Any] = {
    "paths": {
        "/things/": {
            "post": {
                "parameters": [
                    {"in": "query", "name": "q", "schema": {"type": "string"}},
                ],
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/c/s/Told"}}},
                    "required": True,
                },
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/c/s/Shown"}}}}
                },
            }
        }
    },
    "components": {
        "schemas": {
            "Told": {
                "type": "object",
                "properties": {"kind": {"enum": ["a", "b"], "type": "string"}},
            },
            "Shown": {
                "type": "object",
                "properties": {
                    "id": {"type": "string"},
                    "title": {"type": "string"},
                    "parts": {"type": "array", "items": {"$ref": "#/c/s/Shown"}},
                },
                "required": ["id", "parts"],
            },
        }
    },
}


def changed(*path: str, to: object) -> list[str]:
    """Return what a change at a place of the document breaks; None removes what is there."""
    new = deepcopy(DOCUMENT)
    place: Any = new
    for step in path[:-1]:
        place = place[step]
    if to is None:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return list(Comparison(DOCUMENT, new).faults())


_TOLD = ("components", "schemas", "Told")
_SHOWN = ("components", "schemas", "Shown")
_POST = ("paths", "/things/", "post")


@pytest.mark.parametrize(
    ("path", "to", "fault"),
    [
        (("paths", "/things/"), None, "POST /things/: is gone"),
        ((*_POST, "parameters"), [], "POST /things/ query q: is gone"),
        ((*_SHOWN, "properties", "id"), None, "POST /things/ 200.id: is gone"),
        ((*_SHOWN, "required"), ["parts"], "POST /things/ 200.id: may be missing now"),
        (
            (*_SHOWN, "properties", "id", "type"),
            ["string", "null"],
            "POST /things/ 200.id: may be null now",
        ),
        ((*_TOLD, "required"), ["kind"], "POST /things/ body.kind: is required now"),
        (
            (*_TOLD, "properties", "kind", "enum"),
            ["a"],
            "POST /things/ body.kind: takes no b any more",
        ),
        (
            (*_TOLD, "properties", "kind"),
            {"type": "integer"},
            "POST /things/ body.kind: takes no string any more",
        ),
        ((*_POST, "responses"), {"201": {}}, "POST /things/: does not answer 200 any more"),
    ],
)
def test_what_breaks_programs_is_found(path: tuple[str, ...], to: object, fault: str) -> None:
    assert fault in changed(*path, to=to)


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("paths", "/others/"), {}),
        ((*_SHOWN, "properties", "more"), {"type": "string"}),
        ((*_TOLD, "properties", "more"), {"type": "string"}),
        ((*_TOLD, "properties", "kind", "enum"), ["a", "b", "c"]),
        ((*_SHOWN, "required"), ["id", "parts", "title"]),
    ],
)
def test_what_only_adds_breaks_nothing(path: tuple[str, ...], to: object) -> None:
    assert changed(*path, to=to) == []


def test_what_is_for_people_is_not_compared_but_members_of_that_name_are() -> None:
    schema = {"description": "Of a thing.", "properties": {"description": {"type": "string"}}}

    assert without_words(schema) == {"properties": {"description": {"type": "string"}}}


@pytest.mark.parametrize("name", NAMES)
def test_what_was_released_goes_on_working(name: str) -> None:
    assert faults(name) == []
