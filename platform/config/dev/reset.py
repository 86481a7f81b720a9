"""Starts over: deletes what the embedded servers hold."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config.dev.state import Checkout


def delete_data(checkout: Checkout) -> None:
    """Delete all data, passwords and logs of a checkout that is not in use.

    Raises:
        ServerRefused: `stoa up` runs here.
    """
    with checkout.lock():
        home = checkout.load().postgres_home
        if home:
            # May stand outside the checkout, see `account.reachable_home`.
            shutil.rmtree(Path(home), ignore_errors=True)
        for entry in checkout.folder.iterdir():
            if entry == checkout.state:
                continue
            shutil.rmtree(entry)
        for entry in checkout.state.iterdir():
            if entry == checkout.lock_file:
                continue
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink()
