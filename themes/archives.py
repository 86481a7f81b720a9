"""Themes as zip files: their pages, their parts, and the pictures that stand on them.

Pictures are named by their content, so the same one is packed once, and is not doubled in a
library that has it already.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any, Final
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.media.choices import AssetState
from kernel.media.errors import InvalidAsset
from kernel.media.limits import LARGEST_PICTURE
from kernel.media.models import Asset
from kernel.media.selectors import name_for
from themes.desk import TITLES
from themes.documents import FORMAT, MOST_BYTES, compile_page
from themes.errors import InvalidArchive, InvalidDocument
from themes.fields import Json
from themes.models import LONGEST_NAME, ThemeInstance
from themes.names import MANY, document_name, is_handle
from themes.packs.errors import UnknownPack, UnknownPalette
from themes.packs.wearing import theme_with
from themes.taking_along import MARK, asset_named, in_library
from themes.uses import files_in, renamed
from themes.wardrobe import Written, documents_in, fill, new_theme, theme_with_id

MOST_ARCHIVE: Final = 64 * 1024 * 1024
_MOST_FILES: Final = 600
_MOST_PICTURES: Final = 100
_HEAD: Final = "theme.json"
_PAGES: Final = "pages/"
_PICTURES: Final = "files/"
_WIDTH: Final = 1_200


@dataclass(frozen=True, slots=True)
class _Read:
    """What stands in an archive, checked."""

    head: Mapping[str, Any]
    written: Mapping[str, Written]
    pictures: Mapping[str, bytes]


def archive_of(theme_id: UUID) -> bytes:
    """Return a theme as a file: its pages as they are edited, and the pictures on them.

    The same theme gives the same bytes.

    Raises:
        UnknownTheme: there is none.
    """
    theme = theme_with_id(theme_id)
    written = documents_in(theme)
    pictures, names, told = _taken(written)
    head = {
        "format": FORMAT,
        "name": theme.name,
        "preset": theme.preset,
        "palette": theme.palette,
        "tokens": theme.tokens,
        "titles": {_path(each): each.title for each in written.values() if each.template in MANY},
        "files": told,
    }
    docs = {
        f"{_PAGES}{_path(each)}.json": renamed(each.doc, lambda name: names.get(name, name))
        for each in written.values()
    }
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted({_HEAD: head, **docs}.items()):
            text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
        for name, data in sorted(pictures.items()):
            archive.writestr(zipfile.ZipInfo(f"{_PICTURES}{name}"), data, zipfile.ZIP_STORED)
    return packed.getvalue()


def _taken(
    written: Mapping[str, Written],
) -> tuple[dict[str, bytes], dict[str, str], dict[str, dict[str, str]]]:
    """Return pictures by their names in the archive, how documents name them, what is told."""
    pictures: dict[str, bytes] = {}
    names: dict[str, str] = {}
    told: dict[str, dict[str, str]] = {}
    room = MOST_ARCHIVE
    for name in sorted({name for each in written.values() for name in files_in(each.doc)}):
        row = asset_named(name)
        if row is None or len(pictures) >= _MOST_PICTURES:
            continue
        content = _content(row, min(LARGEST_PICTURE, room))
        if content is None:
            continue
        digest = sha256(content).hexdigest()
        if digest not in told:
            room -= len(content)
        pictures[f"{digest}{PurePosixPath(row.file).suffix}"] = content
        told[digest] = {"name": row.name, "came": row.digest}
        names[name] = f"{MARK}{digest}"
    return pictures, names, told


def _content(row: Asset, most: int) -> bytes | None:
    """Return a file; None for one that is too large, or gone."""
    try:
        with default_storage.open(row.file) as file:
            content: bytes = file.read(most + 1)
    except OSError:
        return None
    return content if len(content) <= most else None


@transaction.atomic
def take_in(content: bytes, *, actor: Actor) -> ThemeInstance:
    """Make a theme of a file; it is not in use, and nothing of it is published.

    Blocks of modules that are not installed stay in the drafts. Pictures that the library has
    already are not taken in once more.

    Raises:
        InvalidArchive: the file is none, too large, or a page or a picture of it has faults.
        StorageFull: the shop has no room for the pictures.
    """
    read = _read(content)
    head = read.head
    preset, palette = str(head.get("preset") or ""), str(head.get("palette") or "")
    try:
        theme_with(f"{preset}:{palette}" if preset else "")
    except (UnknownPack, UnknownPalette):
        preset, palette = "", ""
    names = {
        f"{MARK}{digest}": _name_here(digest, data, head, actor=actor)
        for digest, data in read.pictures.items()
    }
    made = new_theme(str(head.get("name") or ""), preset=preset, palette=palette, tokens={})
    fill(
        made,
        {
            name: Written(
                each.template,
                each.handle,
                each.title,
                renamed(each.doc, lambda asset: names.get(asset, asset)),
            )
            for name, each in read.written.items()
        },
        actor=actor,
    )
    record(action="themes.imported", actor=actor, obj=made, after={"name": made.name})
    return made


def _name_here(digest: str, data: bytes, head: Mapping[str, Any], *, actor: Actor) -> str:
    """Return the name of a picture in this shop's library, which may have it as it came."""
    files = head.get("files")
    told = files.get(digest) if isinstance(files, dict) else None
    told = told if isinstance(told, dict) else {}
    known = Asset.objects.filter(
        digest=str(told.get("came", "")), state=AssetState.READY, trashed_at=None
    ).first()
    if known is not None:
        return name_for(known, _WIDTH)
    try:
        return in_library(data, name=str(told.get("name") or _("Picture")), actor=actor)
    except InvalidAsset as refusal:
        raise InvalidArchive(file=digest) from refusal


