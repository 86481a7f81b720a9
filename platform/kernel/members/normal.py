"""One form for what people type."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from kernel.members.choices import Proof
from kernel.members.errors import InvalidMember

LONGEST_NAME: Final = 80
_LONGEST_LOGIN: Final = 254
_MAINLAND_MOBILE: Final = re.compile(r"1[3-9]\d{9}", re.ASCII)
_INTERNATIONAL: Final = re.compile(r"\+[1-9]\d{7,14}", re.ASCII)
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co"})


def normal_login(text: str) -> str:
    """Return an e-mail address or telephone number in the one form that is stored.

    Eleven digits of a mainland mobile number get ``+86``.

    Raises:
        InvalidMember: neither of the two.
    """
    login = unicodedata.normalize("NFKC", text).strip()
    if "@" in login:
        try:
            validate_email(login)
        except ValidationError as error:
            raise invalid("login", _("This is no e-mail address.")) from error
        if len(login) > _LONGEST_LOGIN:
            raise invalid("login", _("This is no e-mail address."))
        return login.lower()
    if number := _number(login):
        return number
    raise invalid("login", _("An e-mail address or a telephone number is expected."))


def normal_phone(text: str) -> str:
    """Return a telephone number as ``+`` and digits, or an empty text when it is none."""
    return _number(unicodedata.normalize("NFKC", text).strip())


def proof_of(login: str) -> Proof:
    """Return what a login in its stored form is."""
    return Proof.EMAIL if "@" in login else Proof.PHONE


def shown_text(text: str, *, longest: int) -> str | None:
    """Return a line that people will read, in its stored form; None when it is unfit."""
    line = unicodedata.normalize("NFC", text).strip()
    hidden = any(unicodedata.category(letter) in _HIDDEN for letter in line)
    return None if hidden or len(line) > longest else line


def checked_name(text: str) -> str:
    """Return a member's name in its stored form.

    Raises:
        InvalidMember: empty, too long, or with letters that do not show.
    """
    name = shown_text(text, longest=LONGEST_NAME)
    if not name:
        raise invalid("name", _("A name has 1 to 80 characters that can be shown."))
    return name


def invalid(field: str, text: str) -> InvalidMember:
    """Return the refusal of one field."""
    return InvalidMember(text, field=field)


def _number(text: str) -> str:
    number = re.sub(r"[\s().-]", "", text)
    if _MAINLAND_MOBILE.fullmatch(number):
        return f"+86{number}"
    return number if _INTERNATIONAL.fullmatch(number) else ""
