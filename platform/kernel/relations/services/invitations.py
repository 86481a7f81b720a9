"""Codes by which members invite others."""

from __future__ import annotations

import secrets
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from kernel.relations.models import InviteCode

# Without letters and digits that are read one for another.
_LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"
CODE_LENGTH: Final = 8


def invite_code_of(member_id: UUID) -> str:
    """Return a member's code, made at the first call and his for good."""
    while True:
        known = InviteCode.objects.filter(member_id=member_id).first()
        if known is not None:
            return known.code
        code = "".join(secrets.choice(_LETTERS) for _letter in range(CODE_LENGTH))
        try:
            with transaction.atomic():
                InviteCode.objects.create(code=code, member_id=member_id)
        except IntegrityError:
            # Another request made one, or the code is somebody else's: look again.
            continue


def inviter(code: str) -> UUID | None:
    """Return who invites by a code, or None when nobody does whose account is open."""
    normal = code.strip().lower()
    if not is_code(normal):
        return None
    return (
        InviteCode.objects.filter(code=normal, member__is_active=True)
        .values_list("member_id", flat=True)
        .first()
    )


def is_code(text: str) -> bool:
    """Tell whether a text could be a code; asks nobody."""
    return len(text) == CODE_LENGTH and all(letter in _LETTERS for letter in text)
