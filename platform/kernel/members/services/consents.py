"""Publishes texts that members agree to, and keeps what they said to which version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.members.choices import ConsentKind
from kernel.members.errors import InvalidMember, UnknownDocument
from kernel.members.locks import lock_names
from kernel.members.models import Consent, ConsentDocument

LONGEST_TITLE: Final = 120
LONGEST_TEXT: Final = 60_000


@transaction.atomic
def publish_document(
    kind: ConsentKind,
    texts: Mapping[str, Mapping[str, str]],
    *,
    is_required: bool,
    actor: Actor,
    now: datetime,
) -> ConsentDocument:
    """Publish the next version of a text; members are asked anew.

    Args:
        kind: which text.
        texts: language code to ``title`` and ``body``.
        is_required: whether members must agree.
        actor: who publishes.
        now: the moment.
    """
    lock_names([f"document:{kind.value}"])
    latest = ConsentDocument.objects.filter(kind=kind).aggregate(latest=Max("version"))["latest"]
    document = ConsentDocument.objects.create(
        kind=kind,
        version=(latest or 0) + 1,
        texts={code: dict(text) for code, text in texts.items()},
        is_required=is_required,
        published_at=now,
    )
    record(
        action="members.document_published",
        actor=actor,
        obj=document,
        after={"kind": kind.value, "version": document.version},
        now=now,
    )
    return document


@transaction.atomic
def translate_document(
    document_id: UUID,
    language: str,
    told: Mapping[str, str],
    *,
    actor: Actor,
    now: datetime,
) -> ConsentDocument:
    """Say a text that is in force in a further language; nobody is asked anew.

    What stood there before and what stands there now is on record in full: members may
    have agreed to either.

    Args:
        document_id: of the newest version of a text.
        language: a further one of the shop.
        told: ``title`` and ``body``; an empty one is taken away.
        actor: who translates.
        now: the moment.

    Raises:
        UnknownDocument: there is no such text, or a newer version is in force.
        InvalidMember: a text is too long or cannot be shown.
    """
    row = ConsentDocument.objects.select_for_update().filter(pk=document_id).first()
    if row is None or row.pk not in {each.pk for each in current_documents()}:
        raise UnknownDocument
    before = dict(row.texts.get(language, {}))
    kept = {code: _legal_text(code, text) for code, text in told.items()}
    after = {code: text for code, text in {**before, **kept}.items() if text}
    if after == before:
        return row
    row.texts = {code: text for code, text in row.texts.items() if code != language}
    if after:
        row.texts[language] = after
    row.save(update_fields=["texts"])
    record(
        action="members.document_translated",
        actor=actor,
        obj=row,
        before={"language": language, **before},
        after={"language": language, **after},
        now=now,
    )
    return row


def _legal_text(code: str, text: str) -> str:
    longest = LONGEST_TITLE if code == "title" else LONGEST_TEXT
    if code not in {"title", "body"} or len(text) > longest or "\x00" in text:
        raise InvalidMember(field=code[:40])
    return text.strip()


def documents_in_force() -> QuerySet[ConsentDocument]:
    """Return the newest version of each text as a query that can be narrowed."""
    newest = ConsentDocument.objects.order_by("kind", "-version").distinct("kind")
    return ConsentDocument.objects.filter(pk__in=newest.values("pk"))


def current_documents() -> list[ConsentDocument]:
    """Return the newest version of each text; one query."""
    return list(ConsentDocument.objects.order_by("kind", "-version").distinct("kind"))


def say(
    member_id: UUID, kind: ConsentKind, *, version: int, is_given: bool, now: datetime
) -> Consent:
    """Keep what a member said to a version of a text; the latest counts.

    Raises:
        UnknownDocument: no such version was published.
    """
    if not ConsentDocument.objects.filter(kind=kind, version=version).exists():
        raise UnknownDocument
    return Consent.objects.create(
        member_id=member_id, kind=kind, version=version, is_given=is_given, said_at=now
    )


def consents_of(member_id: UUID) -> dict[str, Consent]:
    """Return the latest that a member said of each kind; one query."""
    rows = (
        Consent.objects.filter(member_id=member_id)
        .order_by("kind", "-said_at", "-id")
        .distinct("kind")
    )
    return {row.kind: row for row in rows}


def words_on(member_ids: Iterable[UUID], kind: ConsentKind) -> dict[UUID, bool]:
    """Return what members said last of something; who said nothing is left out. One query."""
    rows = Consent.objects.filter(member__in=list(member_ids), kind=kind)
    latest = rows.order_by("member_id", "-said_at", "-id").distinct("member_id")
    return dict(latest.values_list("member_id", "is_given"))


def allows(member_id: UUID, kind: ConsentKind) -> bool:
    """Tell whether a member's latest word on something was yes."""
    said = Consent.objects.filter(member_id=member_id, kind=kind).order_by("-said_at", "-id")
    return bool(said.values_list("is_given", flat=True).first())


def outstanding(member_id: UUID) -> list[ConsentDocument]:
    """Return the required texts whose newest version a member has not agreed to."""
    said = consents_of(member_id)
    return [
        document
        for document in current_documents()
        if document.is_required
        and not (
            (consent := said.get(document.kind))
            and consent.is_given
            and consent.version == document.version
        )
    ]
