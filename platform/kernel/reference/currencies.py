"""Currencies that a shop may keep its prices in: code, decimal places, names.

Source: ISO 4217, list one, and its Chinese names in GB/T 12406.
"""

from __future__ import annotations

from typing import Final

CURRENCIES: Final[tuple[tuple[str, int, str, str], ...]] = (
    ("AED", 2, "阿联酋迪拉姆", "UAE Dirham"),
    ("ARS", 2, "阿根廷比索", "Argentine Peso"),
    ("AUD", 2, "澳大利亚元", "Australian Dollar"),
    ("BDT", 2, "孟加拉塔卡", "Bangladeshi Taka"),
    ("BHD", 3, "巴林第纳尔", "Bahraini Dinar"),
    ("BRL", 2, "巴西雷亚尔", "Brazilian Real"),
    ("CAD", 2, "加拿大元", "Canadian Dollar"),
    ("CHF", 2, "瑞士法郎", "Swiss Franc"),
    ("CLP", 0, "智利比索", "Chilean Peso"),
    ("CNY", 2, "人民币", "Chinese Yuan"),
    ("COP", 2, "哥伦比亚比索", "Colombian Peso"),
    ("CZK", 2, "捷克克朗", "Czech Koruna"),
    ("DKK", 2, "丹麦克朗", "Danish Krone"),
    ("EGP", 2, "埃及镑", "Egyptian Pound"),
    ("EUR", 2, "欧元", "Euro"),
    ("GBP", 2, "英镑", "Pound Sterling"),
    ("HKD", 2, "港元", "Hong Kong Dollar"),
    ("HUF", 2, "匈牙利福林", "Hungarian Forint"),
    ("IDR", 2, "印度尼西亚卢比", "Indonesian Rupiah"),
    ("ILS", 2, "以色列新谢克尔", "Israeli New Shekel"),
    ("INR", 2, "印度卢比", "Indian Rupee"),
    ("JPY", 0, "日元", "Japanese Yen"),
    ("KES", 2, "肯尼亚先令", "Kenyan Shilling"),
    ("KRW", 0, "韩元", "South Korean Won"),
    ("KWD", 3, "科威特第纳尔", "Kuwaiti Dinar"),
    ("KZT", 2, "哈萨克斯坦坚戈", "Kazakhstani Tenge"),
    ("MOP", 2, "澳门元", "Macanese Pataca"),
    ("MXN", 2, "墨西哥比索", "Mexican Peso"),
    ("MYR", 2, "马来西亚林吉特", "Malaysian Ringgit"),
    ("NGN", 2, "尼日利亚奈拉", "Nigerian Naira"),
    ("NOK", 2, "挪威克朗", "Norwegian Krone"),
    ("NZD", 2, "新西兰元", "New Zealand Dollar"),
    ("PEN", 2, "秘鲁索尔", "Peruvian Sol"),
    ("PHP", 2, "菲律宾比索", "Philippine Peso"),
    ("PKR", 2, "巴基斯坦卢比", "Pakistani Rupee"),
    ("PLN", 2, "波兰兹罗提", "Polish Zloty"),
    ("QAR", 2, "卡塔尔里亚尔", "Qatari Riyal"),
    ("RON", 2, "罗马尼亚列伊", "Romanian Leu"),
    ("SAR", 2, "沙特里亚尔", "Saudi Riyal"),
    ("SEK", 2, "瑞典克朗", "Swedish Krona"),
    ("SGD", 2, "新加坡元", "Singapore Dollar"),
    ("THB", 2, "泰铢", "Thai Baht"),
    ("TRY", 2, "土耳其里拉", "Turkish Lira"),
    ("TWD", 2, "新台币", "New Taiwan Dollar"),
    ("USD", 2, "美元", "US Dollar"),
    ("VND", 0, "越南盾", "Vietnamese Dong"),
    ("ZAR", 2, "南非兰特", "South African Rand"),
)

_NAMES: Final = {code: (chinese, english) for code, _decimals, chinese, english in CURRENCIES}


def name_in(code: str, language: str) -> str:
    """Return what a currency is called; its code when nobody knows it."""
    chinese, english = _NAMES.get(code, (code, code))
    return chinese if language.startswith("zh") else english
