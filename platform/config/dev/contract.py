"""Keeps the promises of the APIs: what was released goes on working.

    python -m config.dev.contract              say what would break programs
    python -m config.dev.contract --release    what the documents say is released now

The documents as they were released last stand in ``kernel/api/openapi/released``,
without what is for people alone. Breaking is: an operation, a parameter, a member of an
answer or of what is taken that is gone or of another kind; something newly required of
callers; a value that is no longer taken; an answer's member that may now be missing or
null. Adding is not breaking.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

DOCUMENTS: Final = Path(__file__).resolve().parents[2] / "kernel" / "api" / "openapi"
RELEASED: Final = DOCUMENTS / "released"
NAMES: Final = ("store", "admin")
_METHODS: Final = ("get", "post", "put", "patch", "delete")
_FOR_PEOPLE: Final = frozenset({"description", "summary", "title", "example", "examples"})
_NAMED: Final = frozenset({"properties", "schemas"})

Json: TypeAlias = dict[str, Any]


@dataclass
class Shape:
    """What a schema comes to, whatever it is composed of.

    Attributes:
        kinds: JSON types; empty for any.
        values: the only ones allowed; None for any.
        members: of an object, by name.
        required: names of those that are always there.
        items: schema of a list's items.
    """

    kinds: set[str] = field(default_factory=set)
    values: set[str] | None = None
    members: dict[str, Json] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    items: Json | None = None


@dataclass(frozen=True)
class Comparison:
    """Two states of a document."""

    old: Json
    new: Json

    def faults(self) -> Iterator[str]:
        """Yield what would break a program that uses the old document."""
        for path, methods in self.old["paths"].items():
            for method in _METHODS:
                if method not in methods:
                    continue
                place = f"{method.upper()} {path}"
                now = self.new["paths"].get(path, {}).get(method)
                if now is None:
                    yield f"{place}: is gone"
                else:
                    yield from self._operation(place, methods[method], now)

    def _operation(self, place: str, old: Json, new: Json) -> Iterator[str]:
        yield from self._parameters(place, old, new)
        before, after = _body(old), _body(new)
        if after is not None:
            is_asked = bool(new["requestBody"].get("required"))
            was_asked = bool(old.get("requestBody", {}).get("required"))
            if is_asked and not was_asked and self._shape(self.new, after).required:
                yield f"{place}: a body is required now"
            if before is not None:
                yield from self._taken(f"{place} body", before, after, frozenset())
        elif before is not None:
            yield f"{place}: takes no body any more"
        for status, answer in old["responses"].items():
            if not status.startswith("2"):
                continue
            if status not in new["responses"]:
                yield f"{place}: does not answer {status} any more"
                continue
            was, now = _content(answer), _content(new["responses"][status])
            if was is not None and now is None:
                yield f"{place} {status}: has no content any more"
            elif was is not None and now is not None:
                yield from self._given(f"{place} {status}", was, now, frozenset())

    def _parameters(self, place: str, old: Json, new: Json) -> Iterator[str]:
        before = {(each["in"], each["name"]): each for each in old.get("parameters", ())}
        after = {(each["in"], each["name"]): each for each in new.get("parameters", ())}
        for key, each in before.items():
            named = f"{place} {key[0]} {key[1]}"
            if key not in after:
                yield f"{named}: is gone"
            else:
                now = after[key]
                yield from self._taken(named, each["schema"], now["schema"], frozenset())
        for key, each in after.items():
            was_asked = before.get(key, {}).get("required", False)
            if each.get("required") and not was_asked:
                yield f"{place} {key[0]} {key[1]}: is required now"

    def _taken(
        self, place: str, old: Json, new: Json, seen: frozenset[tuple[str, str]]
    ) -> Iterator[str]:
        """Yield what callers could send and can send no more."""
        if (step := _step(old, new)) in seen:
            return
        was, now = self._shape(self.old, old), self._shape(self.new, new)
        if now.kinds and not was.kinds <= now.kinds:
            yield f"{place}: takes no {', '.join(sorted(was.kinds - now.kinds))} any more"
            return
        if now.values is not None and not (was.values or set()) <= now.values:
            gone = sorted((was.values or set()) - now.values)
            yield f"{place}: takes no {', '.join(gone)} any more"
        for name in sorted(now.required - was.required):
            yield f"{place}.{name}: is required now"
        for name, each in was.members.items():
            if name not in now.members:
                yield f"{place}.{name}: is gone"
            else:
                yield from self._taken(f"{place}.{name}", each, now.members[name], seen | {step})
        if was.items is not None and now.items is not None:
            yield from self._taken(f"{place}[]", was.items, now.items, seen | {step})

    def _given(
        self, place: str, old: Json, new: Json, seen: frozenset[tuple[str, str]]
    ) -> Iterator[str]:
        """Yield what callers could rely on in an answer and can rely on no more."""
        if (step := _step(old, new)) in seen:
            return
        was, now = self._shape(self.old, old), self._shape(self.new, new)
        if was.kinds and (not now.kinds or not now.kinds <= was.kinds):
            others = ", ".join(sorted(now.kinds - was.kinds)) or "anything"
            yield f"{place}: may be {others} now"
            return
        for name, each in was.members.items():
            if name not in now.members:
                yield f"{place}.{name}: is gone"
                continue
            if name in was.required and name not in now.required:
                yield f"{place}.{name}: may be missing now"
            yield from self._given(f"{place}.{name}", each, now.members[name], seen | {step})
        if was.items is not None and now.items is not None:
            yield from self._given(f"{place}[]", was.items, now.items, seen | {step})

    def _shape(self, document: Json, schema: Json) -> Shape:
        while "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[-1]
            schema = document["components"]["schemas"][name]
        kinds = schema.get("type", [])
        found = Shape(kinds={kinds} if isinstance(kinds, str) else set(kinds))
        if "number" in found.kinds:
            found.kinds.add("integer")
        if "enum" in schema or "const" in schema:
            values = schema.get("enum", [schema.get("const")])
            found.values = {str(each) for each in values}
        found.members |= schema.get("properties", {})
        found.required |= set(schema.get("required", ()))
        found.items = schema.get("items")
        for part in schema.get("allOf", ()):
            self._add(found, self._shape(document, part), is_choice=False)
        for part in (*schema.get("oneOf", ()), *schema.get("anyOf", ())):
            self._add(found, self._shape(document, part), is_choice=True)
        return found

    @staticmethod
    def _add(found: Shape, part: Shape, *, is_choice: bool) -> None:
        found.kinds |= part.kinds
        found.members |= part.members
        found.items = found.items or part.items
        if part.values is not None:
            found.values = (found.values or set()) | part.values
        if not is_choice:
            found.required |= part.required


def faults(name: str) -> list[str]:
    """Return what a document would break of what was released; nothing before a release."""
    path = RELEASED / f"{name}.json"
    if not path.exists():
        return []
    return list(Comparison(_read(path), _read(DOCUMENTS / f"{name}.json")).faults())


def without_words(value: Any, *, is_named: bool = False) -> Any:
    """Return a document without what is for people; members may be called like that."""
    if isinstance(value, Mapping):
        return {
            key: without_words(each, is_named=key in _NAMED and not is_named)
            for key, each in value.items()
            if is_named or key not in _FOR_PEOPLE
        }
    if isinstance(value, list):
        return [without_words(each) for each in value]
    return value


def release() -> None:
    """Promise what the documents say now."""
    RELEASED.mkdir(exist_ok=True)
    for name in NAMES:
        kept = without_words(_read(DOCUMENTS / f"{name}.json"))
        text = json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        (RELEASED / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")


def main() -> int:
    """Compare or release; return the exit status."""
    if "--release" in sys.argv:
        release()
        return 0
    broken = [f"{name}: {fault}" for name in NAMES for fault in faults(name)]
    for each in broken:
        print(each)
    return 1 if broken else 0


def _read(path: Path) -> Json:
    found: Json = json.loads(path.read_text(encoding="utf-8"))
    return found


def _body(operation: Json) -> Json | None:
    return _content(operation.get("requestBody", {}))


def _content(told: Json) -> Json | None:
    for kind in told.get("content", {}).values():
        schema: Json | None = kind.get("schema")
        return schema
    return None


def _step(old: Json, new: Json) -> tuple[str, str]:
    """Name a pair of schemas, so that what contains itself is compared once."""
    return json.dumps(old, sort_keys=True)[:200], json.dumps(new, sort_keys=True)[:200]


if __name__ == "__main__":
    sys.exit(main())
