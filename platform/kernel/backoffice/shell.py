"""What every page of a console is framed with."""

from __future__ import annotations

from functools import cached_property

from django.conf import settings
from django.http import HttpRequest

from kernel.access.actors import LET_IN_BY
from kernel.access.models import Staff
from kernel.backoffice.announcing import Announced, announced
from kernel.backoffice.menu import Group, menu_for
from kernel.common.colours import first_letter, palette
from kernel.tenancy.context import BrandRef, TenantRef, current_tenant_or_none
from kernel.tenancy.middleware import CONSOLE_READ_ONLY, request_host
from kernel.tenancy.ports import public_hosts


class Shell:
    """The frame. Each part is made when a template asks for it: refusals need the brand alone."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def brand(self) -> BrandRef:
        """The brand of the tenant, or of whom the channel host belongs to."""
        return current_brand(self._request)

    @property
    def letter(self) -> str:
        """What stands for the brand where it has no picture."""
        return first_letter(self.brand.name)

    @property
    def version(self) -> str:
        """Changes with the brand's colour, so that its style sheet may be kept."""
        return palette(self.brand.colour).brand.lstrip("#")

    @cached_property
    def person(self) -> Staff | None:
        """Who is signed in, or None."""
        return signed_in(self._request)

    @cached_property
    def menu(self) -> list[Group]:
        """What the person may open."""
        return menu_for(self._request, self.person) if self.person is not None else []

    @property
    def visit(self) -> str:
        """Who let the helper in who is signed in; empty for everybody else."""
        person = self.person
        if person is None or person.expires_at is None:
            return ""
        return str(self._request.session.get(LET_IN_BY, "")) or person.name

    @property
    def tenant(self) -> TenantRef | None:
        """The tenant, in a tenant's console."""
        return current_tenant_or_none()

    @property
    def languages(self) -> list[tuple[str, str]]:
        """Codes and names of the languages."""
        return list(settings.LANGUAGES)

    @cached_property
    def announcements(self) -> list[Announced]:
        """What the operator announces, to whoever is signed in."""
        return announced(is_shop=self.tenant is not None) if self.person is not None else []

    @property
    def is_read_only(self) -> bool:
        """True while a hold lets nothing be changed."""
        return self.tenant is not None and self.tenant.level >= CONSOLE_READ_ONLY


def current_brand(request: HttpRequest) -> BrandRef:
    """Return the brand of the tenant, or of whom the channel host belongs to."""
    tenant = current_tenant_or_none()
    return (
        tenant.console_brand if tenant is not None else public_hosts().brand(request_host(request))
    )


def signed_in(request: HttpRequest) -> Staff | None:
    """Return who is signed in at this host, or None.

    A channel partner's session counts at the partner's own host only.
    """
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return None
    if current_tenant_or_none() is None and not public_hosts().admits(
        request_host(request), channel_id=person.channel_id
    ):
        return None
    found: Staff = person
    return found


def frame(request: HttpRequest) -> dict[str, Shell]:
    """Put the frame into the context of templates."""
    return {"shell": Shell(request)}
