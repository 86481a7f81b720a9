"""Makes forms up, field by field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.outbox.publishing import publish
from kernel.forms.document import MOST_FIELDS, Ask, asks_of, checked_ask, free_key, texts_of
from kernel.forms.errors import FormInUse, InvalidForm, UnknownForm
from kernel.forms.events import FormChanged
from kernel.forms.models import Form, Submission

MOST_FORMS: Final = 200
LONGEST_NAME: Final = 80
LONGEST_THANKS: Final = 1_000
_CODE: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FormTold:
    """What is said of a form as a whole."""

    code: str
    names: Mapping[str, str]
    thanks: Mapping[str, str] = field(default_factory=dict)
    is_open: bool = True
    is_once: bool = False
    tells_staff: bool = True


@transaction.atomic
def create_form(told: FormTold, *, actor: Actor) -> Form:
    """Make a form without fields.

    Raises:
        InvalidForm: its short name is taken or none, its name is missing, or there are too many.
    """
    if Form.objects.count() >= MOST_FORMS:
        raise InvalidForm(_("At most %(n)s forms are kept.") % {"n": MOST_FORMS})
    row = Form()
    _take(row, told)
    _save(row)
    record(action="forms.created", actor=actor, obj=row, after=_told(row))
    return row


@transaction.atomic
def change_form(form_id: UUID, told: FormTold, *, actor: Actor) -> Form:
    """Change what is said of a form as a whole; its fields stay.

    Raises:
        UnknownForm: there is none.
        InvalidForm: as `create_form`.
    """
    row = _locked(form_id)
    before = _told(row)
    _take(row, told)
    _save(row)
    record(action="forms.changed", actor=actor, obj=row, before=before, after=_told(row))
    return row


@transaction.atomic
def delete_form(form_id: UUID, *, actor: Actor) -> None:
    """Delete a form with which nothing was sent.

    Raises:
        UnknownForm: there is none.
        FormInUse: something was sent.
    """
    row = _locked(form_id)
    if Submission.objects.filter(form=row).exists():
        raise FormInUse
    record(action="forms.deleted", actor=actor, obj=row, before=_told(row))
    _tell(row)
    row.delete()


@transaction.atomic
def put_field(form_id: UUID, ask: Ask, *, actor: Actor) -> Ask:
    """Change the field that has this key; one without a key comes last, with a key of its own.

    Raises:
        UnknownForm: there is no such form, or none of its fields has the key.
        InvalidForm: the field cannot be kept, or there are too many.
    """
    row = _locked(form_id)
    asks = asks_of(row.fields)
    keys = [each.key for each in asks]
    if not ask.key:
        if len(asks) >= MOST_FIELDS:
            raise InvalidForm(_("At most %(n)s fields are kept.") % {"n": MOST_FIELDS})
        ask = checked_ask(replace(ask, key=free_key(keys, "f")))
        asks.append(ask)
    elif ask.key in keys:
        ask = checked_ask(ask)
        asks[keys.index(ask.key)] = ask
    else:
        raise UnknownForm
    _keep(row, asks, actor)
    return ask


@transaction.atomic
def move_field(form_id: UUID, key: str, *, by: int, actor: Actor) -> None:
    """Move a field by so many places; at the ends it stays.

    Raises:
        UnknownForm: there is no such form or field.
    """
    row = _locked(form_id)
    asks = asks_of(row.fields)
    place = _place(asks, key)
    asks.insert(max(0, place + by), asks.pop(place))
    _keep(row, asks, actor)


@transaction.atomic
def remove_field(form_id: UUID, key: str, *, actor: Actor) -> None:
    """Remove a field; what was answered to it stays with what was sent.

    Raises:
        UnknownForm: there is no such form or field.
    """
    row = _locked(form_id)
    asks = asks_of(row.fields)
    del asks[_place(asks, key)]
    _keep(row, asks, actor)


def _place(asks: list[Ask], key: str) -> int:
    for place, each in enumerate(asks):
        if each.key == key:
            return place
    raise UnknownForm


def _keep(row: Form, asks: list[Ask], actor: Actor) -> None:
    before = _told(row)
    row.fields = [each.document() for each in asks]
    row.save(update_fields=["fields"])
    record(action="forms.changed", actor=actor, obj=row, before=before, after=_told(row))
    _tell(row)


def _locked(form_id: UUID) -> Form:
    row = Form.objects.select_for_update().filter(pk=form_id).first()
    if row is None:
        raise UnknownForm
    return row


def _take(row: Form, told: FormTold) -> None:
    if not _CODE.fullmatch(told.code):
        raise InvalidForm(
            _("A short name begins with a small letter and has small letters, digits and - alone."),
            field="code",
        )
    row.code = told.code
    row.names = texts_of(told.names, part="names", longest=LONGEST_NAME, required=True)
    row.thanks = texts_of(told.thanks, part="thanks", longest=LONGEST_THANKS, required=False)
    row.is_open, row.is_once, row.tells_staff = told.is_open, told.is_once, told.tells_staff


def _save(row: Form) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as taken:
        raise InvalidForm(_("There is a form with this short name."), field="code") from taken
    _tell(row)


def _tell(row: Form) -> None:
    publish(FormChanged(form_id=row.id), aggregate=f"form:{row.id.hex}")


def _told(row: Form) -> dict[str, Any]:
    names = ("code", "names", "thanks", "is_open", "is_once", "tells_staff", "fields")
    return {name: getattr(row, name) for name in names}
