"""The refusals that an operation may answer with: RFC 9457 problem documents."""

from __future__ import annotations

from typing import Any, Final

from kernel.api.problems import CONTENT_TYPE, TITLES

_METHODS: Final = frozenset({"get", "post", "put", "patch", "delete"})
_EVERYWHERE: Final = (400, 404, 406, 429, 503)
_SIGNED_IN: Final = (401, 403)
_WRITES: Final = (401, 403, 409)
_WITH_PARAMETERS: Final = (422,)
_WITH_BODY: Final = (413, 415, 422)

PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "Why a request was refused (RFC 9457). `code` is stable; other members "
    "beside these tell the particulars of a code.",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {"type": "string", "examples": ["api.invalid", "checkout.total_changed"]},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {"type": "string", "examples": ["#/lines/0/sku"]},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
                "required": ["pointer", "code", "detail"],
            },
        },
    },
    "required": ["type", "title", "status", "code"],
}


def add_refusals(result: dict[str, Any], **context: Any) -> dict[str, Any]:
    """Say of each operation how it refuses; spectacular calls it for the whole document."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    used: set[int] = set()
    for path in result["paths"].values():
        for method, operation in path.items():
            if method in _METHODS:
                statuses = _statuses(method, operation)
                used |= statuses
                for status in sorted(statuses):
                    operation["responses"].setdefault(
                        str(status), {"$ref": f"#/components/responses/Refused{status}"}
                    )
    components["responses"] = {f"Refused{status}": _refusal(status) for status in sorted(used)}
    return result


def _statuses(method: str, operation: dict[str, Any]) -> set[int]:
    found = set(_EVERYWHERE)
    if operation.get("security"):
        found |= set(_SIGNED_IN)
    if method != "get":
        found |= set(_WRITES)
    if "requestBody" in operation:
        found |= set(_WITH_BODY)
    if any(each["in"] in {"query", "path"} for each in operation.get("parameters", ())):
        found |= set(_WITH_PARAMETERS)
    return found


def _refusal(status: int) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": str(TITLES[status]),
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status in {429, 503}:
        answer["headers"] = {
            "Retry-After": {
                "description": "Seconds to wait.",
                "schema": {"type": "integer", "minimum": 1},
            }
        }
    return answer
