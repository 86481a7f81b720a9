"""What can be done with members, by area. The names that many need stand here."""

from __future__ import annotations

from kernel.members.normal import normal_login
from kernel.members.services.accounts import register_member, sign_in
from kernel.members.services.sessions import (
    SESSION_LIFETIME,
    SignedIn,
    current_member,
    open_session,
    sign_out,
)

__all__ = [
    "SESSION_LIFETIME",
    "SignedIn",
    "current_member",
    "normal_login",
    "open_session",
    "register_member",
    "sign_in",
    "sign_out",
]
