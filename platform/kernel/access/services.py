"""Makes staff and their roles."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from kernel.access.models import Role, RoleAssignment, Staff
from kernel.common.errors import DomainError

OWNER = "owner"


class EmailTaken(DomainError):
    """Another person of this staff has the address."""

    code = "access.email_taken"
    status = 409
    title = _("Somebody here already has this e-mail address.")


class InvalidStaff(DomainError):
    """The address or the password cannot be used."""

    code = "access.invalid_staff"
    title = _("The e-mail address or the password cannot be used.")


def hash_password(password: str) -> str:
    """Return what is stored of a password.

    Raises:
        InvalidStaff: too short, too common, or all digits.
    """
    try:
        validate_password(password)
    except ValidationError as error:
        raise InvalidStaff(" ".join(error.messages)) from error
    return make_password(password)


def create_owner(
    *, email: str, name: str, password_hash: str, must_change_password: bool = False
) -> Staff:
    """Make the first person of the current scope's staff, with every permission.

    ``must_change_password`` says that the password is one that another chose.

    Raises:
        InvalidStaff: the address is malformed.
        EmailTaken: somebody here has it.
    """
    try:
        validate_email(email)
    except ValidationError as error:
        raise InvalidStaff(" ".join(error.messages)) from error
    person = Staff(
        email=email.lower(),
        name=name,
        password=password_hash,
        must_change_password=must_change_password,
    )
    try:
        with transaction.atomic():
            person.save(force_insert=True)
            RoleAssignment.objects.create(staff=person, role=_owner_role())
    except IntegrityError as error:
        raise EmailTaken from error
    return person


def _owner_role() -> Role:
    role = Role.objects.filter(code=OWNER).first()
    if role is None:
        made = Role(code=OWNER, name="店主 Owner", permissions=["*"])
        # Another may be making it at this moment.
        Role.objects.bulk_create([made], ignore_conflicts=True)
        role = Role.objects.get(code=OWNER)
    return role


def set_own_password(person: Staff, password: str) -> None:
    """Give a person the password that the person chose.

    Raises:
        InvalidStaff: too short, too common, or all digits.
    """
    person.password = hash_password(password)
    person.must_change_password = False
    person.save(update_fields=["password", "must_change_password"])
