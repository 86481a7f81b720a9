"""Keeps what the double remembers in a file, so that it outlives a stop."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from testkit.servers.stripe.state import Endpoint, State

if TYPE_CHECKING:
    from pathlib import Path


def load(path: Path) -> State:
    """Return what was kept; nothing at the first start."""
    state = State()
    if not path.exists():
        return state
    kept = json.loads(path.read_text(encoding="utf-8"))
    for account, identity, made in kept["objects"]:
        state.objects[account, identity] = made
    state.events = [made for made in state.objects.values() if made["object"] == "event"]
    for account, key, shape, status, said in kept["answers"]:
        state.answers[account, key] = (shape, status, said)
    state.endpoints = [Endpoint(**each) for each in kept["endpoints"]]
    return state


def save(state: State, path: Path) -> None:
    """Keep everything; a stop at any moment leaves the old content or the new one."""
    with state.lock:
        kept = {
            "objects": [[*key, made] for key, made in state.objects.items()],
            "answers": [[*key, *answer] for key, answer in state.answers.items()],
            "endpoints": [asdict(each) for each in state.endpoints],
        }
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(kept), encoding="utf-8")
        fresh.replace(path)
