"""Whether a shop may run modes: decided by policy, asked wherever a mode would pay."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from kernel.rewards.errors import ProgrammeNotPermitted, RewardsHalted
from kernel.tenancy.context import current_tenant

Judge: TypeAlias = Callable[[Sequence[str], Mapping[str, Any]], bool]
"""Tells whether the current shop may run packs with these figures now."""

_judges: Final[list[Judge]] = []


def set_judge(judge: Judge) -> None:
    """Say who decides; done once, while applications are loaded."""
    _judges[:] = [judge]


def is_permitted(packs: Sequence[str], parameters: Mapping[str, Any]) -> bool:
    """Tell whether the current shop may run packs with these figures now.

    In a sandbox nothing has value, so modes are demonstrated there whatever the law
    says. Without anybody who decides, nothing may run.
    """
    if current_tenant().kind == "sandbox":
        return True
    return bool(_judges) and all(judge(packs, parameters) for judge in _judges)


def check_permitted(packs: Sequence[str], parameters: Mapping[str, Any]) -> None:
    """Refuse what may not run.

    Raises:
        ProgrammeNotPermitted: nobody approved it, or the approval has run out.
    """
    if not is_permitted(packs, parameters):
        raise ProgrammeNotPermitted(packs=list(packs))


Brake: TypeAlias = Callable[[Any, str], bool]
"""Tells whether a moment of an order is to be kept from the programmes."""

_brakes: Final[list[tuple[Brake, Callable[[], bool]]]] = []


def set_brake(holds_back: Brake, is_frozen: Callable[[], bool]) -> None:
    """Say who may halt rewards; done once, while applications are loaded."""
    _brakes[:] = [(holds_back, is_frozen)]


def is_held_back(order: Any, moment: str) -> bool:
    """Tell whether programmes must not hear of a moment of an order now."""
    return any(holds_back(order, moment) for holds_back, _ in _brakes)


def check_flowing() -> None:
    """Refuse to settle or release while rewards are frozen.

    Raises:
        RewardsHalted: a monitor keeps them.
    """
    if any(is_frozen() for _, is_frozen in _brakes):
        raise RewardsHalted
