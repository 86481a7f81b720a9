"""What settlements added up, into the accounts of members: in ranges, each once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.ledger.selectors import balances
from kernel.ledger.services import Entry, Leg, Owner, post_bulk, system
from kernel.rewards.choices import SettlementState
from kernel.rewards.errors import EventRefused
from kernel.rewards.models import Earning, Memory, Programme, Settlement
from kernel.rewards.permission import check_permitted
from kernel.rewards.services.programmes import MONEY

RANGE = 2_000
"""How many members are credited in one transaction."""
RULE: Final = "SETTLED"
EXPENSE: Final = system(f"rewards.reward:{RULE}")
"""What settlements cost the shop."""
_KIND: Final = "rewards.settled"
_CREDITED: Final = "credited"


def credit(settlement_id: UUID) -> int:
    """Book what a settlement pays to its members; a run that was interrupted goes on.

    What a member owes after refunds is kept first.

    Returns:
        How many members were credited by this call.

    Raises:
        EventRefused: the settlement is not done.
        ProgrammeNotPermitted: the approval of its programme has run out.
    """
    done = 0
    while booked := _next_range(settlement_id):
        done += booked
    return done


def _next_range(settlement_id: UUID) -> int:
    with transaction.atomic():
        # First the programme, as whoever takes back after a refund does.
        whose = Settlement.objects.values_list("programme_id", flat=True).get(id=settlement_id)
        programme = Programme.objects.select_for_update().get(id=whose)
        run = Settlement.objects.select_for_update().get(id=settlement_id)
        if run.state != SettlementState.DONE:
            raise EventRefused(settlement=str(run.id), state=run.state)
        check_permitted(programme.packs, programme.parameters)
        note = Memory.objects.filter(programme=programme, kind=_CREDITED, key=str(run.id)).first()
        rows = Earning.objects.filter(settlement=run.id)
        if note is not None:
            rows = rows.filter(member_id__gt=UUID(note.record["after"]))
        chosen = list(rows.order_by("member_id").values_list("member_id", "minor")[:RANGE])
        if not chosen:
            return 0
        owed = _owed(programme, [member for member, _minor in chosen])
        post_bulk([_entry(programme, run, member, minor, owed[member]) for member, minor in chosen])
        _remember(programme, run, note, chosen[-1][0])
        return len(chosen)


def _owed(programme: Programme, members: Sequence[UUID]) -> dict[UUID, int]:
    """Return what members owe after refunds; one query."""
    accounts = {member: owed_by(member) for member in members}
    found = balances(list(accounts.values()), str(programme.assets[MONEY]))
    return {member: max(-found[account], 0) for member, account in accounts.items()}


def owed_by(member_id: UUID) -> Owner:
    """Return the account of what a member owes; engine and settlements share it."""
    return system(f"rewards.exp:receivable:{member_id}")


def _entry(programme: Programme, run: Settlement, member_id: UUID, minor: int, owed: int) -> Entry:
    asset, kept = str(programme.assets[MONEY]), min(owed, minor)
    return Entry(
        f"rewards:{programme.id.hex}:settled:{run.id.hex}:{member_id.hex}",
        _KIND,
        [
            Leg(EXPENSE, asset, -minor),
            Leg(owed_by(member_id), asset, kept),
            Leg(Owner("member", member_id), asset, minor - kept),
        ],
        data={"event": f"settled:{run.key}", "rule": RULE, "version": programme.version},
    )


def _remember(programme: Programme, run: Settlement, note: Memory | None, last: UUID) -> None:
    if note is None:
        programme.remembered += 1
        programme.save(update_fields=["remembered"])
        note = Memory(
            programme=programme, kind=_CREDITED, key=str(run.id), number=programme.remembered
        )
    note.record = {"after": str(last)}
    note.save()
