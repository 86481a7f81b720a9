"""Pictures as evidence: checked by their content, shown as WebP without what cameras wrote."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from kernel.aftersales.errors import InvalidCase
from kernel.aftersales.events import CasePictureAdded, aggregate_of
from kernel.aftersales.models import CaseEntry, CasePicture
from kernel.catalogue.errors import InvalidPicture
from kernel.catalogue.images import inspect, renditions_of
from kernel.common.outbox.publishing import publish
from kernel.tenancy.context import bind_context

MOST_PICTURES: Final = 6
LARGEST_PICTURE: Final = 10 * 1024 * 1024


def check_pictures(contents: Sequence[bytes]) -> None:
    """Check what somebody sends along.

    Raises:
        InvalidCase: too many, one too large, or no picture.
    """
    if len(contents) > MOST_PICTURES:
        text = _("At most %(number)s pictures can be added.") % {"number": MOST_PICTURES}
        raise InvalidCase(text, field="pictures")
    for content in contents:
        if len(content) > LARGEST_PICTURE:
            raise InvalidCase(_("A picture may have at most 10 MB."), field="pictures")
        try:
            inspect(content)
        except InvalidPicture as refusal:
            raise InvalidCase(str(refusal), field="pictures") from refusal


def keep_pictures(entry: CaseEntry, contents: Sequence[bytes]) -> None:
    """Keep pictures that were checked; runs inside the caller's transaction."""
    for position, content in enumerate(contents):
        row = CasePicture(entry=entry, position=position)
        name = f"aftersales/{entry.case_id.hex}/{row.id.hex}.{inspect(content).extension}"
        row.file = default_storage.save(name, ContentFile(content))
        row.save(force_insert=True)
        publish(CasePictureAdded(picture_id=row.id), aggregate=aggregate_of(entry.case_id))


@transaction.atomic
def render_picture(picture_id: UUID) -> None:
    """Make a picture fit to be shown; done again it is the same, gone nothing is done."""
    row = CasePicture.objects.select_for_update().filter(pk=picture_id).exclude(file="").first()
    if row is None:
        return
    came = row.file
    with default_storage.open(came) as file:
        content = file.read()
    try:
        made = renditions_of(content)
    except InvalidPicture:
        made = {}
    stem = came.rpartition(".")[0]
    row.renditions = {
        str(width): default_storage.save(f"{stem}-{width}.webp", ContentFile(data))
        for width, data in made.items()
    }
    row.file = ""
    row.save(update_fields=["renditions", "file"])
    transaction.on_commit(bind_context(partial(default_storage.delete, came)), robust=True)


def drop_pictures(case_ids: Sequence[UUID]) -> None:
    """Delete the pictures of cases, files and rows."""
    rows = list(CasePicture.objects.filter(entry__case__in=case_ids))
    names = [name for row in rows for name in (row.file, *row.renditions.values()) if name]
    CasePicture.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for name in names:
        transaction.on_commit(bind_context(partial(default_storage.delete, name)), robust=True)
