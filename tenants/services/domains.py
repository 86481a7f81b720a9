"""Binds host names to tenants, proves them, and answers the certificate question."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

import dns.exception
import dns.resolver
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from kernel.audit.actor import Actor
from kernel.audit.services import Act, record_many
from kernel.common.time import utc_now
from kernel.tenancy.context import public_context
from kernel.tenancy.simulation import SimulationOnly
from tenants.brands import alias_target, is_own_name
from tenants.choices import LIVING, DomainKind, DomainState, TenantKind
from tenants.domains import check_not_reserved, look_of, normalise
from tenants.errors import (
    ConfusableDomain,
    DomainNotProven,
    DomainTaken,
    InvalidDomain,
    StateRefused,
    UnknownDomain,
)
from tenants.invalidation import changed
from tenants.models import Domain, Tenant
from tenants.services.states import locked

PROOF_LABEL = "_shop-verification"
"""Neutral on purpose: the record stands in the owner's DNS for all to see."""
MOST_DOMAINS = 50


class Resolver(Protocol):
    """Asks the DNS."""

    def txt(self, name: str) -> list[str]:
        """Return the TXT records of a name; empty when there are none."""

    def cname(self, name: str) -> str | None:
        """Return what a name points to, without a final dot; None when it is no alias."""


class SystemResolver:
    """The DNS as this machine is set up to ask it, or the server named in the settings."""

    def __init__(self) -> None:
        self._resolver = dns.resolver.Resolver(configure=not settings.STOA_DNS_SERVER)
        if settings.STOA_DNS_SERVER:
            host, _colon, port = settings.STOA_DNS_SERVER.partition(":")
            self._resolver.nameservers = [host]
            self._resolver.port = int(port or 53)
        self._resolver.lifetime = 5.0

    def txt(self, name: str) -> list[str]:
        """Return the TXT records of a name; empty when there are none."""
        try:
            answer = self._resolver.resolve(name, "TXT")
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except dns.exception.DNSException as error:
            raise DomainNotProven(str(error)) from error
        return [b"".join(row.strings).decode("ascii", "replace") for row in answer]

    def cname(self, name: str) -> str | None:
        """Return what a name points to; None when it is no alias."""
        try:
            answer = self._resolver.resolve(name, "CNAME")
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return None
        except dns.exception.DNSException as error:
            raise DomainNotProven(str(error)) from error
        return str(answer[0].target).rstrip(".").lower()


def proof_for(tenant_id: UUID, name: str) -> str:
    """Return what the TXT record must hold: bound to tenant and name, so it cannot be lent."""
    message = f"domain {tenant_id.hex} {name}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()[:40]


@public_context()
@transaction.atomic
def add_domain(
    tenant_id: UUID,
    text: str,
    *,
    kind: DomainKind,
    actor: Actor,
    primary: bool = False,
    is_first: bool = False,
) -> Domain:
    """Bind a host name; names under the installation's own domain need no proof.

    The first ones, which the partner chooses, need none under the partner's domain either.

    Raises:
        InvalidDomain, ReservedDomain: see `tenants.domains`.
        SimulationOnly: a name of its own, for a sandbox.
        DomainTaken: it is bound already, to whomever.
        ConfusableDomain: it can be taken for another tenant's name.
    """
    tenant = locked(tenant_id)
    name = normalise(text)
    check_not_reserved(name)
    _refuse_taken(tenant, name)
    if tenant.domains.count() >= MOST_DOMAINS:
        raise InvalidDomain(limit=MOST_DOMAINS)
    own = _needs_no_proof(tenant, name, is_first=is_first)
    if tenant.kind == TenantKind.SANDBOX and not own:
        raise SimulationOnly
    first = not tenant.domains.filter(kind=kind, is_primary=True).exists()
    if primary and not first and own:
        tenant.domains.filter(kind=kind, is_primary=True).update(is_primary=False)
    try:
        with transaction.atomic():
            domain = _unproven(tenant, name, kind, is_primary=primary or first, own=own)
            domain.save(force_insert=True)
    except IntegrityError as error:
        raise DomainTaken(domain=name) from error
    _record("tenants.domain_added", tenant, domain, actor)
    changed(tenant.pk)
    return domain


def bind_first_hosts(tenant: Tenant, hosts: Mapping[DomainKind, str]) -> list[Domain]:
    """Bind the host names of a tenant that is just being made; the caller puts it on record.

    The number of statements does not depend on the number of names.

    Raises:
        InvalidDomain, ReservedDomain, DomainTaken, ConfusableDomain: as `add_domain`.
    """
    names = {kind: normalise(text) for kind, text in hosts.items()}
    for number, name in enumerate(names.values()):
        check_not_reserved(name)
        if name in list(names.values())[:number]:
            raise DomainTaken(domain=name)
    _refuse_taken(tenant, *names.values())
    domains = [
        _unproven(
            tenant,
            name,
            kind,
            is_primary=True,
            own=_needs_no_proof(tenant, name, is_first=True),
        )
        for kind, name in names.items()
    ]
    try:
        with transaction.atomic():
            return Domain.objects.bulk_create(domains)
    except IntegrityError as error:
        raise DomainTaken(domain=", ".join(names.values())) from error


def _needs_no_proof(tenant: Tenant, name: str, *, is_first: bool) -> bool:
    if is_first:
        return is_own_name(tenant, name)
    return name.endswith(f".{settings.STOA_BASE_DOMAIN}")


