"""Clients that ask a tenant's storefront or console, through Django's whole request cycle."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from secrets import randbelow, token_hex
from typing import Any, Literal

from django.test import Client, override_settings

from kernel.access.confirming import note_confirmed
from kernel.access.models import Role, RoleAssignment, Staff
from kernel.common.time import utc_now
from kernel.members.models import Member
from kernel.members.services import open_session, register_member
from kernel.tenancy.context import TenantRef, no_scope, tenant_context
from kernel.tenancy.ports import HostKind

MEMBER_PASSWORD = "seven quiet boats at noon"  # noqa: S105  a password of the test run only


def somewhere() -> str:
    """Return an address that nobody has written from, where limits count by addresses."""
    return f"198.18.{randbelow(256)}.{randbelow(256)}"


class TenantClient(Client):
    """A browser at one host of a tenant; requests begin without a scope, as in a server."""

    def __init__(self, tenant: TenantRef, kind: HostKind, **defaults: Any) -> None:
        host = tenant.host(kind)
        assert host is not None, f"{tenant.name} has no {kind} host"  # noqa: S101  a test's own mistake
        super().__init__(HTTP_HOST=host, **defaults)
        self.tenant = tenant

    def request(self, **request: Any) -> Any:
        """Send a request in no scope but the one that the server finds."""
        with no_scope():
            return super().request(**request)

    def as_staff(self, *permissions: str, email: str = "clerk@example.com") -> Staff:
        """Sign in as somebody new with these permissions and no others."""
        with tenant_context(self.tenant):
            person = Staff.objects.create(email=email, name="李文")
            role = Role.objects.create(
                code=token_hex(8), name="Clerk", permissions=list(permissions)
            )
            RoleAssignment.objects.create(staff=person, role=role)
            self.force_login(person)
            session = self.session
            note_confirmed(session, now=utc_now())
            session.save()
        return person

    def as_member(self, login: str = "lan@example.com", *, name: str = "兰兰") -> Member:
        """Sign in as a new member, by bearer token."""
        with tenant_context(self.tenant):
            member = register_member(login=login, name=name, password=MEMBER_PASSWORD)
            token = open_session(member, device="tests", now=utc_now()).token
        self.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return member


@contextmanager
def process(kind: HostKind | Literal["channel"]) -> Iterator[None]:
    """Serve as one kind of process inside the block."""
    with override_settings(STOA_PROCESS=kind, ROOT_URLCONF=f"config.urls_{kind}"):
        yield


@contextmanager
def store(tenant: TenantRef, **defaults: Any) -> Iterator[TenantClient]:
    """Open a browser at the tenant's storefront."""
    with process("store"):
        yield TenantClient(tenant, "store", **defaults)


@contextmanager
def console(tenant: TenantRef, **defaults: Any) -> Iterator[TenantClient]:
    """Open a browser at the tenant's console."""
    with process("console"):
        yield TenantClient(tenant, "console", **defaults)
