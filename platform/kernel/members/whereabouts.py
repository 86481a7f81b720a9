"""The request in which something happens, for those who note by what somebody signs in."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final

from django.http import HttpRequest

ANSWERED: Final[ContextVar[HttpRequest | None]] = ContextVar("members_answered", default=None)
"""Set while a storefront answers a request."""


def current_request() -> HttpRequest | None:
    """Return the request of a storefront that is being answered, if one is."""
    return ANSWERED.get()
