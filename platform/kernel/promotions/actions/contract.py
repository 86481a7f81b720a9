"""What every action can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from kernel.promotions.case import Benefit, CaseLine
from kernel.promotions.conditions import Missing, ShowAmount
from kernel.promotions.errors import InvalidPromotion


class Action(ABC):
    """A kind of action.

    Attributes:
        code: stable; what a promotion's ``kind`` names.
        label: for the people who run the shop.
        stacking: the stacking word of promotions of this kind, unless told otherwise.
        is_for_coupons: True keeps it out of promotions.
        lowers_prices: False for what leaves the goods' own prices alone.
    """

    code: ClassVar[str]
    label: ClassVar[Promise]
    stacking: ClassVar[str] = "goods"
    is_for_coupons: ClassVar[bool] = False
    lowers_prices: ClassVar[bool] = True

    @abstractmethod
    def checked(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        """Return terms as they are stored.

        Raises:
            InvalidPromotion: they cannot be used; ``field`` names which.
        """

    def read(self, terms: Mapping[str, Any]) -> Mapping[str, Any]:
        """Turn stored terms into what the other methods take; once, when they are loaded."""
        return terms

    @abstractmethod
    def work(self, terms: Mapping[str, Any], lines: Sequence[CaseLine]) -> Benefit:
        """Return what it does to the lines in its scope and reach; it changes nothing itself.

        No line may lose more than it costs.
        """

    @abstractmethod
    def text(self, terms: Mapping[str, Any], show: ShowAmount) -> str:
        """Return it in words for buyers."""

    def missing(self, terms: Mapping[str, Any], lines: Sequence[CaseLine]) -> Missing | None:
        """Return what is missing to the next step of the action itself."""
        return None

    def counts(self, terms: Mapping[str, Any], line: CaseLine) -> bool:
        """Tell whether a line of the scope counts for the conditions."""
        return True

    def reaches(self, terms: Mapping[str, Any], line: CaseLine) -> bool:
        """Tell whether it takes effect on a line that is not in its scope."""
        return False

    def variants(self, terms: Mapping[str, Any]) -> Iterable[UUID]:
        """Return the variants that it names."""
        return ()


_actions: Final[dict[str, Action]] = {}


def register_action(action: Action) -> None:
    """Make a kind of action known; the same code again replaces the earlier one."""
    _actions[action.code] = action


def action_named(code: str) -> Action:
    """Return a kind of action.

    Raises:
        InvalidPromotion: there is none of this code.
    """
    found = _actions.get(code)
    if found is None:
        raise InvalidPromotion(_("Not known."), field="kind")
    return found


def known_action(code: str) -> Action | None:
    """Return a kind of action, or None when the module that brought it is gone."""
    return _actions.get(code)


def known_actions() -> tuple[Action, ...]:
    """Return the kinds of actions of promotions."""
    return tuple(action for action in _actions.values() if not action.is_for_coupons)


def off_text(minor: int, basis_points: int, show: ShowAmount) -> str:
    """Return an amount or a part in words."""
    if minor:
        return _("%(amount)s off") % {"amount": show(minor)}
    return _("%(percent)s%% off") % {"percent": f"{basis_points / 100:g}"}
