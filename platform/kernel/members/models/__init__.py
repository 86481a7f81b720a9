"""Members and what is theirs."""

from __future__ import annotations

from kernel.members.models.belongings import (
    Address,
    Consent,
    ConsentDocument,
    Favourite,
    Footprint,
    InvoiceProfile,
    MemberTag,
)
from kernel.members.models.identity import (
    Identity,
    MailboxMessage,
    OneTimeCode,
    ProviderBinding,
)
from kernel.members.models.member import Member, MemberPolicy, MemberSession

__all__ = [
    "Address",
    "Consent",
    "ConsentDocument",
    "Favourite",
    "Footprint",
    "Identity",
    "InvoiceProfile",
    "MailboxMessage",
    "Member",
    "MemberPolicy",
    "MemberSession",
    "MemberTag",
    "OneTimeCode",
    "ProviderBinding",
]
