"""Composing modes from pieces, and what is refused by the rule that is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kernel.audit.actor import Actor
from kernel.common.time import utc_now
from kernel.rewards.composing.errors import PackInUse
from kernel.rewards.composing.models import OwnPack
from kernel.rewards.composing.services import empty, keep, pieces, seen, with_piece
from kernel.rewards.packs.loading import bundle
from kernel.rewards.policy.services import ask
from kernel.rewards.simulation.running import simulate
from kernel.rewards.simulation.scenarios import Assumptions
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import TenantClient

OWNER = Actor(kind="staff", id="stf_owner", name="Li Wei")
NAMES = {"zh": "春季", "en": "Spring"}


def composed(*names: str, **changes: Any) -> dict[str, Any]:
    document = empty("OWN-SPRING", NAMES)
    for name in names:
        document = with_piece(document, name)
    return {**document, **changes}


def test_an_owner_composes_judges_and_keeps_a_mode(desk: TenantClient, tenant: TenantRef) -> None:
    """Given pieces; when added and kept; then manifest and verdict are shown, and it can run."""
    desk.as_staff("rewards.view", "rewards.manage")
    form = {"code": "OWN-SPRING", **NAMES, "document": ""}
    added = desk.post("/rewards/compose/", {**form, "act": "add:direct"}).content.decode()
    document = json.dumps(composed("direct", "points"))
    fragment = desk.post("/rewards/compose/preview/", {**form, "document": document})
    kept = desk.post("/rewards/compose/", {**form, "document": document, "act": "keep"})

    assert "DIRECT" in added
    assert "10%" in added
    assert fragment.status_code == 200
    assert "DIRECT" in fragment.content.decode()
    assert (kept.status_code, kept["Location"]) == (302, "/rewards/OWN-SPRING/")
    page = desk.get("/rewards/OWN-SPRING/").content.decode()
    assert "id_direct_pct" in page
    assert "OWN-SPRING" in desk.get("/rewards/compose/?from=OWN-SPRING").content.decode()
    with tenant_context(tenant):
        assert simulate(bundle(["OWN-SPRING"], sale=False), {}, Assumptions(orders=30, days=10))


def test_all_pieces_fit_together_and_twice() -> None:
    """Given every piece twice; when checked; then nothing is wrong but what the law says."""
    document = composed(*pieces(), *[name for name in pieces() if name != "cap"])
    looked = seen(document)
    assert looked.problems == ()
    assert looked.verdicts is not None
    assert looked.verdicts["CN"].outcome == "block"


@pytest.mark.parametrize("wrong", ["[", "[]", '{"rules": 3}', '{"rules": [1]}', '{"assets": []}'])
def test_what_is_no_pack_at_all_is_refused_and_pieces_are_not_added(
    desk: TenantClient, wrong: str
) -> None:
    """Given text that is no pack; when a piece is added or it is looked at; then it says so."""
    desk.as_staff("rewards.view", "rewards.manage")
    form = {"code": "OWN-BAD", **NAMES, "document": wrong}
    for path, act in (("/rewards/compose/", "add:direct"), ("/rewards/compose/", "keep"),
                      ("/rewards/compose/preview/", "")):  # fmt: skip
        assert desk.post(path, {**form, "act": act}).status_code == 200


BAD = {
    "conversion_cycle": composed(
        "points",
        assets={
            "POINT": {"class": "points", "scale": 2, "names": NAMES, "convertible_to": ["BEAN"]},
            "BEAN": {"class": "points", "scale": 2, "names": NAMES, "convertible_to": ["POINT"]},
        },
    ),
    "unbounded_depth": composed(
        rules=[{"id": "ALL", "on": "order.completed", "to": {"uplines": "999"}, "amount": "1"}]
    ),
    "negative_rate": composed(
        "direct",
        parameters={"direct_pct": {"kind": "percent", "default": "-1", "zh": "率", "en": "Rate"}},
    ),
    "unknown_asset": composed(
        rules=[
            {
                "id": "GIVE",
                "on": "order.completed",
                "to": "order.buyer",
                "amount": "1",
                "asset": "GOLD",
                "from": "issue:GOLD",
            }
        ]
    ),
    "pays_before_return_window": composed(
        rules=[{"id": "NOW", "on": "order.paid", "to": "sponsor(order.buyer)", "amount": "1"}]
    ),
}
RULES = {"conversion_cycle": "POINT", "unbounded_depth": "ALL", "negative_rate": "direct_pct",
         "unknown_asset": "GIVE", "pays_before_return_window": "NOW"}  # fmt: skip


@pytest.mark.parametrize("fact", BAD)
def test_a_bad_pack_is_refused_in_the_form_with_the_rule_named(
    desk: TenantClient, tenant: TenantRef, fact: str
) -> None:
    """Given a pack that cannot be used; when kept; then the rule and the fact are named."""
    desk.as_staff("rewards.view", "rewards.manage")
    form = {"code": "OWN-BAD", **NAMES, "document": json.dumps(BAD[fact]), "act": "keep"}
    page = desk.post("/rewards/compose/", form).content.decode()
    found = {(one.rule, one.fact) for one in seen(BAD[fact]).problems}
    assert (RULES[fact], fact) in found
    assert f"{RULES[fact]}: " in page
    with tenant_context(tenant):
        assert not OwnPack.objects.exists()


def test_a_mode_that_was_asked_for_is_changed_no_more(tenant: TenantRef) -> None:
    """Given a request; when the pack is changed; then it needs another code."""
    with tenant_context(tenant):
        keep(composed("direct"), actor=OWNER, now=utc_now())
        keep(composed("fixed", "cap"), actor=OWNER, now=utc_now())
        ask(["OWN-SPRING"], ["CN"], reason="Spring", actor=OWNER, now=utc_now())
        with pytest.raises(PackInUse):
            keep(composed("direct"), actor=OWNER, now=utc_now())


def test_units_that_can_become_money_are_judged_as_money() -> None:
    """Given points that change into money and pay on registration; then the law speaks."""
    rule = {"id": "GIFT", "on": "member.registered", "to": "event.member", "asset": "BEAN",
            "amount": "100", "from": "issue:BEAN"}  # fmt: skip
    bean = {"class": "points", "scale": 2, "face": "1", "names": NAMES, "convertible_to": ["CNY"]}
    looked = seen(composed(rules=[rule], assets={"BEAN": bean}))
    assert looked.verdicts is not None
    assert {"S4", "F3"} <= set(looked.verdicts["CN"].of("block"))
