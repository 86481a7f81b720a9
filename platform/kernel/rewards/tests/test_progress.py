"""What a member still lacks for the next rank, from the rules that promote."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.utils import translation

from kernel.rewards.earnings import place_of
from kernel.rewards.models import Programme
from kernel.rewards.progress import next_ranks
from kernel.rewards.services import handle, open_programme
from kernel.tenancy.context import TenantRef


def join(programme: Programme, member: UUID, above: UUID | None) -> None:
    """Have somebody come by another member and have his first order arrive."""
    opened: dict[str, Any] = {"type": "member.opened", "key": f"m{member}", "member": str(member),
                              "sponsor": str(above) if above else None}  # fmt: skip
    handle(programme, opened)
    if above:
        order = {"order": str(member), "buyer": str(member), "paid": "499"}
        handle(programme, {"type": "order.paid", "key": f"p{member}", **order})
        handle(programme, {"type": "order.completed", "key": f"c{member}", "order": str(member)})


def told(member: UUID, language: str) -> list[tuple[str, str, list[tuple[str, str, str, int]]]]:
    with translation.override(language):
        return [
            (one.mode, one.rank, [(c.label, c.have, c.need, c.percent) for c in one.conditions])
            for one in next_ranks(member)
        ]


def test_a_member_reads_what_the_next_rank_of_a_mode_still_needs(shop: TenantRef) -> None:
    """Given 2 + 1 with own names; when people join below; then have and need follow."""
    own = {
        "directs_to_become_boss": "3",
        "names": {"ranks": {"boss": {"zh": "掌柜", "en": "Keeper"}}},
    }
    programme = open_programme("Linked", ["AD-01"], own)
    head, member, stranger = uuid4(), uuid4(), uuid4()
    join(programme, head, None)
    handle(programme, {"type": "member.opened", "key": "new", "member": str(stranger),
                       "sponsor": str(head)})  # fmt: skip
    newcomer = told(stranger, "en")
    join(programme, member, head)
    before = told(member, "zh-hans")
    join(programme, uuid4(), member)
    after = told(member, "en")
    for _ in range(2):
        join(programme, uuid4(), member)

    assert newcomer == [("Linked 2+1", "Agent", [("Own orders that arrived", "0", "1", 0)])]
    assert before == [("链动2+1", "掌柜", [("您邀请且首单已送达的人", "0", "3", 0)])]
    label = "People you invited whose first order arrived"
    assert after == [("Linked 2+1", "Keeper", [(label, "1", "3", 33)])]
    assert told(member, "en") == []
    with translation.override("zh-hans"):
        assert place_of(member).ranks == ("掌柜",)
