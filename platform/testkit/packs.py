"""Keeps what a test run compiles: each pack once, not once in each database that needs it.

Many tests go on to another release in a database of their own, and some start
test runs of their own. What a pack holds follows from its migrations alone, of
which its key is a digest; so whoever compiles it first leaves it in a folder for
the others. Processes that stand for an installation compile for themselves.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from testkit.services import PACKS_VARIABLE

Keys = list[tuple[str, str]]


@contextmanager
def kept_packs() -> Iterator[None]:
    """Take packs from the run's folder inside the block, and leave there what is compiled."""
    from tenants.ddl import packs

    folder = os.environ.get(PACKS_VARIABLE)
    if folder is None:
        yield
        return
    Path(folder).mkdir(exist_ok=True)
    compiled = packs._compile  # noqa: SLF001  the seam is of no use to an installation

    def kept(segment: str, applied: Keys, target: Keys) -> dict[str, Any]:
        file = Path(folder, f"{_key(segment, applied, target)}.json")
        if file.exists():
            found: dict[str, Any] = json.loads(file.read_bytes())
            return found
        made = compiled(segment, applied, target)
        draft = file.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(made), encoding="utf-8")
        draft.replace(file)
        return made

    packs._compile = kept  # noqa: SLF001
    try:
        yield
    finally:
        packs._compile = compiled  # noqa: SLF001


def _key(segment: str, applied: Keys, target: Keys) -> str:
    from tenants.ddl.segments import KERNEL, digest_of, migrations_of, state_digest

    parts = (segment, state_digest(applied), digest_of(target), digest_of(migrations_of(KERNEL)))
    return sha256("\n".join(parts).encode()).hexdigest()
