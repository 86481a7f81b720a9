"""Translations: what the sources say, what the catalog holds, and its compiled form.

No gettext program is needed. English stands in the sources; catalogs are
Chinese: one of the platform, and those that packages and modules bring along.

    python -m config.dev.catalogs            compile what is written
    python -m config.dev.catalogs --check    say what is missing, left over or contradictory
"""

from __future__ import annotations

import ast
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[3]
CATALOG: Final = ROOT / "platform" / "kernel" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
SOURCES: Final = ("platform/kernel", "tenants", "channel_center", "themes", "apps")
_CALLS: Final = frozenset({"gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"})
_MAGIC: Final = 0x950412DE
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"')


def messages_of_sources() -> dict[str, str]:
    """Return every message, with one place where it stands."""
    found: dict[str, str] = {}
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if path.suffix == ".py" and "/tests/" not in name and "/migrations/" not in name:
                texts = _of_python(path.read_text(encoding="utf-8"))
            elif path.suffix == ".html":
                draw = _of_jinja if "/jinja2/" in name else _of_django
                texts = draw(path.read_text(encoding="utf-8"))
            else:
                continue
            for text in texts:
                found.setdefault(text, name)
    return found


def _of_python(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    calls = _CALLS | set(_other_names(tree))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = node.func
        name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
        first = node.args[0]
        if name in calls and isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value


def _other_names(tree: ast.AST) -> Iterator[str]:
    """Yield what a file calls the functions of gettext."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from (each.asname for each in node.names if each.asname and each.name in _CALLS)


def _of_jinja(source: str) -> Iterator[str]:
    from jinja2 import Environment

    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for _line, _function, message in environment.extract_translations(source):  # type: ignore[attr-defined]
        yield message[0] if isinstance(message, tuple) else message


def _of_django(source: str) -> Iterator[str]:
    from django.utils.translation.template import templatize

    for match in re.finditer(r"gettext\((.*?)\) ", templatize(source) + " ", re.DOTALL):
        arguments = ast.parse(f"f({match.group(1)})", mode="eval").body
        if isinstance(arguments, ast.Call) and isinstance(arguments.args[0], ast.Constant):
            yield str(arguments.args[0].value)


def read_catalog(path: Path = CATALOG) -> dict[str, list[str]]:
    """Return message -> translations (one, or one for each plural form)."""
    found: dict[str, list[str]] = {}
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        fields: dict[str, str] = {}
        key = ""
        for line in block.splitlines():
            if line.startswith("msg"):
                key = line.split(" ", 1)[0]
            if key and not line.startswith("#"):
                text = "".join(_STRING.findall(line))
                fields[key] = fields.get(key, "") + _unquoted(text)
        if "msgid" in fields:
            message = fields["msgid"]
            if "msgid_plural" in fields:
                message += "\0" + fields["msgid_plural"]
            found[message] = [fields[name] for name in sorted(fields) if name.startswith("msgstr")]
    return found


def _unquoted(text: str) -> str:
    return "".join(str(ast.literal_eval(part)) for part in _STRING.findall(text))


def compiled(catalog: dict[str, list[str]]) -> bytes:
    """Return a catalog in the form that gettext reads.

    Source: GNU gettext manual, "The Format of GNU MO Files".
    """
    rows = sorted(
        (message.encode(), "\0".join(texts).encode()) for message, texts in catalog.items()
    )
    ids = b"".join(message + b"\0" for message, _text in rows)
    texts = b"".join(text + b"\0" for _message, text in rows)
    start = 7 * 4 + 16 * len(rows)
    id_table, text_table, id_at, text_at = b"", b"", start, start + len(ids)
    for message, text in rows:
        id_table += struct.pack("<2I", len(message), id_at)
        text_table += struct.pack("<2I", len(text), text_at)
        id_at += len(message) + 1
        text_at += len(text) + 1
    head = struct.pack("<7I", _MAGIC, 0, len(rows), 28, 28 + 8 * len(rows), 0, start)
    return head + id_table + text_table + ids + texts


def catalogs() -> list[Path]:
    """Return every catalog of the tree, the platform's first."""
    found = {path for folder in SOURCES for path in (ROOT / folder).rglob("zh_Hans/**/django.po")}
    return [CATALOG, *sorted(found - {CATALOG})]


def faults() -> list[str]:
    """Return what is missing, left over, contradictory or not compiled, one sentence each."""
    wanted = messages_of_sources()
    held: dict[str, list[str]] = {}
    found = []
    for path in catalogs():
        catalog = read_catalog(path)
        own = {message.partition("\0")[0]: texts for message, texts in catalog.items() if message}
        name = path.relative_to(ROOT).as_posix()
        # Django reads all of them into one: the one read last would win everywhere.
        found += [
            f"{name}: translated otherwise elsewhere: {m!r}"
            for m, texts in own.items()
            if all(texts) and held.get(m, texts) != texts
        ]
        held |= {message: texts for message, texts in own.items() if all(texts)}
        found += [f"{name}: no longer said: {m!r}" for m in own if m not in wanted]
        binary = path.with_suffix(".mo")
        if not binary.exists() or binary.read_bytes() != compiled(catalog):
            found.append(f"{name}: not compiled; do it with: python -m config.dev.catalogs")
    return [f"{wanted[m]}: not translated: {m!r}" for m in wanted if m not in held] + found


def main() -> int:
    """Compile or check; return the exit status."""
    if "--check" in sys.argv:
        broken = faults()
        print("\n".join(broken))
        return 1 if broken else 0
    for path in catalogs():
        path.with_suffix(".mo").write_bytes(compiled(read_catalog(path)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
