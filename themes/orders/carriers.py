"""Where carriers tell how far a parcel has come."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

# Names as staff write them, in either language, and the page for a number.
_PAGES: Final = (
    (r"顺丰|\bsf\b", "https://www.sf-express.com/chn/sc/waybill/waybill-detail/{}"),
    (r"\bems\b|邮政|china post", "https://www.ems.com.cn/queryList?mailNum={}"),
    (r"dhl", "https://www.dhl.com/en/express/tracking.html?AWB={}"),
    (r"\bups\b", "https://www.ups.com/track?tracknum={}"),
    (r"fedex", "https://www.fedex.com/fedextrack/?trknbr={}"),
    (r"usps", "https://tools.usps.com/go/TrackConfirmAction?tLabels={}"),
    (r"royal mail", "https://www.royalmail.com/track-your-item#/tracking-results/{}"),
    # One page for the carriers of China that have none of their own for a number.
    (
        r"中通|圆通|申通|韵达|极兔|京东|德邦|百世|\b(zto|yto|sto|yunda|j&t|jd)\b",
        "https://www.kuaidi100.com/?nu={}",
    ),
)


def tracking_page(carrier: str, number: str) -> str:
    """Return the address of a carrier's page for a parcel; empty where none is known."""
    if not number:
        return ""
    name = carrier.lower()
    page = next((page for pattern, page in _PAGES if re.search(pattern, name)), "")
    return page.format(quote(number, safe=""))
