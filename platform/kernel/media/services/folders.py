"""Folders: made, renamed, moved, and deleted when they are empty."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.ids import uuid7
from kernel.media.errors import FolderInUse, InvalidMedia, UnknownFolder
from kernel.media.limits import DEEPEST_FOLDER, LONGEST_FOLDER, MOST_FOLDERS
from kernel.media.models import Asset, Folder, Upload
from kernel.media.services.checking import checked_line


@transaction.atomic
def make_folder(name: str, *, actor: Actor, parent_id: UUID | None = None) -> Folder:
    """Make a folder.

    Raises:
        UnknownFolder: there is nothing to make it in.
        InvalidMedia: no usable name, one of that name is there, too deep or too many.
    """
    text = _name(name)
    parent = _parent(parent_id)
    depth = parent.depth + 1 if parent else 1
    if depth > DEEPEST_FOLDER or Folder.objects.count() >= MOST_FOLDERS:
        raise InvalidMedia(_("There are too many folders."), field="parent")
    folder = Folder(id=uuid7(), name=text, parent=parent, depth=depth)
    _save(folder, is_new=True)
    record(action="media.folder_made", actor=actor, obj=folder, after={"name": text})
    return folder


@transaction.atomic
def rename_folder(folder_id: UUID, name: str, *, actor: Actor) -> Folder:
    """Rename a folder.

    Raises:
        UnknownFolder: there is no such folder.
        InvalidMedia: no usable name, or one of that name is there.
    """
    text = _name(name)
    folder = _locked(folder_id)
    before = folder.name
    if text != before:
        folder.name = text
        _save(folder)
        record(
            action="media.folder_changed",
            actor=actor,
            obj=folder,
            before={"name": before},
            after={"name": text},
        )
    return folder


@transaction.atomic
def move_folder(folder_id: UUID, parent_id: UUID | None, *, actor: Actor) -> Folder:
    """Put a folder into another one, or to the top, with all that it holds.

    Raises:
        UnknownFolder: there is no such folder, or nothing to put it into.
        InvalidMedia: into itself or what it holds, where its name is taken, or too deep.
    """
    shelves = {row.pk: row for row in Folder.objects.select_for_update().order_by("pk")}
    folder, parent = shelves.get(folder_id), shelves.get(parent_id) if parent_id else None
    if folder is None or (parent_id is not None and parent is None):
        raise UnknownFolder
    if folder.parent_id == parent_id:
        return folder
    held = _held(folder, shelves.values())
    if parent in held:
        raise InvalidMedia(_("A folder cannot lie in itself."), field="parent")
    deeper = (parent.depth if parent else 0) + 1 - folder.depth
    if max(row.depth for row in held) + deeper > DEEPEST_FOLDER:
        raise InvalidMedia(_("There are too many folders."), field="parent")
    before = folder.parent.public_id if folder.parent else ""
    folder.parent = parent
    for row in held:
        row.depth += deeper
    _save(folder)
    Folder.objects.bulk_update([row for row in held if row is not folder], ["depth"])
    record(
        action="media.folder_moved",
        actor=actor,
        obj=folder,
        before={"name": folder.name, "parent": before},
        after={"name": folder.name, "parent": parent.public_id if parent else ""},
    )
    return folder


def _held(folder: Folder, rows: Iterable[Folder]) -> list[Folder]:
    """Return a folder with all that lie in it."""
    found = [folder]
    below = defaultdict(list)
    for row in rows:
        below[row.parent_id].append(row)
    for row in found:
        found.extend(below[row.pk])
    return found


@transaction.atomic
def delete_folder(folder_id: UUID, *, actor: Actor) -> None:
    """Delete a folder that holds nothing; what lies in the trash goes to the top.

    Raises:
        UnknownFolder: there is no such folder.
        FolderInUse: it holds files or folders.
    """
    folder = _locked(folder_id)
    held = Asset.objects.filter(folder=folder)
    if (
        held.filter(trashed_at=None).exists()
        or Folder.objects.filter(parent=folder).exists()
        or Upload.objects.filter(folder=folder).exists()
    ):
        raise FolderInUse
    held.update(folder=None)
    Folder.objects.filter(pk=folder.pk).delete()
    record(action="media.folder_deleted", actor=actor, obj=folder, before={"name": folder.name})


def _name(name: str) -> str:
    text = checked_line(name, field="name", longest=LONGEST_FOLDER, is_needed=True)
    if "/" in text or "\\" in text:
        raise InvalidMedia(_("A folder's name holds no slashes."), field="name")
    return text


def _locked(folder_id: UUID) -> Folder:
    folder = Folder.objects.select_for_update().filter(pk=folder_id).first()
    if folder is None:
        raise UnknownFolder
    return folder


def _parent(parent_id: UUID | None) -> Folder | None:
    return None if parent_id is None else _locked(parent_id)


def _save(folder: Folder, *, is_new: bool = False) -> None:
    try:
        with transaction.atomic():
            folder.save(force_insert=is_new)
    except IntegrityError as error:
        raise InvalidMedia(_("There is a folder of this name."), field="name") from error
