"""Large files go straight to the storage, by a form that takes this one file and no other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.common.ids import uuid7
from kernel.media.errors import InvalidAsset, InvalidMedia, NotUploaded, UnknownUpload
from kernel.media.limits import LARGEST, LONGEST_NAME, UPLOAD_TIME
from kernel.media.models import Upload
from kernel.media.names import UPLOADS
from kernel.media.services.adding import Added, keep, look_at
from kernel.media.services.checking import checked_line, folder_with
from kernel.media.services.files import SWEEPING, delete_later
from kernel.media.services.quota import change_room, take_room
from kernel.tenancy.schedules import ask
from kernel.tenancy.storage import UploadForm, upload_form


@dataclass(frozen=True, slots=True)
class Ticket:
    """Leave to send one file.

    Attributes:
        form: where it goes, with the fields that stand before the file.
    """

    upload: Upload
    form: UploadForm


@transaction.atomic
def begin_upload(
    name: str, size: int, *, actor: Actor, now: datetime, folder_id: UUID | None = None
) -> Ticket:
    """Keep room for a file, and say where to send it; nothing is known of its content yet.

    Raises:
        InvalidMedia: no usable name, or too large for any kind of file.
        UnknownFolder: there is no such folder.
        StorageFull: the shop has no room for it.
    """
    text = checked_line(name, field="name", longest=LONGEST_NAME, is_needed=True)
    if not 0 < size <= LARGEST:
        raise InvalidMedia(
            _("A file may have at most %(number)s MB.") % {"number": LARGEST // 1024**2},
            field="size",
        )
    new = uuid7()
    upload = Upload.objects.create(
        id=new,
        name=text,
        folder=folder_with(folder_id),
        file=f"{UPLOADS}/{new.hex}",
        bytes=size,
        asked_by=str(actor)[:300],
        expires_at=now + UPLOAD_TIME,
    )
    ask(SWEEPING, upload.expires_at)
    form = upload_form(upload.file, largest=size, seconds=int(UPLOAD_TIME.total_seconds()))
    take_room(size)
    return Ticket(upload, form)


def finish_upload(upload_id: UUID, *, actor: Actor, now: datetime) -> Added:
    """Take what arrived into the library; what cannot be kept is deleted.

    Asked again the upload is unknown; the file is in the library then.

    Raises:
        UnknownUpload: there is none of this person, or its time is over.
        NotUploaded: nothing has arrived.
        InvalidAsset: nothing that is kept, or not what it says.
        ScanFailed: it could not be looked through for viruses; it can be asked again.
        StorageFull: the shop has no room for it.
    """
    row = _upload(upload_id, actor=actor, now=now)
    if not default_storage.exists(row.file):
        raise NotUploaded
    size = default_storage.size(row.file)
    with default_storage.open(row.file) as file:
        if size > row.bytes:
            _close(row)
            raise InvalidMedia(_("The file is larger than was said."), field="size")
        try:
            looked = look_at(file, name=row.name, size=size)
        except InvalidAsset:
            _close(row)
            raise
        with transaction.atomic():
            _close(row)
            return keep(looked, name=row.name, actor=actor, folder_id=row.folder_id)


def cancel_upload(upload_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Give up an upload; what has arrived is deleted.

    Raises:
        UnknownUpload: there is none of this person, or its time is over.
    """
    _close(_upload(upload_id, actor=actor, now=now))


def _upload(upload_id: UUID, *, actor: Actor, now: datetime) -> Upload:
    rows = Upload.objects.filter(pk=upload_id, asked_by=str(actor)[:300], expires_at__gt=now)
    row = rows.first()
    if row is None:
        raise UnknownUpload
    return row


@transaction.atomic
def _close(row: Upload) -> None:
    """Give the room back; of two that close one upload one does."""
    gone, _by_table = Upload.objects.filter(pk=row.pk).delete()
    if not gone:
        raise UnknownUpload
    change_room(-row.bytes)
    delete_later([row.file])
