"""What people say of files and folders, as it is stored."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext as _

from kernel.i18n.languages import NAMES
from kernel.media.errors import InvalidMedia, UnknownFolder
from kernel.media.limits import LONGEST_ALT
from kernel.media.models import Folder


def checked_line(value: object, *, field: str, longest: int, is_needed: bool = False) -> str:
    """Return a text of one line.

    Raises:
        InvalidMedia: no text, too long, with control characters, or empty though needed.
    """
    text = " ".join(value.split()) if isinstance(value, str) else None
    if text is None or len(text) > longest or any(_is_hidden(letter) for letter in text):
        raise InvalidMedia(
            _("A text of at most %(number)s characters is expected.") % {"number": longest},
            field=field,
        )
    if is_needed and not text:
        raise InvalidMedia(_("This is needed."), field=field)
    return text


def checked_alt(value: object) -> str:
    """Return a text for those who do not see a picture.

    Raises:
        InvalidMedia: as `checked_line`.
    """
    return checked_line(value, field="alt", longest=LONGEST_ALT)


def checked_alts(values: Mapping[str, object]) -> dict[str, str]:
    """Return texts by language, without empty ones.

    Raises:
        InvalidMedia: as `checked_line`, or an unknown language.
    """
    if set(values) - set(NAMES):
        raise InvalidMedia(_("This language is not known."), field="alts")
    texts = {
        code: checked_line(text, field="alts", longest=LONGEST_ALT) for code, text in values.items()
    }
    return {code: text for code, text in texts.items() if text}


def folder_with(folder_id: UUID | None) -> Folder | None:
    """Return a folder that stays until the transaction ends; None for the top.

    Raises:
        UnknownFolder: there is none.
    """
    if folder_id is None:
        return None
    folder = Folder.objects.select_for_update(no_key=True).filter(pk=folder_id).first()
    if folder is None:
        raise UnknownFolder
    return folder


def _is_hidden(letter: str) -> bool:
    return unicodedata.category(letter) in {"Cc", "Cs", "Co"}
