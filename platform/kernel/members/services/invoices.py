"""Keeps whom members want invoices made out to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kernel.members.choices import InvoiceKind
from kernel.members.errors import InvalidInvoiceProfile, NotKept, TooMany
from kernel.members.models import InvoiceProfile, Member
from kernel.members.normal import normal_phone, shown_text

MOST_PROFILES: Final = 20
_TAX_NUMBER: Final = re.compile(r"[0-9A-Z-]{5,32}", re.ASCII)
_ACCOUNT: Final = re.compile(r"[0-9A-Z]{4,40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Invoicee:
    """Whom an invoice is made out to, as somebody wrote it."""

    kind: InvoiceKind
    title: str
    tax_number: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    bank: str = ""
    bank_account: str = ""


def invoice_profiles_of(member_id: UUID) -> QuerySet[InvoiceProfile]:
    """Return a member's invoice profiles, the default first, then the latest."""
    return InvoiceProfile.objects.filter(member_id=member_id).order_by(
        "-is_default", "-created_at", "-id"
    )


@transaction.atomic
def save_invoice_profile(
    member_id: UUID,
    invoicee: Invoicee,
    *,
    profile_id: UUID | None = None,
    is_default: bool = False,
    now: datetime,
) -> InvoiceProfile:
    """Keep one profile more, or change one; the first one is the default.

    Raises:
        InvalidInvoiceProfile: no invoice can be made out to it.
        NotKept: the profile is not his.
        TooMany: twenty are kept already.
    """
    columns = _checked(invoicee)
    Member.objects.select_for_update(no_key=True).get(pk=member_id)
    kept = InvoiceProfile.objects.filter(member_id=member_id)
    if profile_id is None:
        if kept.count() >= MOST_PROFILES:
            raise TooMany(limit=MOST_PROFILES)
        profile = InvoiceProfile(member_id=member_id, created_at=now)
        is_default = is_default or not kept.exists()
    else:
        profile = _own(member_id, profile_id)
    if is_default:
        kept.exclude(pk=profile.pk).filter(is_default=True).update(is_default=False)
    for column, value in columns.items():
        setattr(profile, column, value)
    profile.is_default = is_default or profile.is_default
    profile.save()
    return profile


@transaction.atomic
def remove_invoice_profile(member_id: UUID, profile_id: UUID) -> None:
    """Forget a profile.

    Raises:
        NotKept: it is not his.
    """
    _own(member_id, profile_id).delete()


def _own(member_id: UUID, profile_id: UUID) -> InvoiceProfile:
    profile = InvoiceProfile.objects.filter(pk=profile_id, member_id=member_id).first()
    if profile is None:
        raise NotKept
    return profile


def _checked(invoicee: Invoicee) -> dict[str, str]:
    tax_number = invoicee.tax_number.strip().upper()
    if invoicee.kind is InvoiceKind.COMPANY and not tax_number:
        raise _invalid("tax_number", _("A company has a tax number."))
    if tax_number and not _TAX_NUMBER.fullmatch(tax_number):
        raise _invalid("tax_number", _("This is no tax number."))
    account = re.sub(r"\s", "", invoicee.bank_account).upper()
    if account and not _ACCOUNT.fullmatch(account):
        raise _invalid("bank_account", _("This is no account number."))
    return {
        "kind": invoicee.kind,
        "title": _line("title", invoicee.title, longest=120, optional=False),
        "tax_number": tax_number,
        "email": _email(invoicee.email),
        "phone": _phone(invoicee.phone),
        "address": _line("address", invoicee.address, longest=200),
        "bank": _line("bank", invoicee.bank, longest=120),
        "bank_account": account,
    }


def _email(text: str) -> str:
    email = text.strip().lower()
    try:
        if email:
            validate_email(email)
    except ValidationError as error:
        raise _invalid("email", _("This is no e-mail address.")) from error
    return email


def _phone(text: str) -> str:
    # Companies write landlines with extensions; the tax office wants them as written.
    phone = re.sub(r"[^\d+() -]", "", text).strip()
    return normal_phone(phone) or phone[:20]


def _line(field: str, text: str, *, longest: int, optional: bool = True) -> str:
    line = shown_text(text, longest=longest)
    if line is None:
        raise _invalid(
            field, _("At most %(count)s characters that can be shown.") % {"count": longest}
        )
    if not line and not optional:
        raise _invalid(field, _("Please fill this in."))
    return line


def _invalid(field: str, text: str) -> InvalidInvoiceProfile:
    return InvalidInvoiceProfile(text, field=field)
