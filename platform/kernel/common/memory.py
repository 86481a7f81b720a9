"""Keeps the garbage collector from looking again and again through what never becomes garbage.

Code, models, translations and templates are some hundred thousand objects. A full
collection walks through all of them: a tenth of a second, as often as a batch of
orders makes as many objects anew.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# Objects that a request leaves in cycles are few; these bounds cost some megabytes.
_THRESHOLDS: Final = (50_000, 20, 100)


def settle() -> None:
    """Leave everything that is loaded so far out of later collections, and begin to collect.

    To be called once, at the end of a process's start.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    gc.enable()


@contextmanager
def resting() -> Iterator[None]:
    """Leave the collector out of a block that makes many objects, none of them in cycles.

    A thousand orders are half a million objects that all go when the batch is done;
    looking through them on the way takes a quarter of its time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
