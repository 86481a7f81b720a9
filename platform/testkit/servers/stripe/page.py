"""The hosted page that a payer pays on."""

from __future__ import annotations

import html
from decimal import Decimal
from typing import Final

from testkit.servers.stripe.state import Plain

_PAGE: Final = """<!doctype html><html lang="{lang}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>{title}</title>
<style>
body{{margin:0;font:16px/1.5 system-ui,sans-serif;background:#f4f5f7;color:#1d2330}}
main{{max-width:26rem;margin:0 auto;padding:1.5rem 1rem}}
p.test{{background:#fff3c4;border-radius:.5rem;padding:.5rem .75rem;margin:0 0 1rem}}
section{{background:#fff;border-radius:.75rem;padding:1.25rem}}
h1{{font-size:1rem;font-weight:500;margin:0;overflow-wrap:anywhere}}
output{{display:block;font-size:2rem;font-weight:650;margin:.25rem 0 1rem}}
label,input,button{{display:block;width:100%;box-sizing:border-box}}
input,button{{font:inherit;padding:.75rem;border-radius:.5rem;margin-top:.25rem}}
input{{border:1px solid #8a93a6}}
button{{border:0;background:#1f4fd8;color:#fff;font-weight:600;margin-top:1rem}}
[role=alert]{{color:#a4161a;font-weight:600}}
ul{{padding-left:1.1rem;color:#4a5368;font-size:.875rem}}
</style>
<main><p class="test">{test}</p><section><h1>{subject}</h1>
<output>{amount} {currency}</output>{fault}
<form method="post"><label>{card} <input name="card" value="4242 4242 4242 4242"
inputmode="numeric" autocomplete="cc-number"></label> <button>{pay}</button></form></section>
<ul><li>4242 4242 4242 4242: {works}</li><li>4000 0000 0000 0002: {declined}</li>
<li>4000 0025 0000 3155: {asks}</li></ul>
<p><a href="{back_to}">{back}</a></p></main></html>"""
_WITHOUT_HUNDREDTHS: Final = frozenset({"JPY", "KRW", "VND", "CLP", "XAF", "XOF"})
_WORDS: Final = {
    "en": {
        "title": "Pay",
        "test": "A double of Stripe on this machine. No money moves.",
        "card": "Card number",
        "pay": "Pay",
        "back": "Back",
        "works": "is paid",
        "declined": "is declined",
        "asks": "asks a second time",
    },
    "zh": {
        "title": "付款",
        "test": "这是本机上的 Stripe 模拟环境，不会产生真实扣款。",
        "card": "卡号",
        "pay": "付款",
        "back": "返回",
        "works": "付款成功",
        "declined": "被拒绝",
        "asks": "再确认一次",
    },
}


def drawn(session: Plain, *, fault: str, languages: str) -> str:
    """Return the page of a session.

    Args:
        session: what is paid.
        fault: why it could not be paid just now.
        languages: what the browser prefers, ``zh-CN,zh;q=0.9``.
    """
    lang = "zh" if languages.lower().startswith("zh") else "en"
    currency = session["currency"].upper()
    return _PAGE.format(
        lang=lang,
        subject=html.escape(session["subject"]),
        amount=_written(session["amount_total"], currency),
        currency=html.escape(currency),
        fault=f'<p role="alert">{html.escape(fault)}</p>' if fault else "",
        back_to=html.escape(session["cancel_url"] or "/", quote=True),
        **_WORDS[lang],
    )


def _written(amount: int, currency: str) -> str:
    return str(amount if currency in _WITHOUT_HUNDREDTHS else Decimal(amount).scaleb(-2))
