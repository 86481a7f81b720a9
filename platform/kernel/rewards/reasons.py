"""Why a line was booked, in words for the member."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kernel.rewards.earnings import EarningLine


def mode_name(line: EarningLine) -> str:
    """Return the name of the mode in the current language."""
    language = "zh" if str(get_language()).startswith("zh") else "en"
    return str(line.mode.get(language) or line.mode.get("en") or "")


def reason_of(line: EarningLine) -> str:
    """Return what happened, whose order it was and at which rate it was reckoned."""
    parts = [_happened(line)]
    if line.level:
        parts.append(_("level %(level)s") % {"level": line.level})
    if line.rate and line.cause == "order":
        parts.append(f"{line.rate}\u00a0%")
    return " · ".join(part for part in parts if part)


def _happened(line: EarningLine) -> str:
    whose = _whose(line)
    if line.cause == "released":
        return _("Available now: %(what)s") % {"what": whose} if whose else _("Available now")
    if line.cause == "refund":
        return _("Taken back after a refund: %(what)s") % {"what": whose or "—"}
    if line.cause == "order":
        return whose or _("An order")
    if line.cause == "period":
        kind, day = line.period
        return {
            "day": _("For the day %(day)s"),
            "week": _("For the week from %(day)s"),
            "month": _("For the month from %(day)s"),
        }.get(kind, "%(day)s") % {"day": day}
    return _("By the rules of the mode")


def _whose(line: EarningLine) -> str:
    if line.order_number:
        return _("Your order %(number)s") % {"number": line.order_number}
    if line.buyer:
        return _("Order of %(name)s") % {"name": f"{line.buyer}*"}
    return ""
