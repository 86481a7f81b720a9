"""Documents that were written for older blocks: found, and brought to the newest versions.

Nothing needs it to be shown: an older document is brought up in memory whenever it is read.
Before a release that drops a migration, drafts have to be written anew, and this says where
something would no longer be shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from django.db import transaction
from django.db.models import F

from kernel.common.time import utc_now
from themes.desk import newest
from themes.documents import compile_page
from themes.errors import InvalidDocument
from themes.models import Page, PageDraft, PageVersion, ThemeInstance
from themes.names import document_name
from themes.packs.reading import documents_of, packs
from themes.presets import FOLDER as PRESETS
from themes.presets import presets_of
from themes.registry import find
from themes.releasing import live_manifest
from themes.store import FOLDER

Problem: TypeAlias = Literal["older", "unknown", "faults"]
BY: Final = "system"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a document.

    Attributes:
        where: of the shop, or the file.
        problem: ``older`` blocks are brought up, those of ``unknown`` types are kept and
            not shown, ``faults`` keep the document from being published.
    """

    where: str
    problem: Problem
    detail: str


def look_at(where: str, document: Any) -> Iterator[Finding]:
    """Yield what is to be said of a document."""
    blocks = list(_blocks(document.get("blocks", []))) if isinstance(document, dict) else []
    for block in blocks:
        kind, version = find(str(block.get("type"))), block.get("v", 1)
        told = f"{block.get('id')}: {block.get('type')}@{version}"
        if kind is None or (isinstance(version, int) and version > kind.version):
            yield Finding(where, "unknown", told)
        elif isinstance(version, int) and version < kind.version:
            yield Finding(where, "older", f"{told} → {kind.version}")
    try:
        compile_page(document)
    except InvalidDocument as refusal:
        for fault in refusal.faults:
            yield Finding(where, "faults", f"{fault.pointer} {fault.text}")
    except Exception as error:  # noqa: BLE001  a migration that fails is what is looked for
        yield Finding(where, "faults", f"{type(error).__name__}: {error}")


def _blocks(value: Any) -> Iterator[dict[str, Any]]:
    for each in value if isinstance(value, list) else []:
        if isinstance(each, dict):
            yield each
            slots = each.get("slots")
            for inner in slots.values() if isinstance(slots, dict) else ():
                yield from _blocks(inner)


def look_at_what_comes_along() -> list[Finding]:
    """Return what is to be said of the storefront's own pages, the packs', and the presets."""
    found: list[Finding] = []
    for path in sorted(FOLDER.glob("*.json")):
        found += look_at(f"defaults/{path.name}", json.loads(path.read_text(encoding="utf-8")))
    for pack in packs():
        for name, document in sorted(documents_of(pack.code).items()):
            found += look_at(f"packs/{pack.code}/{name}", document)
    for path in sorted(PRESETS.glob("*.json")):
        for number, preset in enumerate(presets_of(path.stem)):
            block = preset.as_block(path.stem, "b-one")
            document = {"format": 1, "kind": "page", "template": "home", "blocks": [block]}
            found += look_at(f"presets/{path.name}#{number}", document)
    return found


def look_at_shop() -> list[Finding]:
    """Return what is to be said of the current shop's drafts and of what is live of it."""
    found: list[Finding] = []
    for draft in PageDraft.objects.select_related("page__theme").order_by("pk"):
        found += look_at(f"{_place(draft.page)}, draft", draft.doc)
    for theme in ThemeInstance.objects.order_by("pk"):
        ids = list(live_manifest(theme, utc_now()).values())
        rows = PageVersion.objects.filter(pk__in=ids).select_related("page__theme")
        for row in rows.order_by("pk"):
            found += look_at(f"{_place(row.page)}, version {row.number}", row.compiled)
    return found


def _place(page: Page) -> str:
    return f"{page.theme.name or '-'}/{document_name(page.template, page.handle)}"


def bring_up_drafts() -> int:
    """Write the current shop's drafts anew in the newest versions; return how many changed.

    Whoever edits one of them meanwhile is told that it was saved by somebody else.
    """
    changed = 0
    for key in PageDraft.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            draft = PageDraft.objects.select_for_update().get(pk=key)
            doc = newest(draft.doc)
            if doc == draft.doc:
                continue
            PageDraft.objects.filter(pk=key).update(doc=doc, rev=F("rev") + 1, by=BY, at=utc_now())
            changed += 1
    return changed
