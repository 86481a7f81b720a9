"""Programs that use the admin API in a shop's name: what they may do, and how they are known.

A program is no person. It holds permissions like a role does, and shows a key instead
of a session. Whoever keeps the keys says how one is read, with `set_reader`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Final, TypeAlias
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kernel.access.permissions import ALL
from kernel.access.scopes import Extent
from kernel.common.errors import DomainError

FOR_PEOPLE: Final = ("staff.", "keys.", "modules.", "domains.", "provider.", "rewards.approve")
"""How permissions begin that no program can hold.

Who has them could give himself all others, or be a second person to himself.
"""


class ProgramRefused(DomainError):
    """A key that nobody has, that has expired, or that was revoked."""

    code = "access.key_refused"
    status = 401
    title = _("This API key is not accepted.")


class AddressRefused(DomainError):
    """The key may not be used from the caller's address."""

    code = "access.address_refused"
    status = 403
    title = _("This API key may not be used from this address.")


class ScopeMissing(DomainError):
    """The key lacks what the operation asks for; ``scope`` names it."""

    code = "access.scope_missing"
    status = 403
    title = _("This API key lacks a scope.")


@dataclass(frozen=True, slots=True)
class Program:
    """What shows a valid key, for the length of a request.

    Attributes:
        permissions: the scopes of the key.
        a_minute: how many requests it may send in a minute.
    """

    pk: UUID
    public_id: str
    name: str
    permissions: frozenset[str]
    a_minute: int

    is_authenticated: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False

    def may(self, permission: str) -> bool:
        """Tell whether the key has a scope."""
        return permission in self.permissions and permission != ALL

    def extent_of(self, _permission: str) -> Extent | None:
        """Return what a scope holds for: everything."""
        return None


Reader: TypeAlias = Callable[[HttpRequest, str], Program]
_readers: list[Reader] = []


def set_reader(reader: Reader) -> None:
    """Say who reads keys: the request and the key's text to a program, or `ProgramRefused`."""
    _readers[:] = [reader]


def program_of(request: HttpRequest) -> Program | None:
    """Return the program that asks; None when the request shows no key.

    Raises:
        ProgramRefused: it shows one that is not valid.
        AddressRefused: it comes from elsewhere than the key may be used from.
    """
    scheme, _space, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not _readers:
        return None
    return _readers[0](request, key.strip())
