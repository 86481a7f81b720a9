"""Earnings and rules in the words of a page."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse

from kernel.i18n.days import day_text
from kernel.ledger.batches import Expiring
from kernel.ledger.models import Asset
from kernel.ledger.selectors import asset_name
from kernel.ledger.services import decimal_text
from kernel.rewards.describing import ModeText
from kernel.rewards.earnings import EarningLine, Total
from kernel.rewards.progress import NextRank
from kernel.rewards.reasons import mode_name, reason_of
from kernel.tenancy.context import current_tenant
from themes.fields import Json
from themes.shop.moments import moment_text


def total_data(each: Total, chosen: str) -> Json:
    """Return what a member has of one kind of reward."""
    scale, code = each.asset.scale, each.asset.code
    return {
        "name": asset_name(each.asset),
        "available": decimal_text(each.available, scale),
        "frozen": decimal_text(each.frozen, scale),
        "claimed": decimal_text(each.claimed, scale),
        "href": f"{reverse('account:earnings')}?of={code}",
        "is_chosen": code == chosen,
    }


def expiring_data(each: Expiring, asset: Asset) -> Json:
    """Return how much is lost after which day."""
    zone = ZoneInfo(current_tenant().zone)
    last = (each.at - timedelta(microseconds=1)).astimezone(zone).date()
    return {"day": day_text(last), "text": decimal_text(each.minor, asset.scale)}


def line_data(each: EarningLine, asset: Asset, language: str) -> Json:
    """Return one booking with its reason."""
    text = decimal_text(abs(each.minor), asset.scale)
    return {
        "title": reason_of(each),
        "note": mode_name(each),
        "at": moment_text(each.at, language),
        "text": text if each.is_released else f"+{text}" if each.minor > 0 else f"−{text}",
        "is_in": each.minor > 0,
        "is_frozen": each.is_frozen,
    }


def rank_data(each: NextRank) -> Json:
    """Return the next rank of a mode and how far the member is."""
    return {
        "mode": each.mode,
        "rank": each.rank,
        "conditions": [
            {
                "label": one.label,
                "have": one.have,
                "need": one.need,
                "percent": one.percent,
                "is_met": one.is_met,
            }
            for one in each.conditions
        ],
    }


def mode_data(each: ModeText) -> Json:
    """Return a mode in words."""
    return {
        "name": each.name,
        "rules": [
            {
                "when": rule.when,
                "whom": rule.whom,
                "amount": rule.amount,
                "release": rule.release,
            }
            for rule in each.rules
        ],
        "figures": [{"name": name, "value": value} for name, value in each.figures],
    }
