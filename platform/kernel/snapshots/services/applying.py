"""Brings things of a template into the current shop, and takes them back."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.i18n.languages import SPOKEN
from kernel.snapshots.contract import Content, Files, Part, Piece, digest_of
from kernel.snapshots.errors import UnknownApplication
from kernel.snapshots.models import Application, AppliedPiece
from kernel.snapshots.registry import every_part, part_with
from kernel.snapshots.services.comparing import Carried, Difference, Kind, compare

Place = tuple[str, str]
Progress = Callable[[int, int], None]
_LONGEST_FAULT: Final = 300


def begin(source_id: UUID, name: str, version: int, *, actor: Actor) -> Application:
    """Note that a template's version is brought into the current shop."""
    row = Application.objects.create(
        source_id=source_id, source_name=name[:120], version=version, actor=asdict(actor)
    )
    record(
        action="snapshots.applied",
        actor=actor,
        obj=row,
        after={"template": row.source_name, "version": version},
    )
    return row


def bring(
    application: Application,
    carried: Carried,
    *,
    files: Files,
    actor: Actor,
    chosen: Collection[Place] | None = None,
    always: Collection[Place] = (),
    tell: Progress | None = None,
) -> None:
    """Bring the chosen things of a version; each wholly or not at all.

    What cannot be brought is noted with its reason, and does not keep the rest
    back. Called again after a kill it goes on: what was brought is there already.

    Args:
        application: see `begin`.
        carried: what the version holds.
        files: where the contents of its files are.
        actor: who brings it.
        chosen: part and key of what is wanted; None for what is new, or changed in
            the template alone.
        always: what is wanted besides, also over what the shop made its own.
        tell: told how many of how many are done.
    """
    done = set(
        AppliedPiece.objects.filter(application=application, fault={}).values_list("part", "key")
    )
    wanted = [
        item
        for item in compare(application.source_id, carried)
        if item.kind != Kind.SAME and (item.part, item.key) not in done
        if (item.is_chosen if chosen is None else (item.part, item.key) in chosen)
        or (item.part, item.key) in always
    ]
    # What others need goes last when it is taken away.
    wanted.sort(key=lambda item: item.kind == Kind.DROPPED)
    for number, item in enumerate(wanted, start=1):
        _bring_one(application, item, files=files, actor=actor)
        if tell is not None:
            tell(number, len(wanted))


def undo(application_id: UUID, *, files: Files, actor: Actor) -> tuple[int, int]:
    """Put back what stood in the current shop before an application.

    What was changed since stays as it is.

    Returns:
        How many things were put back, and how many stay.

    Raises:
        UnknownApplication: there is none, or it was undone.
    """
    with transaction.atomic():
        row = Application.objects.select_for_update().filter(pk=application_id).first()
        if row is None or row.undone_at is not None:
            raise UnknownApplication
        row.undone_at = utc_now()
        row.save(update_fields=["undone_at"])
        record(
            action="snapshots.undone",
            actor=actor,
            obj=row,
            after={"template": row.source_name, "version": row.version},
        )
    pieces = AppliedPiece.objects.filter(application=row, fault={}, is_undone=False)
    touched = set(pieces.values_list("part", flat=True))
    present = {part.code: _by_key(part) for part in every_part() if part.code in touched}
    put_back = stay = 0
    for piece in pieces.order_by("-id"):
        part = part_with(piece.part)
        here = present.get(piece.part, {}).get(piece.key)
        if part is None or _digest(here.content if here else None) != _digest(piece.after):
            stay += 1
            continue
        try:
            with transaction.atomic():
                _make_so(part, piece.key, piece.before, files=files, actor=actor)
                AppliedPiece.objects.filter(pk=piece.pk).update(is_undone=True)
        except DomainError as refusal:
            AppliedPiece.objects.filter(pk=piece.pk).update(fault=_told(refusal))
            stay += 1
        else:
            put_back += 1
    return put_back, stay


def _bring_one(application: Application, item: Difference, *, files: Files, actor: Actor) -> None:
    part = part_with(item.part)
    fault: dict[str, str] = {}
    row = AppliedPiece(
        application=application,
        part=item.part,
        key=item.key,
        label=item.label[:300],
        digest=digest_of(item.there) if item.there is not None else "",
        before=item.here,
    )
    AppliedPiece.objects.filter(application=application, part=item.part, key=item.key).delete()
    try:
        if part is None:
            fault = _said(lambda: _("This release does not know the part."))
        else:
            with transaction.atomic():
                _make_so(part, item.key, item.there, files=files, actor=actor)
                now = next(iter(part.pieces(None, [item.key])), None)
                row.after = now.content if now else None
                row.save()
    except DomainError as refusal:
        fault = _told(refusal)
    if fault:
        row.fault, row.after = fault, None
        row.save(force_insert=True)


def _make_so(part: Part, key: str, content: Content | None, *, files: Files, actor: Actor) -> None:
    if content is None:
        part.drop(key, actor=actor)
    else:
        part.put(key, content, files=files, actor=actor)


def _by_key(part: Part) -> dict[str, Piece]:
    return {piece.key: piece for piece in part.pieces(None)}


def _digest(content: Content | None) -> str:
    return "" if content is None else digest_of(content)


def _told(refusal: DomainError) -> dict[str, str]:
    return _said(lambda: str(refusal))


def _said(words: Callable[[], str]) -> dict[str, str]:
    """Return a sentence in each language that consoles speak: who reads it is not who asked."""
    found = {}
    for language in SPOKEN:
        with translation.override(language):
            found[language] = words()[:_LONGEST_FAULT]
    return found
