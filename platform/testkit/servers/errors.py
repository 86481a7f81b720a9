"""Why a server could not be started, in words that name the cure."""

from __future__ import annotations


class ServerRefused(Exception):
    """A server cannot be used as it is; the message says why and what mends it."""
