"""Makes fields up, and writes what stands in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, TypedDict
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.catalogue.models import Product
from kernel.catalogue.services.changes import tell
from kernel.fields.choices import FieldKind, Subject
from kernel.fields.errors import InvalidField, InvalidValues, UnknownField
from kernel.fields.models import OwnField, OwnValue
from kernel.fields.selectors import fields_of, values_of
from kernel.fields.values import Unfit, checked
from kernel.tenancy.context import current_tenant
from kernel.tenancy.ports import keep_offers

MOST_FIELDS: Final = 50
MOST_CHOICES: Final = 200
_LONGEST_NAME: Final = 80
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Told(TypedDict, total=False):
    """What may be said of a field."""

    name: str
    choices: Sequence[str]
    is_required: bool
    is_searchable: bool
    is_asked: bool
    position: int


@transaction.atomic
def add_field(subject: str, code: str, *, kind: str, told: Told, actor: Actor) -> OwnField:
    """Make a field up.

    Raises:
        InvalidField: its code is taken or none, its name is missing, or there are too many.
    """
    if subject not in Subject.values or kind not in FieldKind.values:
        raise InvalidField(field="kind")
    if not _CODE.fullmatch(code):
        text = _("A code begins with a small letter and has small letters, digits and _ alone.")
        raise InvalidField(text, field="code")
    if OwnField.objects.filter(subject=subject).count() >= MOST_FIELDS:
        raise InvalidField(_("At most %(n)s fields are kept.") % {"n": MOST_FIELDS}, field="code")
    row = OwnField(subject=subject, code=code, kind=kind)
    _take(row, told)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as taken:
        raise InvalidField(_("There is a field with this code."), field="code") from taken
    record(action="fields.added", actor=actor, obj=row, after=_told(row))
    _tell_asked()
    return row


@transaction.atomic
def change_field(field_id: UUID, told: Told, *, actor: Actor) -> OwnField:
    """Change a field; its code and kind stay, since values stand in it.

    Raises:
        UnknownField: there is none.
        InvalidField: as `add_field`.
    """
    row = OwnField.objects.select_for_update().filter(pk=field_id).first()
    if row is None:
        raise UnknownField
    before = _told(row)
    _take(row, told)
    row.save()
    record(action="fields.changed", actor=actor, obj=row, before=before, after=_told(row))
    _tell_asked()
    return row


@transaction.atomic
def delete_field(field_id: UUID, *, actor: Actor) -> None:
    """Delete a field and what stands in it.

    Raises:
        UnknownField: there is none.
    """
    row = OwnField.objects.select_for_update().filter(pk=field_id).first()
    if row is None:
        raise UnknownField
    record(action="fields.deleted", actor=actor, obj=row, before=_told(row))
    row.delete()
    _tell_asked()


@transaction.atomic
def set_values(
    subject: str, object_id: UUID, values: Mapping[str, object], *, actor: Actor
) -> dict[str, str]:
    """Write what stands in fields of an object; those that are not named stay.

    Raises:
        InvalidValues: a code is unknown, or a value does not fit; nothing is written then.
    """
    fields = {row.code: row for row in fields_of(subject)}
    told: dict[str, str] = {}
    invalid: dict[str, str] = {}
    for code, value in values.items():
        try:
            told[code] = checked(fields[code], value)
        except KeyError:
            invalid[code[:40]] = _("There is no such field.")
        except Unfit as fault:
            invalid[code] = str(fault)
    if invalid:
        raise InvalidValues(invalid=invalid)
    before = values_of(subject, [object_id]).get(object_id, {})
    changed = {code: text for code, text in told.items() if before.get(code, "") != text}
    _write({fields[code].pk: text for code, text in changed.items()}, object_id)
    if changed and subject == Subject.PRODUCT:
        _tell_product(object_id)
    if changed:
        record(
            action="fields.filled",
            actor=actor,
            obj=(subject, str(object_id)),
            before={code: before.get(code, "") for code in changed},
            after=changed,
        )
    return {**before, **told}


def _tell_product(product_id: UUID) -> None:
    """Publish that a product changed, so that its page is drawn anew."""
    product = Product.objects.filter(pk=product_id).first()
    if product is not None:
        tell(product, changed=["fields"])


def _tell_asked() -> None:
    """Have every process know of what buyers are asked, so that checkouts need not look."""
    rows = OwnField.objects.filter(is_asked=True).values_list("subject", flat=True)
    keep_offers(current_tenant().id, {"asks": frozenset(rows)})


def _write(values: Mapping[UUID, str], object_id: UUID) -> None:
    gone = [key for key, text in values.items() if not text]
    OwnValue.objects.filter(own_field__in=gone, object_id=object_id).delete()
    OwnValue.objects.bulk_create(
        [
            OwnValue(own_field_id=key, object_id=object_id, text=text)
            for key, text in values.items()
            if text
        ],
        update_conflicts=True,
        unique_fields=["own_field", "object_id"],
        update_fields=["text"],
    )


def _take(row: OwnField, told: Told) -> None:
    name = told.get("name", row.name).replace("\x00", "").strip()
    if not 0 < len(name) <= _LONGEST_NAME:
        raise InvalidField(_("A name is expected."), field="name")
    choices = [each.replace("\x00", "").strip() for each in told.get("choices", row.choices)]
    choices = list(dict.fromkeys(each for each in choices if each))
    if row.kind == FieldKind.CHOICE and not 0 < len(choices) <= MOST_CHOICES:
        text = _("Between 1 and %(most)s texts to choose from are expected.")
        raise InvalidField(text % {"most": MOST_CHOICES}, field="choices")
    row.name, row.choices = name, choices if row.kind == FieldKind.CHOICE else []
    row.is_required = told.get("is_required", row.is_required)
    row.is_searchable = told.get("is_searchable", row.is_searchable)
    row.is_asked = told.get("is_asked", row.is_asked)
    row.position = told.get("position", row.position)


def _told(row: OwnField) -> dict[str, object]:
    names = (
        *("subject", "code", "name", "kind", "choices"),
        *("is_required", "is_searchable", "is_asked"),
    )
    return {name: getattr(row, name) for name in names}
