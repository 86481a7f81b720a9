"""The worked examples of the modes, every posting, balance and solvency figure."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from kernel.rewards.errors import FileUnreadable
from kernel.rewards.replay.runner import replay, run_example

FILE = Path(__file__).parent / "data" / "worked_examples.json"
EXAMPLES = {one["id"]: one for one in json.loads(FILE.read_text("utf-8"))["examples"]}


def example(name: str) -> dict[str, Any]:
    return copy.deepcopy(EXAMPLES[name])


def test_every_published_example_comes_out_to_the_last_unit() -> None:
    outcomes = replay(FILE)
    assert [(one.example, one.differences) for one in outcomes if not one.right] == []
    assert len(outcomes) == 45
    assert sum(one.postings for one in outcomes) == 863
    assert {one.costs for one in outcomes} <= {"facts", "events"}


def test_a_changed_posting_is_named() -> None:
    changed = example("E02")
    changed["expected_postings"][5]["amount"] = "8.00"
    outcome = run_example(changed, None)
    assert outcome.differences[0] == (
        "posting 6: expected event 1: reward:L3 -> m:M7:avail 8 CNY, "
        "booked event 1: reward:L3 -> m:M7:avail 7.99 CNY"
    )


def test_expectations_are_not_needed_to_run() -> None:
    bare = {
        key: value
        for key, value in example("E12").items()
        if key in {"id", "mode", "parameters", "members", "events"}
    }
    outcome = run_example({**bare, "expected_postings": []}, {})
    assert outcome.postings == 35
    assert outcome.differences[0].startswith("posting 1: expected nothing, booked event 1: psp")


@pytest.mark.parametrize("content", ["", "[1]", '{"examples": [{"id": 1}]}', '{"examples": 3}'])
def test_a_file_of_another_format_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "other.json"
    file.write_text(content)
    with pytest.raises(FileUnreadable):
        replay(file)


def lines_of(name: str, **changes: Any) -> list[str]:
    """Run an example with other inputs and return what was booked on members."""
    from kernel.rewards.replay.runner import execute

    changed = example(name) | changes
    _, _, lines = execute(changed, changed["events"])
    return [
        f"{line.debit}>{line.credit} {line.minor}"
        for _, line in lines
        if "m:" in line.credit or "m:" in line.debit
    ]


def test_other_rates_and_amounts_of_a_differential_come_out_right() -> None:
    events = [
        {"seq": 1, "type": "order.settled", "order": "O1", "buyer": "F", "paid": "99.99"},
    ]
    assert lines_of(
        "E03",
        parameters={
            "rank_pct": {"V0": "0", "V1": "3", "V2": "3", "V3": "7.5"},
            "peer_pct_of_differential": "33",
            "peer_generations": 2,
        },
        events=events,
    ) == [
        "reward:DIFF>m:E:avail 299",
        "reward:DIFF>m:B:avail 449",
        "reward:PEER>m:A:avail 148",
    ]


def test_a_linked_team_goes_on_with_other_orders_and_the_second_generation() -> None:
    orders = [("B", "O1"), ("C", "O2"), ("D", "O3"), ("I", "O4"), ("E", "O5"), ("H", "O6")]
    events = [
        {"seq": at, "type": "order.settled", "order": order, "buyer": buyer, "paid": "499.00"}
        for at, (buyer, order) in enumerate(orders, start=1)
    ]
    assert lines_of("E09", events=events)[-8:] == [
        "reward:AGENT_DIRECT>m:D:avail 10000",
        "reward:SEE_ORDER>m:A:avail 20000",
        "reward:BOSS_DIRECT>m:B:avail 30000",
        "reward:BOSS_PEER>m:A:avail 2000",
        "reward:AGENT_DIRECT>m:E:avail 10000",
        "reward:SEE_ORDER>m:B:avail 14000",
        "reward:SEE_ORDER>m:B:frozen 6000",
        "reward:BOSS_PEER>m:A:avail 2000",
    ]
