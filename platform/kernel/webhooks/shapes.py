"""JSON Schemas of what is told, in few words."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

Schema: TypeAlias = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
NUMBER: Final[Schema] = {"type": "integer"}
FLAG: Final[Schema] = {"type": "boolean"}
MOMENT: Final[Schema] = {"type": "string", "format": "date-time"}
AMOUNT: Final[Schema] = {
    "type": "string",
    "pattern": r"^-?[0-9]+(\.[0-9]+)?$",
    "description": "A decimal number in units of `currency`.",
}
CURRENCY: Final[Schema] = {"type": "string", "pattern": "^[A-Z]{3}$"}


def identifier(prefix: str) -> Schema:
    """Return the schema of an id of the APIs."""
    return {"type": "string", "pattern": f"^{prefix}_[0-9a-z]+$"}


def nullable(schema: Schema) -> Schema:
    """Return a schema that null fits as well."""
    return {**schema, "type": [schema["type"], "null"]}


def many(schema: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": schema}


def members(**schemas: Schema) -> Schema:
    """Return the schema of an object that has all of these; others may come later."""
    return {"type": "object", "properties": schemas, "required": list(schemas)}
