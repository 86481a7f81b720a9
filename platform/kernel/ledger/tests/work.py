"""What the children of kill tests do."""

from __future__ import annotations

from uuid import UUID

from kernel.ledger.services import Entry, Leg, Owner, post_bulk
from kernel.ledger.tests.samples import SHOP
from kernel.tenancy.context import public_context, tenant_context
from kernel.tenancy.ports import directory

JOURNALS = 200
MEMBERS = 40


def settle(*, tenant: str, prefix: str) -> int:
    """Post a settlement in bulk; return how many journals were new."""
    with public_context():
        ref = directory().by_id(UUID(tenant))
    with tenant_context(ref):
        return len(post_bulk([entry_of(prefix, number) for number in range(JOURNALS)]).new)


def entry_of(prefix: str, number: int) -> Entry:
    """Return one journal of the settlement: some members get something, some of it expires."""
    members = [Owner("member", UUID(int=1 + (number * 7 + step) % MEMBERS)) for step in range(4)]
    asset = "points" if number % 3 == 0 else "cny"
    legs = [Leg(member, asset, 1 + number % 5) for member in members]
    paid = Leg(SHOP, asset, -sum(leg.minor for leg in legs))
    return Entry(f"{prefix}:{number}", "test.settled", [*legs, paid])
