"""Sets what a shop says in its own words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Final

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.i18n.errors import InvalidWording
from kernel.i18n.languages import NAMES
from kernel.i18n.models import LONGEST_MSGID, LONGEST_WORDING, Wording
from kernel.i18n.services.offering import begin_change, offer_again
from kernel.i18n.words import has_word

MOST_WORDINGS: Final = 5_000
_PLACE: Final = re.compile(r"%(?:\((\w+)\)[sd]|[sd%])")
_LONE: Final = re.compile(r"%(?!\(\w+\)[sd]|[sd%])")
# Templates put these texts where they stand, attributes included, as they are.
_REFUSED: Final = frozenset('<>"\x00')


@transaction.atomic
def set_wordings(language: str, words: Mapping[str, str], *, actor: Actor) -> int:
    """Say some texts of the program in words of the shop; return how many changed.

    An empty text takes the shop's words away again. All are taken, or none.

    Raises:
        InvalidWording: a text is none of the program's, or its words leave out or add
            something that is filled in, or hold signs that pages cannot take.
    """
    if language not in NAMES:
        raise InvalidWording(_("This language is not known."), field="language")
    told = {msgid: " ".join(text.split()) for msgid, text in words.items()}
    for msgid, text in told.items():
        _check(msgid, text)
    begin_change()
    rows = Wording.objects.filter(language=language, msgid__in=list(told))
    before = dict(rows.values_list("msgid", "text"))
    changed = {msgid: text for msgid, text in told.items() if before.get(msgid, "") != text}
    if not changed:
        return 0
    if Wording.objects.count() + len(changed) > MOST_WORDINGS:
        raise InvalidWording(_("These are too many."), field="words")
    gone = [msgid for msgid, text in changed.items() if not text]
    Wording.objects.filter(language=language, msgid__in=gone).delete()
    Wording.objects.bulk_create(
        [
            Wording(language=language, msgid=msgid, text=text, changed_at=Now())
            for msgid, text in changed.items()
            if text
        ],
        update_conflicts=True,
        unique_fields=["language", "msgid"],
        update_fields=["text", "changed_at"],
    )
    record(
        action="i18n.words_changed",
        actor=actor,
        obj=("language", language),
        before={msgid: before.get(msgid, "") for msgid in changed},
        after=changed,
    )
    offer_again()
    return len(changed)


def _check(msgid: str, text: str) -> None:
    if len(msgid) > LONGEST_MSGID or not has_word(msgid):
        raise InvalidWording(_("The program says nothing like this."), field=msgid[:80])
    if len(text) > LONGEST_WORDING:
        told = _("At most %(longest)d characters are expected.") % {"longest": LONGEST_WORDING}
        raise InvalidWording(told, field=msgid[:80])
    if _REFUSED & set(text):
        told = _("The signs < > and straight double quotes cannot stand here.")
        raise InvalidWording(told, field=msgid[:80])
    if text and _places(text) != _places(msgid):
        told = _("Keep what stands for something else, as it is: %(places)s")
        places = " ".join(sorted(_places(msgid))) or "—"
        raise InvalidWording(told % {"places": places}, field=msgid[:80])


def _places(text: str) -> Counter[str]:
    found = Counter(match[0] for match in _PLACE.finditer(text) if match[0] != "%%")
    # A lone percent sign is harmless only where nothing is filled in.
    if found and _LONE.search(text):
        found["%"] += 1
    return found
