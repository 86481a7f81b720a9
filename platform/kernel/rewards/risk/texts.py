"""What speaks against somebody, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from kernel.rewards.risk.choices import TraceKind


def told(reason: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Return a reason in words, and whom it names."""
    what, kinds = reason["what"], dict(TraceKind.choices)
    kind = str(kinds.get(reason.get("kind", ""), ""))
    if what == "same_as_invited":
        text = _("Somebody whom he invited uses the same: %(kind)s.") % {"kind": kind}
    elif what == "shared":
        text = _("%(count)s accounts use the same: %(kind)s.") % {
            "count": reason["count"], "kind": kind,
        }  # fmt: skip
    elif what == "invited":
        text = _("%(day)s invited in a day, %(hour)s of them in the last hour.") % {
            "day": reason["in_day"], "hour": reason["in_hour"],
        }  # fmt: skip
    elif what == "ordered":
        text = _("%(count)s paid orders in a day.") % {"count": reason["in_day"]}
    else:
        text = _("Of %(orders)s orders of those he invited, money went back in %(refunded)s.") % {
            "orders": reason["orders"], "refunded": reason["refunded"],
        }  # fmt: skip
    return text, list(reason.get("members", ()))
