"""Keeps the legal entities in whose names documents are issued."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.documents.choices import DocumentKind, InvoiceMoment
from kernel.documents.errors import InvalidEntity, NoEntity, UnknownEntity
from kernel.documents.models import Document, LegalEntity
from kernel.documents.providers import MANUAL, provider_choices

LANGUAGES: Final = ("zh-hans", "en")
_LENGTHS: Final = {
    "name": 120,
    "tax_number": 40,
    "registration": 80,
    "address": 300,
    "email": 254,
    "phone": 40,
    "bank": 120,
    "bank_account": 60,
    "footer": 500,
}
_PREFIX: Final = re.compile(r"[A-Za-z0-9/_-]{0,12}", re.ASCII)
_COUNTRY: Final = re.compile(r"([A-Z]{2})?", re.ASCII)
_DIGITS: Final = range(3, 11)


@dataclass(frozen=True, slots=True)
class EntityTerms:
    """A legal entity, as it is set; see `LegalEntity`."""

    name: str
    tax_number: str = ""
    registration: str = ""
    address: str = ""
    country: str = ""
    email: str = ""
    phone: str = ""
    bank: str = ""
    bank_account: str = ""
    footer: str = ""
    prefixes: Mapping[str, str] = field(default_factory=dict)
    digits: int = 6
    language: str = LANGUAGES[0]
    invoices: str = InvoiceMoment.NEVER.value
    takes_requests: bool = False
    provider: str = MANUAL
    is_default: bool = True


@transaction.atomic
def save_entity(terms: EntityTerms, *, entity_id: UUID | None = None, actor: Actor) -> LegalEntity:
    """Add a legal entity, or change one; the first is the default.

    Documents that were issued keep what stood on them. What numbers look like can be
    changed only while an entity has given none.

    Raises:
        InvalidEntity: a particular cannot be kept.
        UnknownEntity: there is none with this id.
    """
    kept = _checked(terms)
    # Locked together, so that one is the default at any time.
    known = {row.pk: row for row in LegalEntity.objects.select_for_update().order_by("pk")}
    if entity_id is not None and entity_id not in known:
        raise UnknownEntity
    row = known.get(entity_id, LegalEntity()) if entity_id else LegalEntity()
    before = None if entity_id is None else {name: getattr(row, name) for name in kept}
    if before is not None and Document.objects.filter(entity=row).exists():
        for name in ("prefixes", "digits"):
            if kept[name] != before[name]:
                text = _("Numbers were given already; how they look stays as it is.")
                raise InvalidEntity(text, field=name)
    others = [each for each in known.values() if each.pk != row.pk]
    kept["is_default"] = bool(kept["is_default"]) or not any(e.is_default for e in others)
    if kept["is_default"]:
        LegalEntity.objects.exclude(pk=row.pk).filter(is_default=True).update(is_default=False)
    for name, value in kept.items():
        setattr(row, name, value)
    row.save()
    record(action="documents.entity_saved", actor=actor, obj=row, before=before, after=kept)
    return row


def default_entity() -> LegalEntity:
    """Return in whose name documents are issued.

    Raises:
        NoEntity: nobody has said so yet.
    """
    row = LegalEntity.objects.filter(is_default=True).first()
    if row is None:
        raise NoEntity
    return row


def _checked(terms: EntityTerms) -> dict[str, object]:
    kept: dict[str, object] = asdict(terms)
    for name, longest in _LENGTHS.items():
        text = str(kept[name]).replace("\x00", "").strip()
        if len(text) > longest:
            fault = _("At most %(number)s letters can be kept.") % {"number": longest}
            raise InvalidEntity(fault, field=name)
        kept[name] = text
    if not kept["name"]:
        raise InvalidEntity(_("Please fill this in."), field="name")
    try:
        if kept["email"]:
            validate_email(str(kept["email"]))
    except ValidationError as error:
        raise InvalidEntity(_("This is no e-mail address."), field="email") from error
    kept["country"] = terms.country.strip().upper()
    kept["prefixes"] = {key: value for key, value in terms.prefixes.items() if value}
    faults = {
        "country": not _COUNTRY.fullmatch(str(kept["country"])),
        "prefixes": not set(terms.prefixes) <= set(DocumentKind.values)
        or not all(_PREFIX.fullmatch(str(each)) for each in terms.prefixes.values()),
        "digits": terms.digits not in _DIGITS,
        "language": terms.language not in LANGUAGES,
        "invoices": terms.invoices not in InvoiceMoment.values,
        "provider": terms.provider not in {code for code, _label in provider_choices()},
    }
    for name, is_wrong in faults.items():
        if is_wrong:
            raise InvalidEntity(_("This cannot be chosen."), field=name)
    return kept
