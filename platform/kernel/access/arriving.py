"""Lets somebody who was invited choose a first password, by a link from a letter.

The link is signed and stored nowhere: it names the person and the password that another
chose, so it is over once a password of one's own was set.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.access.models import Staff, present_staff
from kernel.access.services import set_own_password
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.errors import DomainError
from kernel.tenancy.signing import BadSignature, dumps, loads

GOOD_FOR: Final = timedelta(days=7)
_SALT: Final = "kernel.access.arriving"


class ArrivalOver(DomainError):
    """The link was used, has expired, or never was one."""

    code = "access.arrival_over"
    status = 410
    title = gettext_lazy("This invitation is no longer valid. Ask for a new one.")


def arrival_token(person: Staff) -> str:
    """Return what the link for somebody ends with; it holds in the current scope alone."""
    return dumps({"s": person.pk.hex, "p": _mark(person)}, salt=_SALT)


def arriving_person(token: str, *, now: datetime) -> Staff:
    """Return whom a link lets in; it stays usable.

    Raises:
        ArrivalOver: it was used, has expired, or is none of this shop's.
    """
    try:
        told = loads(token, salt=_SALT, max_age=GOOD_FOR)
        key = UUID(told["s"])
    except (BadSignature, KeyError, TypeError, ValueError) as error:
        raise ArrivalOver from error
    person = present_staff(now).filter(pk=key, must_change_password=True).first()
    if person is None or not compare_digest(str(told.get("p", "")), _mark(person)):
        raise ArrivalOver
    return person


@transaction.atomic
def arrive(token: str, password: str, *, now: datetime) -> Staff:
    """Choose a first password; the link is over.

    Raises:
        ArrivalOver: see `arriving_person`.
        InvalidStaff: the password is too weak.
    """
    key = arriving_person(token, now=now).pk
    Staff.objects.select_for_update(of=("self",)).get(pk=key)
    person = arriving_person(token, now=now)
    set_own_password(person, password)
    actor = Actor("staff", person.public_id, person.name)
    record(action="access.arrived", actor=actor, obj=person, after={"name": person.name}, now=now)
    return person


def invitation_text(person: Staff, *, place: str, link: str) -> tuple[str, str]:
    """Return subject and body of the letter, in the language that is in force."""
    values = {"name": person.name, "place": place, "link": link, "email": person.email}
    subject = _("You can work in the console of %(place)s now") % values
    body = _(
        "Hello %(name)s,\n\n"
        "you can work in the console of %(place)s from now on. Choose your password here within "
        "seven days; the link works once:\n\n"
        "%(link)s\n\n"
        "Your sign-in address is %(email)s.\n\n"
        "If you expect no such letter, there is nothing to do."
    )
    return subject, body % values


def _mark(person: Staff) -> str:
    return sha256(person.password.encode()).hexdigest()[:24]
