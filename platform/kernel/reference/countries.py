"""Countries that an address may name, as a form lists them; the code decides, not the name."""

from __future__ import annotations

from typing import Final

from kernel.modules.manifest import Text

COUNTRIES: Final = {
    "CN": Text("中国大陆", "China (mainland)"),
    "HK": Text("中国香港", "Hong Kong SAR China"),
    "MO": Text("中国澳门", "Macao SAR China"),
    "TW": Text("中国台湾", "Taiwan, China"),
    "AE": Text("阿联酋", "United Arab Emirates"),
    "AR": Text("阿根廷", "Argentina"),
    "AT": Text("奥地利", "Austria"),
    "AU": Text("澳大利亚", "Australia"),
    "BE": Text("比利时", "Belgium"),
    "BR": Text("巴西", "Brazil"),
    "CA": Text("加拿大", "Canada"),
    "CH": Text("瑞士", "Switzerland"),
    "CL": Text("智利", "Chile"),
    "CZ": Text("捷克", "Czechia"),
    "DE": Text("德国", "Germany"),
    "DK": Text("丹麦", "Denmark"),
    "ES": Text("西班牙", "Spain"),
    "FI": Text("芬兰", "Finland"),
    "FR": Text("法国", "France"),
    "GB": Text("英国", "United Kingdom"),
    "GR": Text("希腊", "Greece"),
    "HU": Text("匈牙利", "Hungary"),
    "ID": Text("印度尼西亚", "Indonesia"),
    "IE": Text("爱尔兰", "Ireland"),
    "IL": Text("以色列", "Israel"),
    "IN": Text("印度", "India"),
    "IT": Text("意大利", "Italy"),
    "JP": Text("日本", "Japan"),
    "KR": Text("韩国", "South Korea"),
    "MX": Text("墨西哥", "Mexico"),
    "MY": Text("马来西亚", "Malaysia"),
    "NL": Text("荷兰", "Netherlands"),
    "NO": Text("挪威", "Norway"),
    "NZ": Text("新西兰", "New Zealand"),
    "PH": Text("菲律宾", "Philippines"),
    "PL": Text("波兰", "Poland"),
    "PT": Text("葡萄牙", "Portugal"),
    "RO": Text("罗马尼亚", "Romania"),
    "SA": Text("沙特阿拉伯", "Saudi Arabia"),
    "SE": Text("瑞典", "Sweden"),
    "SG": Text("新加坡", "Singapore"),
    "TH": Text("泰国", "Thailand"),
    "TR": Text("土耳其", "Türkiye"),
    "US": Text("美国", "United States"),
    "VN": Text("越南", "Vietnam"),
    "ZA": Text("南非", "South Africa"),
}

_BY_CURRENCY: Final = {
    "AUD": "AU",
    "CAD": "CA",
    "CNY": "CN",
    "EUR": "DE",
    "GBP": "GB",
    "HKD": "HK",
    "JPY": "JP",
    "KRW": "KR",
    "SGD": "SG",
    "THB": "TH",
    "TWD": "TW",
    "USD": "US",
    "VND": "VN",
}


def name_in(code: str, language: str) -> str:
    """Return a country's name, or its code when the list has none."""
    known = COUNTRIES.get(code)
    return code if known is None else known.in_language(language)


def usual_country(currency: str) -> str:
    """Return where most buyers of a shop with this currency live."""
    return _BY_CURRENCY.get(currency, "CN")


def code_of(text: str) -> str:
    """Return the code of a country that somebody names in any language; empty when unknown."""
    wanted = text.strip().casefold()
    if wanted.upper() in COUNTRIES:
        return wanted.upper()
    found = (code for code, name in COUNTRIES.items() if wanted in _names_of(name))
    return next(found, "")


def _names_of(name: Text) -> set[str]:
    return {name.zh.casefold(), name.en.casefold(), name.en.partition(" (")[0].casefold()}
