"""Synonyms and hot words, as staff look after them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.outbox.publishing import publish
from kernel.search.errors import InvalidWords, UnknownWords
from kernel.search.events import SearchWordsChanged
from kernel.search.models import HotWord, Synonym
from kernel.search.words import LONGEST, fold, query_of

MOST_GROUPS: Final = 500
MOST_PHRASES: Final = 20
MOST_HOT_WORDS: Final = 20
_FEWEST: Final = 2


@transaction.atomic
def add_synonyms(phrases: Sequence[str], *, actor: Actor, now: datetime) -> Synonym:
    """Let words and phrases find the same; searches heed it at once.

    Raises:
        InvalidWords: they are too few or too many, or there are too many groups.
    """
    if Synonym.objects.count() >= MOST_GROUPS:
        text = _("At most %(number)s are kept.") % {"number": MOST_GROUPS}
        raise InvalidWords(text, field="phrases")
    row = Synonym(phrases=_phrases(phrases))
    row.save(force_insert=True)
    _tell("synonyms_added", row, actor, now=now, after={"phrases": row.phrases})
    return row


@transaction.atomic
def change_synonyms(
    synonym_id: UUID, phrases: Sequence[str], *, actor: Actor, now: datetime
) -> Synonym:
    """Change which words and phrases find the same.

    Raises:
        UnknownWords: there is no such group.
        InvalidWords: they are too few or too many.
    """
    row = _locked(synonym_id)
    before, row.phrases = row.phrases, _phrases(phrases)
    if before != row.phrases:
        row.save(update_fields=["phrases"])
        told = {"before": {"phrases": before}, "after": {"phrases": row.phrases}}
        _tell("synonyms_changed", row, actor, now=now, **told)
    return row


@transaction.atomic
def delete_synonyms(synonym_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Let words and phrases find the same no longer.

    Raises:
        UnknownWords: there is no such group.
    """
    row = _locked(synonym_id)
    _tell("synonyms_deleted", row, actor, now=now, before={"phrases": row.phrases})
    row.delete()


@transaction.atomic
def set_hot_words(words: Sequence[str], *, actor: Actor, now: datetime) -> list[HotWord]:
    """Propose these searches, in this order, and no others.

    Raises:
        InvalidWords: one is no search, or there are too many.
    """
    texts = list(_plain(words, field="words").values())
    if len(texts) > MOST_HOT_WORDS:
        text = _("At most %(number)s are kept.") % {"number": MOST_HOT_WORDS}
        raise InvalidWords(text, field="words")
    held = list(HotWord.objects.select_for_update().order_by("position", "pk"))
    before = [row.text for row in held]
    if before == texts:
        return held
    HotWord.objects.all().delete()
    rows = HotWord.objects.bulk_create(
        [HotWord(text=text, position=place) for place, text in enumerate(texts)]
    )
    obj = ("search.hotwords", "")
    told = {"before": {"words": before}, "after": {"words": texts}}
    _tell("hot_words_set", obj, actor, now=now, **told)
    return rows


def _phrases(phrases: Sequence[str]) -> list[str]:
    found = list(_plain(phrases, field="phrases").values())
    if not _FEWEST <= len(found) <= MOST_PHRASES:
        text = _("Between %(fewest)s and %(most)s different ones are expected.")
        raise InvalidWords(text % {"fewest": _FEWEST, "most": MOST_PHRASES}, field="phrases")
    return found


def _plain(words: Sequence[str], *, field: str) -> dict[str, str]:
    """Return words as they are shown, by their folded form."""
    found: dict[str, str] = {}
    for word in words:
        plain = " ".join(str(word).replace("\x00", " ").split())
        if not plain:
            continue
        if len(plain) > LONGEST or not query_of(plain):
            text = _("“%(word)s” is no word that can be searched for.")
            raise InvalidWords(text % {"word": plain[:LONGEST]}, field=field)
        found.setdefault(fold(plain), plain)
    return found


def _locked(synonym_id: UUID) -> Synonym:
    row = Synonym.objects.select_for_update().filter(pk=synonym_id).first()
    if row is None:
        raise UnknownWords
    return row


def _tell(
    change: str,
    obj: Synonym | tuple[str, str],
    actor: Actor,
    *,
    now: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    kind = "hot_words" if isinstance(obj, tuple) else "synonyms"
    publish(SearchWordsChanged(kind=kind), aggregate=f"search:{kind}")
    record(action=f"search.{change}", actor=actor, obj=obj, before=before, after=after, now=now)
