"""Makes tenants for tests."""

from __future__ import annotations

from secrets import token_hex

from kernel.tenancy.context import TenantRef

OWNER_EMAIL = "owner@example.com"
OWNER_PASSWORD = "a quiet harbour at dawn"  # noqa: S105  a password of the test run only


def open_test_tenant(
    name: str | None = None,
    *,
    make_schema: bool = True,
    host: str | None = None,
    modules: tuple[str, ...] = (),
    **particulars: object,
) -> TenantRef:
    """Open a tenant with an owner, a storefront and a console host.

    The name is also the first part of the host names, one of its own when left
    out. Modules are switched on afterwards, with a right that does not end; other
    particulars are those of `tenants.services.lifecycle.Opening`.
    """
    from kernel.access.services import hash_password
    from kernel.audit.actor import Actor
    from tenants.choices import DomainKind
    from tenants.directory import read_tenant
    from tenants.services.grants import give
    from tenants.services.lifecycle import Opening, open_tenant
    from tenants.services.modules import enable

    label = name or f"shop-{token_hex(4)}"
    actor = Actor.system("tests")
    opening = Opening(
        name=label,
        hosts={
            DomainKind.STORE: host or f"{label}.localhost",
            DomainKind.CONSOLE: f"console.{label}.localhost",
        },
        owner_email=OWNER_EMAIL,
        owner_name="王小梅",
        owner_password_hash=hash_password(OWNER_PASSWORD),
        **particulars,  # type: ignore[arg-type]
    )
    ref = open_tenant(opening, actor=actor, may_make_schema=make_schema)
    for code in modules:
        give(ref.id, code, source_type="test", source_id=code, actor=actor)
        enable(ref.id, code, actor=actor)
    return read_tenant(ref.id)[0] if modules else ref


def refreshed(tenant: TenantRef) -> TenantRef:
    """Return the tenant as it is now, past every cache."""
    from tenants.directory import read_tenant

    return read_tenant(tenant.id)[0]
