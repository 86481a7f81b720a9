"""Draws: committed to, entered, revealed, and recomputed by a program that knows nothing of us."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from kernel.audit.actor import Actor
from kernel.audit.models import AuditEntry
from kernel.common.time import utc_now
from kernel.ledger.services import Owner, balance, ensure_asset, verify
from kernel.rewards.draws.algorithm import unlikely
from kernel.rewards.draws.choices import Standing
from kernel.rewards.draws.errors import AgeNotConfirmed, DrawNotOpen, InvalidDraw, NoChanceLeft
from kernel.rewards.draws.models import Draw, Reveal, Win
from kernel.rewards.draws.selectors import SCRIPT, audit, draw_of, public_file
from kernel.rewards.draws.services import (
    Prize,
    enter,
    publish_draw,
    reveal,
    reveal_all_due,
    stop,
)
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import make_member
from testkit.web import console, store

STAFF = Actor(kind="staff", id="stf_one", name="Li Wei")
NOW = utc_now()
LATER = NOW + timedelta(hours=2)
in_tenant = pytest.mark.usefixtures("in_tenant_a")


def a_draw(kind: str = "ranked", **others: Any) -> Draw:
    prizes = [Prize("茶壶", 1, chance=100_000), Prize("茶杯", 2, chance=300_000)]
    wanted = {"prizes": prizes, "titles": {"zh-hans": "春日抽奖", "en": "Spring draw"}, **others}
    return publish_draw(
        kind=kind, opens_at=NOW, closes_at=NOW + timedelta(hours=1), actor=STAFF, now=NOW, **wanted
    )


def recomputed(draw: Draw, folder: Path, **changes: Any) -> tuple[int, str]:
    """Run the independent program over the published file, with nothing of ours to import."""
    one = draw_of(draw.pk, now=LATER)
    assert one is not None
    path = folder / "draw.json"
    path.write_text(json.dumps(public_file(one) | changes), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(path)], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr


@in_tenant
@pytest.mark.parametrize("kind", ["ranked", "instant"])
def test_a_program_of_thirty_lines_recomputes_a_draw_and_sees_every_change(
    kind: str, tmp_path: Path
) -> None:
    assert len(SCRIPT.read_text(encoding="utf-8").splitlines()) <= 30
    draw = a_draw(kind, entries_each=3)
    for _ in range(12):
        enter(draw.pk, member_id=make_member().pk, now=NOW)
    greedy = make_member()
    for _ in range(3):
        enter(draw.pk, member_id=greedy.pk, now=NOW)
    reveal(draw.pk, now=LATER)

    assert recomputed(draw, tmp_path) == (0, "")
    one = draw_of(draw.pk, now=LATER)
    assert one is not None
    assert one.reveal is not None
    assert audit(one, seed=bytes(one.reveal.seed)).is_right
    assert one.standing == Standing.REVEALED
    found = public_file(one)
    assert Win.objects.filter(draw=draw).count() == len(found["wins"]) > 0
    changed: tuple[dict[str, Any], ...] = (
        {"seed": "00" * 32},
        {"entries": found["entries"][:-1]},
        {"entries": [["x", "y"], *found["entries"][1:]]},
        {"wins": {}},
        {"terms": {**found["terms"], "entries_each": 9}},
    )
    for changes in changed:
        code, words = recomputed(draw, tmp_path, **changes)
        assert (code, words.strip()) == (1, "It is wrong!")


@in_tenant
def test_nobody_wins_twice_where_winners_are_drawn_and_the_file_says_of_nobody_who_he_is() -> None:
    draw = a_draw(entries_each=100)
    lone, other = make_member(), make_member()
    for _ in range(30):
        enter(draw.pk, member_id=lone.pk, now=NOW)
    enter(draw.pk, member_id=other.pk, now=NOW)
    reveal_all_due(now=LATER)
    winners = sorted(str(win.member_id) for win in Win.objects.filter(draw=draw))
    assert winners == sorted([str(lone.pk), str(other.pk)])
    one = draw_of(draw.pk, now=LATER)
    assert one is not None
    text = json.dumps(public_file(one))
    assert str(lone.pk) not in text
    assert lone.name not in text


@in_tenant
def test_an_instant_draw_gives_what_it_wins_at_once_and_no_more_than_there_is() -> None:
    ensure_asset("points", "points", {"zh-hans": "积分", "en": "Points"}, 0)
    prize = Prize("五十积分", 3, chance=1_000_000, asset="points", units=50)
    draw = a_draw("instant", prizes=[prize], entries_each=1)
    members = [make_member() for _ in range(5)]
    won = [enter(draw.pk, member_id=member.pk, now=NOW)[1] for member in members]
    assert [one is not None for one in won] == [True, True, True, False, False]
    assert [balance(Owner("member", one.pk), "points") for one in members] == [50, 50, 50, 0, 0]
    assert verify() == []


@in_tenant
def test_entries_are_refused_too_often_too_early_too_late_and_from_the_young() -> None:
    draw = a_draw(adults_only=True)
    member = make_member()
    with pytest.raises(AgeNotConfirmed):
        enter(draw.pk, member_id=member.pk, now=NOW)
    enter(draw.pk, member_id=member.pk, is_adult=True, now=NOW)
    with pytest.raises(NoChanceLeft):
        enter(draw.pk, member_id=member.pk, is_adult=True, now=NOW)
    for moment in (NOW - timedelta(seconds=1), draw.closes_at):
        with pytest.raises(DrawNotOpen):
            enter(draw.pk, member_id=make_member().pk, is_adult=True, now=moment)
    with pytest.raises(DrawNotOpen):
        reveal(draw.pk, now=NOW)
    assert reveal(draw.pk, now=LATER).pk == reveal(draw.pk, now=LATER).pk


@in_tenant
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "rigged"}, "kind"),
        ({"titles": {"en": " "}}, "titles"),
        ({"entries_each": 0}, "entries_each"),
        ({"prizes": []}, "prizes"),
        ({"prizes": [Prize("", 1)]}, "prizes"),
        ({"prizes": [Prize("Car", 1, value_minor=5_000_001)]}, "prizes"),
        ({"kind": "instant", "prizes": [Prize("Cup", 1)]}, "prizes"),
        ({"kind": "instant", "prizes": [Prize("Cup", 1, chance=600_000)] * 2}, "prizes"),
        ({"prizes": [Prize("Money", 1, asset="reward_money", units=1)]}, "prizes"),
    ],
)
def test_terms_that_the_law_or_sense_forbids_are_not_published(
    wrong: dict[str, Any], field: str
) -> None:
    wanted = {"kind": "ranked", **wrong}
    with pytest.raises(InvalidDraw) as refusal:
        a_draw(**wanted)
    assert field in refusal.value.fields["invalid"]  # type: ignore[operator]
    assert not Draw.objects.exists()


@in_tenant
def test_the_database_lets_no_other_seed_in() -> None:
    draw = a_draw()
    wrong = {"commitment": draw.commitment, "chain": "", "entries": 0, "revealed_at": NOW}
    with pytest.raises(IntegrityError), transaction.atomic():
        Reveal.objects.create(draw=draw, seed=b"another", **wrong)


@in_tenant
def test_a_stopped_draw_says_why_and_draws_nobody(tmp_path: Path) -> None:
    draw = a_draw()
    enter(draw.pk, member_id=make_member().pk, now=NOW)
    with pytest.raises(InvalidDraw):
        stop(draw.pk, reason=" ", actor=STAFF, now=NOW)
    stop(draw.pk, reason="打印错误", actor=STAFF, now=NOW)
    assert not Win.objects.exists()
    assert recomputed(draw, tmp_path) == (0, "")
    with pytest.raises(DrawNotOpen):
        enter(draw.pk, member_id=make_member().pk, now=NOW)
    acts = AuditEntry.objects.filter(action__startswith="reward_draws.").order_by("id")
    assert [one.action for one in acts] == ["reward_draws.published", "reward_draws.stopped"]


def test_luck_is_told_from_a_rigged_wheel() -> None:
    assert unlikely([100, 900], [0.1, 0.9]) == 1.0
    assert unlikely([130, 870], [0.1, 0.9]) == pytest.approx(0.00156, abs=1e-4)
    assert unlikely([50, 60, 40, 50], [0.25] * 4) == pytest.approx(0.2615, abs=1e-3)
    assert unlikely([1, 2], [0.5, 0.5]) == 1.0


def test_the_shop_s_own_role_cannot_change_a_draw(tenant_a: TenantRef) -> None:
    with store(tenant_a) as client:
        assert client.get("/draws/").status_code == 200
    with tenant_context(tenant_a):
        draw = a_draw()
        for statement in (
            "UPDATE reward_draws_draw SET closes_at = now()",
            "DELETE FROM reward_draws_draw",
        ):
            with (
                pytest.raises(ProgrammingError),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)
        assert Draw.objects.filter(pk=draw.pk).exists()


def test_a_member_enters_on_the_storefront_and_everybody_can_check(tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a):
        draw = a_draw()
    with store(tenant_a, headers={"Accept-Language": "en"}) as shop:
        page = f"/draws/{draw.public_id}/"
        assert draw.commitment in shop.get(page).content.decode()
        assert shop.get(f"/api/v1/store{page}").json()["standing"] == "open"
        shop.as_member()
        made = shop.post(f"/api/v1/store{page}entries/", {}, content_type="application/json")
        again = shop.post(f"/api/v1/store{page}entries/", {}, content_type="application/json")
        assert (made.status_code, again.status_code) == (201, 409)
        with tenant_context(tenant_a):
            reveal(draw.pk, now=LATER)
        shown = shop.get(page).content.decode()
        file = shop.get(f"{page}file.json").json()
        assert file == shop.get(f"/api/v1/store{page}file/").json()
        assert file["seed"] in shown
        assert "The prizes are those that the number gives." in shown
        assert shop.get("/draws/recompute_draw.py").content == SCRIPT.read_bytes()
        assert shop.get("/draws/drw_nothing/").status_code == 404


def test_staff_publish_and_stop_a_draw(tenant_a: TenantRef) -> None:
    with console(tenant_a, headers={"Accept-Language": "en"}) as desk:
        desk.as_staff("rewards.view", "rewards.manage")
        form = {
            "kind": "instant",
            "title": "秋日转盘",
            "opens_at": "2020-01-01T10:00",
            "closes_at": (NOW + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M"),
            "entries_each": "2",
            "prizes-TOTAL_FORMS": "2",
            "prizes-INITIAL_FORMS": "0",
            "prizes-0-name": "茶杯",
            "prizes-0-quantity": "3",
            "prizes-0-chance": "12.5",
        }
        assert "Chances" in desk.get("/rewards/draws/new/").content.decode()
        bad = desk.post("/rewards/draws/new/", {**form, "prizes-0-chance": ""})
        assert "more than nothing" in bad.content.decode()
        made = desk.post("/rewards/draws/new/", form)
        assert made.status_code == 302
        desk.post(made["Location"], {"reason": ""})
        desk.post(made["Location"], {"reason": "Wrong prize"})
        page = desk.get(made["Location"]).content.decode()
        assert "Wrong prize" in page
        assert "125000" in page
        assert "秋日转盘" in desk.get("/rewards/draws/").content.decode()
    with console(tenant_a) as desk:
        desk.as_staff("rewards.view", email="other@example.com")
        assert desk.get("/rewards/draws/new/").status_code == 403
