"""What the law of each place says of the modes of the market."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override

from kernel.rewards.policy.catalogue import mode, modes
from kernel.rewards.policy.errors import ManifestUnreadable, UnknownJurisdiction
from kernel.rewards.policy.laws import APPROVAL, BLOCK, WARN, law
from kernel.rewards.policy.manifest import Manifest, union
from kernel.rewards.policy.predicates import PREDICATES
from kernel.rewards.policy.texts import NAMES, explain, texts
from kernel.rewards.policy.verdicts import gravest, judge

FILE = Path(__file__).parent / "data" / "policy_verdicts.json"
EXPECTED = json.loads(FILE.read_text(encoding="utf-8"))["modes"]
PLACES = ("CN", "US", "EU")


def told(manifest: Manifest, place: str) -> dict[str, Any]:
    """Return a verdict in the form of the file of expected ones."""
    verdict = judge(manifest, [place])[place]
    return {
        "block": verdict.of(BLOCK),
        "approval": verdict.of(APPROVAL),
        "warn": verdict.of(WARN),
        "verdict": verdict.outcome.upper(),
    }


@pytest.mark.parametrize("place", PLACES)
def test_every_mode_of_the_market_gets_the_verdict_of_the_specification(place: str) -> None:
    """Given each mode as it is sold; when it is judged; then the verdict is the expected one."""
    found = {one["code"]: told(mode(one["code"]).as_given, place) for one in EXPECTED}
    assert found == {one["code"]: one["as_given"][place] for one in EXPECTED}
    assert set(modes()) == set(found)


@pytest.mark.parametrize("place", PLACES)
def test_every_lawful_variant_passes(place: str) -> None:
    """Given the lawful form of each mode; when it is judged; then it may go live."""
    for one in EXPECTED:
        variant = mode(one["code"]).variant
        if one.get("variant") is None:
            assert variant is None, one["code"]
        else:
            assert variant is not None, one["code"]
            assert told(variant, place) == one["variant"][place], one["code"]


def test_two_lawful_modes_that_together_pay_more_than_an_order_leaves_are_refused() -> None:
    """Given two modes that pass alone; when both are to run; then the sum is judged."""
    first, second = (
        Manifest.of({"rules": [{"id": code, "selector": "attributed", "pct": "25"}]})
        for code in ("A", "B")
    )
    assert gravest(judge(first, PLACES)) == "pass"
    both = judge(union([first, second]), ["CN"])["CN"]
    assert both.of(BLOCK) == ["F1"]
    assert both.findings[0].offenders == ("A", "B")


def test_money_by_way_of_another_asset_is_still_money() -> None:
    """Given points that become tokens that become money; then recruiting for points is paid."""
    manifest = Manifest.of(
        {
            "rules": [{"id": "GIFT", "event": "member.registered", "asset": "P"}],
            "assets": [
                {"code": "P", "convertible_to": ["T"]},
                {"code": "T", "convertible_to": ["CASH"]},
            ],
        }
    )
    assert "S4" in judge(manifest, ["CN"])["CN"].of(BLOCK)


@pytest.mark.parametrize(
    "document",
    [
        {"rules": [{"id": "A", "hidden_weights": True}]},
        {"rules": [{"id": "A", "pct": "-1"}]},
        {"rules": [{"id": "A", "pct": "NaN"}]},
        {"rules": [{"id": "A", "depth": "far"}]},
        {"winners": []},
    ],
)
def test_what_no_predicate_reads_is_refused(document: dict[str, Any]) -> None:
    """Given a description with a name or figure of its own; then it is not passed over."""
    with pytest.raises(ManifestUnreadable):
        Manifest.of(document)


def test_a_place_without_rules_is_not_taken_for_one_without_law() -> None:
    """Given a place nobody loaded the law of; when judged; then it is refused, not passed."""
    with pytest.raises(UnknownJurisdiction):
        judge(Manifest(), ["XX"])


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_finding_names_rule_law_and_the_lawful_way(language: str) -> None:
    """Given all that the market sells; when it is blocked; then words say why and what else."""
    assert set(texts()) == set(PREDICATES)
    with override(language):
        for verdict in judge(union([one.as_given for one in modes().values()]), PLACES).values():
            told_of = explain(verdict)
            assert all(one.rule and one.law and one.way for one in told_of)
            chinese = any("\u4e00" <= letter <= "\u9fff" for letter in told_of[0].rule)
            assert chinese is (language == "zh-hans")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_who_is_judged_by_the_law_of_a_place_is_not_told_that_of_another(language: str) -> None:
    """Given recruiting, bought entry and seats; when judged anywhere; then its own law is named."""
    theirs = {
        "CN": {"传销条例", "Decree 444", "《广告法》", "Advertising Law"},
        "US": {"FTC", "《联邦贸易委员会法》"},
        "EU": {"2005/29"},
    }
    sold = union([one.as_given for one in modes().values()])
    with override(language):
        for place, verdict in judge(sold, PLACES).items():
            laws = {one.predicate: one.law for one in explain(verdict)}
            for predicate in {"S2", "S4", "S5", "S7", "C1"} & set(laws):
                named = {
                    each
                    for each, words in theirs.items()
                    if any(w in laws[predicate] for w in words)
                }
                assert named == {place}, (predicate, laws[predicate])
            assert {"S4", "S5"} <= set(laws)


def test_a_law_that_differs_by_place_is_given_for_every_place_where_the_rule_holds() -> None:
    """Given laws told place by place; when a rule holds somewhere; then its law is there."""
    for predicate, words in texts().items():
        if "zh" not in words["law"]:
            held = {code for code in PLACES if predicate in law(code).severities}
            assert set(words["law"]) == held, predicate


def test_whatever_the_catalogue_offends_with_has_a_name_in_both_languages() -> None:
    """Given every mode of the catalogue; when it is judged; then no page shows a bare code."""
    offenders = {
        name
        for mode in modes().values()
        for one in judge(mode.as_given, PLACES).values()
        for finding in one.findings
        for name in finding.offenders
    }
    known = json.loads(NAMES.read_text(encoding="utf-8"))
    assert len(offenders) > 50
    assert offenders <= set(known)
    assert all({"zh", "en"} == set(words) for words in known.values())
