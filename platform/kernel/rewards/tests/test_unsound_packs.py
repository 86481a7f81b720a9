"""What must not run is refused with its rule named: by the composer, the API and on activation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kernel.audit.actor import Actor
from kernel.common.time import utc_now
from kernel.rewards.composing.models import OwnPack
from kernel.rewards.composing.services import empty, keep, seen, with_piece
from kernel.rewards.errors import PackRefused
from kernel.rewards.policy.errors import ModeBlocked
from kernel.rewards.policy.models import Activation
from kernel.rewards.policy.services import approve, ask
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import TenantClient, console

OWNER = Actor(kind="staff", id="stf_owner", name="Li Wei")
SECOND = Actor(kind="staff", id="stf_second", name="Zhang Min")
NOW = utc_now()
API = "/api/v1/admin/rewards"
UNIT = {"class": "points", "scale": 0, "names": {"zh": "分", "en": "Points"}}
Document = dict[str, Any]


def composed(*names: str, code: str = "OWN-TRY") -> Document:
    document = empty(code, {"zh": "试", "en": "Try"})
    for name in names:
        document = with_piece(document, name)
    return document


def cycle(document: Document) -> None:
    document["assets"] = {
        "RED": {**UNIT, "convertible_to": ["GREEN"]},
        "GREEN": {**UNIT, "convertible_to": ["BLUE"]},
        "BLUE": dict(UNIT),
    }
    document["rules"].append(
        {"id": "BACK", "on": "asset.converted", "to": "event.member", "asset": "RED",
         "from": "issue:RED", "amount": "number(event.qty)",
         "lead": [{"from": "m:{to}:avail", "into": "issue:BLUE", "asset": "BLUE",
                   "amount": "amount"}]}
    )  # fmt: skip


def deep(document: Document) -> None:
    document["rules"][0]["to"] = {"uplines": "len(direct_pct) * 1000"}


def endless_peers(document: Document) -> None:
    document["rules"][0]["to"] = {"peer": "DIRECT", "rates": "direct_pct", "generations": "9999"}


def negative_default(document: Document) -> None:
    document["parameters"]["direct_pct"]["default"] = "-10"


def negative_word(document: Document) -> None:
    document["rules"][0]["amount"] = "pct(0 - 10, order.base)"


def negative_text(document: Document) -> None:
    document["parameters"]["direct_pct"] |= {"kind": "text", "default": "-10"}


def unknown_asset(document: Document) -> None:
    document["rules"][0]["asset"] = "GOLD"


def made_up_asset(document: Document) -> None:
    document["rules"][0]["asset"] = "{order.asset}"


def asked_asset(document: Document) -> None:
    document["rules"][0]["amount"] = "holding(to, 'avail', 'GOLD')"


def at_once(document: Document) -> None:
    document["rules"][0]["release"] = "immediate"


def after_all_rules(document: Document) -> None:
    document["rules"][0] |= {"release": "immediate", "on": "order.completed.after"}


def beside(document: Document) -> None:
    document["rules"][0]["with"] = [
        {"from": "reward:MORE", "into": "m:{to}:avail", "asset": "CNY", "amount": "amount"}
    ]


def as_what_becomes_money(document: Document) -> None:
    document["assets"] = {"COIN": {**UNIT, "convertible_to": ["CNY"]}}
    document["rules"][0] |= {"asset": "COIN", "from": "issue:COIN", "release": "immediate"}


def no_selector(document: Document) -> None:
    document["rules"][0]["to"] = {"everybody": True}


BAD: list[tuple[Callable[[Document], None], str, str]] = [
    (cycle, "BACK", "conversion_cycle"),
    (deep, "DIRECT", "unbounded_depth"),
    (endless_peers, "DIRECT", "unbounded_depth"),
    (negative_default, "direct_pct", "negative_rate"),
    (negative_word, "DIRECT", "negative_rate"),
    (negative_text, "direct_pct", "negative_rate"),
    (unknown_asset, "DIRECT", "unknown_asset"),
    (made_up_asset, "DIRECT", "unknown_asset"),
    (asked_asset, "DIRECT", "unknown_asset"),
    (at_once, "DIRECT", "pays_before_return_window"),
    (after_all_rules, "DIRECT", "pays_before_return_window"),
    (beside, "DIRECT", "pays_before_return_window"),
    (as_what_becomes_money, "DIRECT", "pays_before_return_window"),
    (no_selector, "DIRECT", "unknown_selector"),
]


@pytest.fixture
def desk(tenant_a: TenantRef) -> Iterator[TenantClient]:
    """A signed-in console."""
    with console(tenant_a) as client:
        client.as_staff("rewards.view", "rewards.manage", "rewards.approve")
        yield client


@pytest.mark.parametrize(("spoil", "rule", "fact"), BAD, ids=[one[0].__name__ for one in BAD])
def test_an_unsound_pack_is_refused_by_the_composer_the_api_and_on_activation(
    spoil: Callable[[Document], None], rule: str, fact: str, desk: TenantClient, tenant_a: TenantRef
) -> None:
    document = composed("direct")
    spoil(document)
    with tenant_context(tenant_a):
        assert (rule, fact) in {(one.rule, one.fact) for one in seen(document).problems}
        with pytest.raises(PackRefused):
            keep(document, actor=OWNER, now=NOW)
        assert not OwnPack.objects.exists()
    answer = desk.post(f"{API}/packs/", {"document": document}, content_type="application/json")
    assert answer.status_code == 422
    assert (rule, fact) in {(one["rule"], one["fact"]) for one in answer.json()["problems"]}
    with tenant_context(tenant_a):
        # One that was kept before this was refused does not come to run either.
        OwnPack.objects.create(code="OWN-TRY", document=document, changed_at=NOW)
        with pytest.raises(PackRefused) as refusal:
            ask(["OWN-TRY"], ["CN"], reason="Spring", actor=OWNER, now=NOW)
        named: Any = refusal.value.fields["problems"]
        assert (rule, fact) in {(one["rule"], one["fact"]) for one in named}
        assert not Activation.objects.exists()


@pytest.mark.usefixtures("in_tenant_a")
@pytest.mark.parametrize(
    ("pieces", "offending"),
    [
        (["pool", "cap"], ["POOL"]),
        (["party", "cap"], ["PARTY"]),
        (["fixed", "cap"], ["FIXED"]),
    ],
    ids=["pool", "party", "fixed"],
)
def test_packs_that_exceed_the_margin_only_together_are_refused_with_their_rules(
    pieces: list[str], offending: list[str]
) -> None:
    """Given two packs that pass alone; when both are to run; then all that they cost counts."""
    first = composed("direct", code="OWN-FIRST")
    first["parameters"]["direct_pct"]["default"] = "40"
    second = composed(*pieces, code="OWN-SECOND")
    for spec in second["parameters"].values():
        spec["default"] = "20" if spec["kind"] == "percent" else spec["default"]
    second["parameters"]["cap_rate"]["default"] = "60"
    for document in (first, second):
        keep(document, actor=OWNER, now=NOW)
    first_row = ask(["OWN-FIRST"], ["US"], reason="Spring", actor=OWNER, now=NOW)
    approve(first_row.pk, actor=SECOND, now=NOW)
    alone = seen(second, ["US"]).verdicts
    assert alone is not None
    assert "F1" not in alone["US"].of("block")
    with pytest.raises(ModeBlocked) as refusal:
        ask(["OWN-SECOND"], ["US"], reason="Summer", actor=OWNER, now=NOW)
    rules: Any = refusal.value.fields["rules"]
    assert set(rules["F1"]) == {"DIRECT", *offending}


def test_a_fixed_sum_needs_a_cap_and_names_its_rule() -> None:
    """Given a sum that may be more than an order; when nothing caps it; then it is refused."""
    verdicts = seen(composed("fixed"), ["CN"]).verdicts
    capped = seen(composed("fixed", "cap"), ["CN"]).verdicts
    assert verdicts is not None
    assert capped is not None
    found = {one.predicate: one.offenders for one in verdicts["CN"].findings}
    assert found["F1"] == ("FIXED",)
    assert "F1" not in {one.predicate for one in capped["CN"].findings}
