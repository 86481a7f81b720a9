"""Pictures as evidence in cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.aftersales.errors import InvalidCase
from kernel.aftersales.events import CasePictureAdded, aggregate_of
from kernel.aftersales.models import CaseEntry, CasePicture
from kernel.catalogue.sent import drop_sent, keep_sent, rendered
from kernel.common.outbox.publishing import publish

PICTURE_USE: Final = "aftersales.picture"


def keep_pictures(entry: CaseEntry, contents: Sequence[bytes]) -> None:
    """Keep pictures that were checked; runs inside the caller's transaction."""
    for position, content in enumerate(contents):
        row = CasePicture(entry=entry, position=position)
        row.file = keep_sent(PICTURE_USE, row.id, content, refusal=InvalidCase)
        row.save(force_insert=True)
        publish(CasePictureAdded(picture_id=row.id), aggregate=aggregate_of(entry.case_id))


@transaction.atomic
def render_picture(picture_id: UUID) -> None:
    """Make a picture fit to be shown; done again it is the same, gone nothing is done."""
    row = CasePicture.objects.filter(pk=picture_id).exclude(file="").first()
    if row is None:
        return
    made = rendered(row.file)
    waiting = CasePicture.objects.select_for_update().filter(pk=picture_id, file=row.file).first()
    if waiting is None:
        return
    waiting.renditions, waiting.file = made, ""
    waiting.save(update_fields=["renditions", "file"])


def drop_pictures(case_ids: Sequence[UUID]) -> None:
    """Delete the pictures of cases, files and rows."""
    rows = CasePicture.objects.filter(entry__case__in=case_ids)
    keys = list(rows.values_list("pk", flat=True))
    drop_sent(PICTURE_USE, keys)
    CasePicture.objects.filter(pk__in=keys).delete()
