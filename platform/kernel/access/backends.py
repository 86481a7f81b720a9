"""Signs staff in."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.http import HttpRequest

from kernel.access.models import Staff


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
        if not check_password(password, person.password) or not person.is_active:
            return None
        return person

    def get_user(self, user_id: UUID) -> Staff | None:
        """Return an active person by id, or None."""
        return Staff.objects.filter(pk=user_id, is_active=True).first()