def _read(content: bytes) -> _Read:
    if len(content) > MOST_ARCHIVE:
        raise InvalidArchive
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > _MOST_FILES:
                raise InvalidArchive
            files = dict(_unpacked(archive, entries))
        head = json.loads(files.pop(_HEAD, b"null"))
        if not isinstance(head, dict) or head.get("format") != FORMAT:
            raise InvalidArchive
        written = {
            name: _page(name, json.loads(data), head)
            for name, data in files.items()
            if name.startswith(_PAGES)
        }
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError) as error:
        raise InvalidArchive from error
    pictures = dict(_picture(name, data) for name, data in files.items() if name not in written)
    return _Read(head, {_name(each): each for each in written.values()}, pictures)


def _unpacked(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]
) -> Iterator[tuple[str, bytes]]:
    """Yield what is packed; it may say it is small: no more than that is ever unpacked."""
    room = MOST_ARCHIVE
    for entry in entries:
        most = LARGEST_PICTURE if entry.filename.startswith(_PICTURES) else MOST_BYTES
        with archive.open(entry) as file:
            data = file.read(min(most, room) + 1)
        room -= len(data)
        if len(data) > most or room < 0:
            raise InvalidArchive
        yield entry.filename, data


def _page(name: str, document: Any, head: Mapping[str, Any]) -> Written:
    path = name.removeprefix(_PAGES).removesuffix(".json")
    template, _slash, handle = path.partition("/")
    is_many = template in MANY and is_handle(handle)
    if not isinstance(document, dict) or not (is_many or path in TITLES):
        raise InvalidArchive
    try:
        # Files are named by their content on the way, which is no name of a file in a shop.
        compile_page(renamed(document, lambda asset: asset.removeprefix(MARK)))
    except InvalidDocument as error:
        raise InvalidArchive(page=path) from error
    titles = head.get("titles")
    title = str(titles.get(path) or handle) if isinstance(titles, dict) else handle
    doc: dict[str, Json] = {**document, "template": template}
    return Written(template, handle or template, title[:LONGEST_NAME], doc)


def _picture(name: str, data: bytes) -> tuple[str, bytes]:
    digest = PurePosixPath(name.removeprefix(_PICTURES)).stem
    if not name.startswith(_PICTURES) or sha256(data).hexdigest() != digest:
        raise InvalidArchive
    return digest, data


def _path(page: Written) -> str:
    """Return the name of a page in an archive: also of systems where colons mean something."""
    return f"{page.template}/{page.handle}" if page.template in MANY else page.template


def _name(page: Written) -> str:
    return document_name(page.template, page.handle)
