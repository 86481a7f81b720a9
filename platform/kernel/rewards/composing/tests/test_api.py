"""Modes over the admin API, from a figure to a switch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kernel.rewards.composing.services import empty, with_piece
from kernel.rewards.errors import UnknownPack
from kernel.rewards.packs.loading import pack
from kernel.rewards.simulation.models import Simulation
from kernel.rewards.simulation.services import run_simulation
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import TenantClient, console

API = "/api/v1/admin/rewards"


@pytest.fixture
def desk(tenant_a: TenantRef) -> Iterator[TenantClient]:
    """A signed-in console."""
    with console(tenant_a) as client:
        client.as_staff("rewards.view", "rewards.manage", "rewards.approve")
        yield client


def sent(desk: TenantClient, path: str, body: dict[str, Any]) -> Any:
    return desk.post(f"{API}/{path}", body, content_type="application/json")


def test_modes_are_read_judged_simulated_and_asked_for(
    desk: TenantClient, tenant_a: TenantRef
) -> None:
    """Given a mode with own figures; when asked over the API; then each step answers."""
    modes = desk.get(f"{API}/modes/").json()["items"]
    mode = desk.get(f"{API}/modes/BD-03/").json()
    asked = sent(desk, "simulations/", {"packs": ["BD-01"], "parameters": {"l1_pct": "8"},
                                        "assumptions": {"orders": 30, "days": 10}})  # fmt: skip
    with tenant_context(tenant_a):
        run_simulation(Simulation.objects.get().pk)
    report = desk.get(f"{API}/simulations/{asked.json()['id']}/").json()
    wish = {"packs": ["BD-01"], "parameters": {"l1_pct": "8"}, "jurisdictions": ["CN"],
            "reason": "Spring"}  # fmt: skip
    judged = sent(desk, "judge/", wish).json()["verdicts"]
    made = sent(desk, "activations/", wish)
    own = sent(desk, f"activations/{made.json()['id']}/approve/", {})

    assert "LOY-01" in {one["code"] for one in modes}
    assert [one["outcome"] for one in mode["verdicts"] if one["jurisdiction"] == "CN"] == ["block"]
    assert (asked.status_code, asked.json()["total"]) == (202, 90)
    assert report["is_solvent"] is True
    assert [len(one["days"]) for one in report["outcomes"]] == [10, 10, 10]
    assert judged[0]["outcome"] in {"pass", "approval"}
    assert made.status_code == 201
    assert own.json()["code"] == "reward_policy.second_person_needed"
    assert desk.get(f"{API}/liabilities/").json()["owed"] == 0
    assert desk.get(f"{API}/programmes/").json() == {"items": []}
    assert len(desk.get(f"{API}/activations/").json()["results"]) == 1
    assert len(desk.get(f"{API}/simulations/").json()["results"]) == 1


def test_a_pack_is_checked_and_kept(desk: TenantClient) -> None:
    """Given a pack; when it is wrong; then rule and fact are named, and else it is kept."""
    document = with_piece(empty("OWN-API", {"zh": "接口", "en": "API"}), "direct")
    kept = sent(desk, "packs/", {"document": document})
    document["rules"][0]["asset"] = "GOLD"
    looked = sent(desk, "packs/check/", {"document": document}).json()
    refused = sent(desk, "packs/", {"document": document})

    assert kept.json() == {"code": "OWN-API", "names": {"zh": "接口", "en": "API"},
                           "confidence": "-", "is_own": True}  # fmt: skip
    assert looked["problems"] == [{"rule": "DIRECT", "fact": "unknown_asset", "detail": "GOLD"}]
    assert refused.status_code == 422
    assert refused.json()["problems"][0]["rule"] == "DIRECT"
    assert sent(desk, "packs/", {"document": [1]}).status_code == 422


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("simulations/", {"packs": ["BD-01"], "parameters": {"l1_pct": "-1"}},
         "rewards.figure_refused"),
        ("simulations/", {"packs": ["BD-01"], "parameters": {"other": "1"}},
         "rewards.figure_refused"),
        ("simulations/", {"packs": ["AD-12"], "parameters": {"depth": "999999999"}},
         "rewards.figure_refused"),
        ("simulations/", {"packs": ["BD-03"], "parameters": {"level_pct": ["1"] * 21}},
         "rewards.figure_refused"),
        ("simulations/", {"packs": ["BD-01"], "assumptions": {"days": 0}},
         "rewards.assumption_refused"),
        ("simulations/", {"packs": ["OWN-NONE"]}, "rewards.unknown_pack"),
        ("judge/", {"packs": ["BD-01"], "jurisdictions": ["XX"]},
         "reward_policy.unknown_jurisdiction"),
        ("activations/", {"packs": ["BD-03"], "jurisdictions": ["CN"], "reason": "x"},
         "reward_policy.blocked"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_by_its_name(
    desk: TenantClient, path: str, body: dict[str, Any], code: str
) -> None:
    """Given a wrong request; when sent; then the problem has its own code."""
    assert sent(desk, path, body).json()["code"] == code


def test_a_pack_of_one_shop_is_unknown_in_another(desk: TenantClient, tenant_b: TenantRef) -> None:
    """Given a shop's own pack; when another shop asks for its code; then there is none."""
    document = with_piece(empty("OWN-MINE", {"zh": "我的", "en": "Mine"}), "direct")
    sent(desk, "packs/", {"document": document})
    assert desk.get(f"{API}/modes/OWN-MINE/").status_code == 200
    with tenant_context(tenant_b), pytest.raises(UnknownPack):
        pack("OWN-MINE")
