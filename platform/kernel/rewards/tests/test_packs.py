"""Rule packs: what is published is sound, what is unsound is refused with its rule named."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kernel.rewards.errors import PackRefused, UnknownPack
from kernel.rewards.packs.checking import check, early_payouts, problems
from kernel.rewards.packs.loading import codes, pack


def two_levels() -> dict[str, Any]:
    return copy.deepcopy(dict(pack("BD-02").document))


def test_all_modes_are_published_and_sound() -> None:
    published = codes()
    assert len(published) == 58
    assert [(code, fault) for code in published for fault in problems(pack(code).document)] == []


def test_every_parameter_has_names_in_both_languages() -> None:
    for code in codes():
        for name, spec in pack(code).parameters.items():
            assert all((spec["zh"], spec["en"])), (code, name)


def test_a_negative_rate_is_refused() -> None:
    document = two_levels()
    document["parameters"]["l1_pct"]["default"] = "-1"
    assert [(one.rule, one.fact) for one in problems(document)] == [("l1_pct", "negative_rate")]


def test_an_unbounded_depth_is_refused() -> None:
    document = two_levels()
    document["rules"][0]["to"] = {"uplines": "1000000"}
    assert [(one.rule, one.fact) for one in problems(document)] == [("L1", "unbounded_depth")]


def test_an_asset_that_does_not_exist_is_refused() -> None:
    document = two_levels()
    document["rules"][1]["asset"] = "GOLD"
    assert [(one.rule, one.fact) for one in problems(document)] == [("L2", "unknown_asset")]


def test_a_cycle_of_conversions_is_refused() -> None:
    document = two_levels()
    unit = {"class": "points", "scale": 0, "names": {"zh": "分", "en": "Points"}}
    document["assets"] = {
        "RED": {**unit, "convertible_to": ["GREEN"]},
        "GREEN": {**unit, "convertible_to": ["RED"]},
    }
    assert {(one.rule, one.fact) for one in problems(document)} == {
        ("RED", "conversion_cycle"),
        ("GREEN", "conversion_cycle"),
    }


@pytest.mark.parametrize(
    "source", ["__import__('os')", "order.buyer.__class__()", "lambda: 1", "[x for x in y]", "1 +"]
)
def test_an_amount_that_is_no_expression_of_rules_is_refused(source: str) -> None:
    document = two_levels()
    document["rules"][0]["amount"] = source
    with pytest.raises(PackRefused) as refused:
        check(document)
    assert refused.value.fields["problems"][0]["rule"] == "L1"  # type: ignore[index]


def test_an_unknown_field_of_a_rule_is_refused() -> None:
    document = two_levels()
    document["rules"][0]["win_rate"] = "0"
    assert problems(document)[0].fact == "schema"


def test_a_rule_that_pays_before_the_return_window_is_found() -> None:
    document = two_levels()
    document["rules"][0]["release"] = "immediate"
    assert [(one.rule, one.fact) for one in early_payouts(check(document))] == [
        ("L1", "pays_before_return_window")
    ]
    assert early_payouts(pack("BD-02")) == []


def test_a_pack_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownPack):
        pack("../../etc/passwd")
