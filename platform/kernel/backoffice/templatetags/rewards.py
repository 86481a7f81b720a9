"""Words that the pages of rewards share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django import template
from django.utils.translation import gettext_lazy as _

from kernel.rewards.errors import UnknownPack
from kernel.rewards.packs.loading import pack
from kernel.rewards.policy.texts import worded

register = template.Library()

_TABS: Final = (
    ("/rewards/", _("Modes")),
    ("/rewards/running/", _("What runs")),
    ("/rewards/liabilities/", _("Liabilities")),
    ("/rewards/statements/", _("Statements")),
    ("/rewards/simulations/", _("Simulations")),
    ("/rewards/approvals/", _("Approvals")),
    ("/rewards/draws/", _("Draws")),
    ("/rewards/monitors/", _("Monitors")),
    ("/rewards/risk/", _("Risk queue")),
)


@register.inclusion_tag("backoffice/rewards/tabs.html", takes_context=True)
def reward_tabs(context: dict[str, Any]) -> dict[str, Any]:
    """Show the pages of rewards side by side."""
    return {"tabs": _TABS, "request": context["request"]}


@register.filter
def modes_called(packs: Sequence[str]) -> str:
    """Return the names of modes in the reader's language; the code of one that is gone."""
    return " + ".join(_name(code) for code in packs)


@register.filter("called")
def _name(code: str) -> str:
    """Return the name of one mode."""
    try:
        return worded(pack(code).names)
    except UnknownPack:
        return code
