"""What watches over rewards in a shop, and its draws: one of each."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from kernel.audit.actor import Actor
from kernel.audit.models import AuditEntry
from kernel.common.ids import public_id
from kernel.common.time import utc_now
from kernel.ledger.services import Owner, adjust, ensure_asset
from kernel.members.models import Member
from kernel.rewards.draws.services import Prize, enter, publish_draw, reveal
from kernel.rewards.monitors.models import Alarm, Halt, Limit, Reading
from kernel.rewards.monitors.services import ask_to_loosen
from kernel.rewards.risk.choices import CaseState, Rule
from kernel.rewards.risk.models import Case

ACTOR = Actor("staff", "stf_tests", "Tests")
NOW = utc_now()


def rewards_of(member: Member) -> dict[str, str]:
    """Make one of everything for a member; return parameters of addresses."""
    return {**_draws(member), **_monitors(member), "risk/case": _cases(member)}


def _draws(member: Member) -> dict[str, str]:
    """Make an instant draw that goes on and has a winner, and one that is revealed."""
    before = NOW - timedelta(days=2)
    over = publish_draw(
        kind="ranked", titles={"en": "Winter"}, prizes=[Prize("Pot", 1)], opens_at=before,
        closes_at=before + timedelta(days=1), actor=ACTOR, now=before,
    )  # fmt: skip
    enter(over.pk, member_id=member.pk, now=before)
    reveal(over.pk, now=NOW)
    going = publish_draw(
        kind="instant", titles={"en": "Spring"}, prizes=[Prize("Cup", 5, chance=1_000_000)],
        opens_at=NOW, closes_at=NOW + timedelta(days=1), actor=ACTOR, now=NOW, entries_each=3,
    )  # fmt: skip
    enter(going.pk, member_id=member.pk, now=NOW)
    return {"draws/draw": going.public_id}


def _monitors(member: Member) -> dict[str, str]:
    """Make readings, an alarm, a halt that somebody asks to lift, and a change by hand."""
    for monitor, facts in (("T2", {"orders": 40}), ("T4S", {"member": str(member.pk)})):
        Reading.objects.create(
            monitor=monitor, day=NOW.date(), figure=Decimal("0.5"), level="ok", facts=facts,
            read_at=NOW,
        )  # fmt: skip
    Alarm.objects.create(monitor="T2", level="act", figure=Decimal("1.1"), raised_at=NOW)
    halt = Halt.objects.create(
        monitor="T2", measure="stop", since=NOW, asked_by=ACTOR.id, asked_name=ACTOR.name,
        reason="Rates were lowered",
    )  # fmt: skip
    own = {"warn": Decimal("0.6"), "act": Decimal("0.7"), "reason": "careful"}
    Limit.objects.create(monitor="T2", set_by=ACTOR.name, **own)
    wish = ask_to_loosen(
        "T2", warn=Decimal("0.7"), act=Decimal("0.8"), reason="Calm", actor=ACTOR, now=NOW
    )
    ensure_asset("favours", "points", {"zh-hans": "人情", "en": "Favours"}, 0)
    adjust(Owner("member", member.pk), "favours", 5, key="hand", reason="Sorry", actor=ACTOR)
    entry = AuditEntry.objects.filter(action="ledger.adjusted").latest("sequence")
    return {
        "monitors/code": "T2",
        "halts/halt": halt.public_id,
        "loosenings/loosening": wish.public_id,
        "changes/entry": public_id("aud", entry.pk),
    }


def _cases(member: Member) -> str:
    """Make a case that waits and one that holds payouts."""
    reason = {"what": "shared", "kind": "device", "count": 4, "members": [str(member.pk)]}
    Case.objects.create(
        rule=Rule.VELOCITY, member=member, key="ordered", strength=9, state=CaseState.HELD,
        reasons=[{"what": "ordered", "in_day": 9}], note="Looked at", decided_by=ACTOR.id,
        decided_at=NOW,
    )  # fmt: skip
    row = Case.objects.create(
        rule=Rule.CLUSTER, member=member, key="one phone", strength=4, reasons=[reason]
    )
    return row.public_id