def _unproven(
    tenant: Tenant, name: str, kind: DomainKind, *, is_primary: bool, own: bool
) -> Domain:
    """Return a name as it is bound; the installation's own need no proof."""
    return Domain(
        tenant=tenant,
        domain=name,
        look=look_of(name),
        kind=kind,
        state=DomainState.VERIFIED if own else DomainState.PENDING,
        verified_at=utc_now() if own else None,
        is_primary=own and is_primary,
        proof=proof_for(tenant.pk, name),
    )


def _refuse_taken(tenant: Tenant, *names: str) -> None:
    looks = {name: look_of(name) for name in names}
    bound = Domain.objects.filter(Q(domain__in=names) | Q(look__in=looks.values()))
    found = list(bound.values_list("domain", "look", "tenant_id"))
    taken = {domain for domain, _look, _owner in found}
    for name in names:
        if name in taken:
            raise DomainTaken(domain=name)
        # Two plain names of the same look, shop1 and shopl, are nobody's deceit.
        if any(
            look == looks[name] and owner != tenant.pk and ("xn--" in name or "xn--" in domain)
            for domain, look, owner in found
        ):
            raise ConfusableDomain(domain=name)


@public_context()
def verify_domain(
    tenant_id: UUID, name: str, *, actor: Actor, resolver: Resolver | None = None
) -> Domain:
    """Look for the proof in the DNS; verifying twice verifies once.

    The network is asked before the transaction, so that no lock waits for it.

    Raises:
        UnknownDomain: the tenant has no such name.
        DomainNotProven: neither the TXT record nor the CNAME is there.
    """
    domain = Domain.objects.filter(tenant_id=tenant_id, domain=normalise(name)).first()
    if domain is None:
        raise UnknownDomain
    proven = is_proven(domain, resolver or SystemResolver())
    with transaction.atomic():
        tenant = locked(tenant_id)
        domain = Domain.objects.select_for_update().get(pk=domain.pk)
        domain.checked_at = utc_now()
        if proven and domain.state != DomainState.VERIFIED:
            domain.state = DomainState.VERIFIED
            domain.verified_at = domain.checked_at
            domain.is_primary = not tenant.domains.filter(
                kind=domain.kind, is_primary=True
            ).exists()
            _record("tenants.domain_verified", tenant, domain, actor)
        domain.failed_checks = 0 if proven else domain.failed_checks
        domain.check_error = "" if proven else "no proof in the DNS"
        domain.save()
        changed(tenant.pk)
    if not proven:
        raise DomainNotProven(
            record=f"{PROOF_LABEL}.{domain.domain}",
            value=domain.proof,
            cname=alias_target(domain.tenant.brand),
        )
    return domain


def is_proven(domain: Domain, resolver: Resolver) -> bool:
    """Tell whether the DNS holds the proof of a name.

    Raises:
        DomainNotProven: it does not answer.
    """
    if domain.state == DomainState.VERIFIED and is_own_name(domain.tenant, domain.domain):
        return True
    if domain.proof in resolver.txt(f"{PROOF_LABEL}.{domain.domain}"):
        return True
    # An alias names the tenant in its first label, so that it cannot be borrowed:
    # whoever else points at us has another label.
    target = resolver.cname(domain.domain)
    places = {settings.STOA_CNAME_TARGET, alias_target(domain.tenant.brand)}
    return target in {f"{domain.proof[:20]}.{each}" for each in places}


@public_context()
@transaction.atomic
def make_primary(tenant_id: UUID, name: str, *, actor: Actor, redirect_others: bool) -> None:
    """Make a verified name the primary one of its kind; the others may redirect to it.

    Raises:
        UnknownDomain: the tenant has no such verified name.
    """
    tenant = locked(tenant_id)
    domain = tenant.domains.filter(domain=normalise(name), state=DomainState.VERIFIED).first()
    if domain is None:
        raise UnknownDomain
    others = tenant.domains.filter(kind=domain.kind).exclude(pk=domain.pk)
    others.update(is_primary=False, redirects=redirect_others)
    tenant.domains.filter(pk=domain.pk).update(is_primary=True, redirects=False)
    _record("tenants.domain_made_primary", tenant, domain, actor)
    changed(tenant.pk)


@public_context()
@transaction.atomic
def remove_domain(tenant_id: UUID, name: str, *, actor: Actor) -> None:
    """Unbind a host name.

    Raises:
        UnknownDomain: the tenant has no such name.
        StateRefused: it is the primary one; another must be made primary first.
    """
    tenant = locked(tenant_id)
    domain = tenant.domains.filter(domain=normalise(name)).first()
    if domain is None:
        raise UnknownDomain
    if domain.is_primary:
        raise StateRefused(domain=domain.domain)
    _record("tenants.domain_removed", tenant, domain, actor)
    domain.delete()
    changed(tenant.pk)


def may_have_certificate(host: str) -> bool:
    """Answer the reverse proxy's question whether to obtain a certificate for a name.

    Only exact, verified names of tenants that are in use; one query.
    """
    try:
        name = normalise(host)
    except InvalidDomain:
        return False
    with public_context():
        return Domain.objects.filter(
            domain=name, state=DomainState.VERIFIED, tenant__state__in=LIVING
        ).exists()


def _record(action: str, tenant: Tenant, domain: Domain, actor: Actor) -> None:
    record_many([act_on(action, tenant, domain)], actor=actor)


def act_on(action: str, tenant: Tenant, domain: Domain) -> Act:
    """Return what the log says that was done to a name."""
    return Act(
        action=action,
        obj=("tenant", tenant.public_id),
        before={},
        after={"domain": domain.domain, "kind": domain.kind, "state": domain.state},
    )
