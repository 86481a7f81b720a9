"""What a misspelt word may have meant: words that share most of their parts of three letters.

Words of scripts without spaces are left as they are: what is typed there is chosen from
what exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.db import connection

from kernel.search.words import LONGEST, fold, spaced_words

_SHORTEST: Final = 4
_LEAST_ALIKE: Final = 0.3
_ADD: Final = """
INSERT INTO search_knownword (word, grams)
SELECT word, string_to_array(grams, chr(31))
  FROM unnest(%(words)s::text[], %(grams)s::text[]) AS told (word, grams)
ON CONFLICT (word) DO NOTHING
"""
_NEAREST: Final = """
SELECT asked.word, nearest.word
  FROM unnest(%(words)s::text[], %(grams)s::text[]) AS asked (word, grams)
 CROSS JOIN LATERAL (
   SELECT known.word, 2.0 * alike.number / (
            cardinality(known.grams) + cardinality(string_to_array(asked.grams, chr(31)))
          ) AS share
     FROM search_knownword known
    CROSS JOIN LATERAL (
      SELECT count(*) AS number FROM unnest(known.grams) AS gram
       WHERE gram = ANY(string_to_array(asked.grams, chr(31)))
    ) AS alike
    WHERE known.grams && string_to_array(asked.grams, chr(31))::varchar[]
    ORDER BY share DESC, known.word LIMIT 1
 ) AS nearest
 WHERE nearest.share >= %(least)s
   AND NOT EXISTS (
     SELECT FROM search_knownword known WHERE starts_with(known.word, asked.word)
   )
"""


def vocabulary(texts: Iterable[str]) -> set[str]:
    """Return the words of texts that others may be corrected to."""
    words = {word for text in texts for word in spaced_words(fold(text))}
    return {word for word in words if _can_be_spelt(word)}


def learn(words: Iterable[str]) -> None:
    """Keep words, once each; one statement, none without a word."""
    told = sorted(set(words))
    if told:
        with connection.cursor() as cursor:
            cursor.execute(_ADD, _columns(told))


def corrected(text: str) -> str:
    """Return a text with known words in place of unknown ones; empty when there are none.

    One statement, none for a text without words that can be misspelt.
    """
    folded = fold(text[:LONGEST])
    words = [word for word in dict.fromkeys(spaced_words(folded)) if _can_be_spelt(word)]
    if not words:
        return ""
    with connection.cursor() as cursor:
        cursor.execute(_NEAREST, {**_columns(words), "least": _LEAST_ALIKE})
        meant: Mapping[str, str] = dict(cursor.fetchall())
    if not meant:
        return ""
    for word, instead in meant.items():
        folded = folded.replace(word, instead)
    return folded


def grams_of(word: str) -> list[str]:
    """Return the parts of three letters of a word, its beginning and its end among them."""
    padded = f"  {word} "
    return sorted({padded[place : place + 3] for place in range(len(padded) - 2)})


def _can_be_spelt(word: str) -> bool:
    return len(word) >= _SHORTEST and word.isalpha()


def _columns(words: Sequence[str]) -> dict[str, Any]:
    return {"words": list(words), "grams": ["\x1f".join(grams_of(word)) for word in words]}
