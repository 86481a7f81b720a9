"""What the demo shops propose to search for, and which words mean the same in them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from config.dev.demo.shelving import ACTOR
from config.dev.demo.wares import Range
from kernel.search.models import HotWord, Synonym
from kernel.search.services import add_synonyms, set_hot_words

_FARM: Final = ("大米", "茶叶", "蜂蜜", "水果")
_FARM_SYNONYMS: Final = (("大米", "稻米", "rice"), ("茶叶", "茶", "tea"), ("蜂蜜", "蜜糖", "honey"))
_FASHION: Final = ("linen", "shirt", "dress", "knit")
_FASHION_SYNONYMS: Final = (("trousers", "pants"), ("sweater", "jumper", "knit"))


def word_once(goods: Range, *, now: datetime) -> None:
    """Propose searches and keep synonyms, unless the shop has some."""
    if HotWord.objects.exists() or Synonym.objects.exists():
        return
    is_chinese = goods.locale.startswith("zh")
    set_hot_words(_FARM if is_chinese else _FASHION, actor=ACTOR, now=now)
    for phrases in _FARM_SYNONYMS if is_chinese else _FASHION_SYNONYMS:
        add_synonyms(phrases, actor=ACTOR, now=now)
