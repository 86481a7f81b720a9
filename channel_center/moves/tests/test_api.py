"""Moves over the channel API, as a partner's own site asks."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django.fixtures import Settings

from channel_center.moves.choices import AskedBy, MoveState
from channel_center.moves.models import Move
from channel_center.moves.services import asking
from channel_center.moves.tests.scene import (
    OWNER,
    Book,
    Scene,
    book,
    make_partner,
    scene,
    state_of,
    worked,
)
from channel_center.partners.tests.test_console_and_api import Api
from kernel.common.time import utc_now
from kernel.tenancy.context import public_context

__all__ = ["book", "scene"]


@pytest.fixture(autouse=True)
def _channel_process(settings: Settings) -> None:
    settings.STOA_PROCESS = "channel"
    settings.ROOT_URLCONF = "config.urls_channel"


def test_a_program_asks_another_accepts_what_it_costs_and_the_shop_moves(
    scene: Scene, book: Book
) -> None:
    giver, receiver, stranger = Api(scene.zeta), Api(scene.eta), Api(make_partner("Theta"))
    path = f"tenants/{scene.shop.public_id}/moves/"
    told: dict[str, Any] = {"address": scene.eta.host, "reason": "Closer"}
    to_self = giver.post(path, {"address": scene.zeta.host}, key="a")
    foreign = receiver.post(path, told, key="b")
    asked = giver.post(path, told, key="c")
    again = giver.post(path, told, key="c")
    own = f"moves/{asked.json()['id']}/"
    early = receiver.get(own)
    with public_context():
        move = Move.objects.get()
    asking.confirm(move.pk, tenant_id=scene.shop.id, actor=OWNER, now=utc_now())
    with public_context():
        Move.objects.update(needs_approval=False)
    shown = receiver.get(own).json()
    given = giver.get(own).json()["amounts"]
    stale = receiver.post(f"{own}accept/", {"agreed": []}, key="d")
    taken = receiver.post(f"{own}accept/", {"agreed": shown["agreed"]}, key="e")
    worked(move)

    assert (to_self.status_code, to_self.json()["code"]) == (409, "moves.same_provider")
    assert (foreign.status_code, early.status_code, stranger.get(own).status_code) == (404,) * 3
    assert (asked.status_code, again.json()["id"]) == (201, asked.json()["id"])
    assert shown["is_ours_to_accept"]
    # What the other side gets back would tell what it buys for.
    assert [(each["what"], each["credited"]) for each in shown["amounts"]] == [("Wholesale", False)]
    assert [(each["what"], each["credited"]) for each in given] == [("Unused time", True)]
    assert (stale.status_code, taken.json()["state"]) == (409, "running")
    assert state_of(scene.shop)["channel"] == scene.eta.pk
    assert [each["state"] for each in receiver.get("moves/").json()["items"]] == ["done"]


def test_a_program_refuses_with_a_reason_and_takes_back_what_it_asked_for(scene: Scene) -> None:
    giver, receiver = Api(scene.zeta), Api(scene.eta)
    move = scene.ask()
    own = f"moves/{move.public_id}/"

    foreign = giver.post(f"{own}withdraw/", {}, key="a")
    silent = receiver.post(f"{own}refuse/", {"reason": ""}, key="b")
    refused = receiver.post(f"{own}refuse/", {"reason": "Full"}, key="c")
    mine = scene.ask(asked_side=AskedBy.GIVING)
    back = giver.post(f"moves/{mine.public_id}/withdraw/", {}, key="d")

    assert (foreign.status_code, silent.status_code) == (404, 422)
    assert (refused.json()["state"], refused.json()["note"]) == (MoveState.REFUSED, "Full")
    assert back.json()["state"] == MoveState.WITHDRAWN
