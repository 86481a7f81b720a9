"""Signs staff in."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.http import HttpRequest

from kernel.access.models import Staff, present_staff
from kernel.common.time import utc_now


class StaffBackend:
    """E-mail and password, looked up in the current scope alone."""

    def authenticate(
        self, request: HttpRequest | None, email: str = "", password: str = "", **other: object
    ) -> Staff | None:
        """Return the person, or None; takes the same time whether the address is known or not."""
        person = Staff.objects.filter(email=email.strip().lower()).first()
        if person is None:
            make_password(password)
            return None
        if not check_password(password, person.password):
            return None
        return self.get_user(person.pk)

    def get_user(self, user_id: UUID) -> Staff | None:
        """Return a person by id who may be signed in now, or None."""
        return present_staff(utc_now()).filter(pk=user_id).first()
