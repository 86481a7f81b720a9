"""Letters to staff about their own accounts."""

from __future__ import annotations

import smtplib
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from kernel.access.agents import browser_name
from kernel.access.arriving import arrival_token, invitation_text
from kernel.access.letters import language_of, send_letter, shop_name
from kernel.access.models import Staff, StaffSession
from kernel.branding.addresses import web_address
from kernel.tenancy.context import current_tenant, current_tenant_or_none
from kernel.tenancy.tasks import enqueue, tenant_task

_ATTEMPTS: Final = 5


def announce_invitation(person: Staff) -> None:
    """Have a letter sent to somebody of the current tenant who was invited, after commit.

    The link is made when the letter is written: what waits for it opens nothing.
    """
    enqueue(tell_of_invitation, staff_id=str(person.pk))


@tenant_task(
    name="access.tell_of_invitation",
    autoretry_for=(smtplib.SMTPException, OSError),
    retry_backoff=True,
    max_retries=_ATTEMPTS,
)
def tell_of_invitation(staff_id: str) -> None:
    """Write to somebody who was invited where a first password is chosen."""
    person = Staff.objects.filter(pk=UUID(staff_id), must_change_password=True).first()
    host = current_tenant().host("console")
    if person is None or host is None:
        return
    link = f"{web_address(host, 'console')}welcome/{arrival_token(person)}/"
    with language_of(person):
        subject, body = invitation_text(person, place=_place(), link=link)
        send_letter(person, subject=subject, body=body)


def _place() -> str:
    """Return the shop's name, and its provider's where that is another one."""
    tenant = current_tenant()
    return tenant.brand.name or tenant.name


def announce_sign_in(row: StaffSession) -> None:
    """Have a letter sent about a sign-in on a new device, once it is committed."""
    in_tenant = current_tenant_or_none() is not None
    enqueue(tell_of_sign_in if in_tenant else tell_of_platform_sign_in, session_id=str(row.pk))


@tenant_task(
    name="access.tell_of_sign_in",
    autoretry_for=(smtplib.SMTPException, OSError),
    retry_backoff=True,
    max_retries=_ATTEMPTS,
)
def tell_of_sign_in(session_id: str) -> None:
    """Write to a tenant's person that somebody signed in."""
    _tell(UUID(session_id))


@tenant_task(
    name="access.tell_of_platform_sign_in",
    scope="public",
    autoretry_for=(smtplib.SMTPException, OSError),
    retry_backoff=True,
    max_retries=_ATTEMPTS,
)
def tell_of_platform_sign_in(session_id: str) -> None:
    """Write to a person of the platform that somebody signed in."""
    _tell(UUID(session_id))


def _tell(session_id: UUID) -> None:
    row = StaffSession.objects.select_related("staff").filter(pk=session_id).first()
    if row is None or row.staff.expires_at is not None:
        return
    tenant = current_tenant_or_none()
    zone = ZoneInfo(tenant.zone if tenant else "UTC")
    with language_of(row.staff):
        values = {
            "name": row.staff.name,
            "shop": shop_name(),
            "device": browser_name(row.agent),
            "ip": row.ip or "—",
            "at": f"{row.created_at.astimezone(zone):%Y-%m-%d %H:%M} ({zone.key})",
        }
        body = _(
            "Hello %(name)s,\n\n"
            "somebody signed in to the console of %(shop)s with your account, on a device that "
            "was not used before:\n\n"
            "%(device)s, from %(ip)s, at %(at)s\n\n"
            "If it was you, there is nothing to do. If not: change your password at once; that "
            "signs out every other device. Then tell your colleagues."
        )
        subject = _("New sign-in at %(shop)s") % values
        send_letter(row.staff, subject=subject, body=body % values)
