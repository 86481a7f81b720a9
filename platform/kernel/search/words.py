"""Words of a text: what products are found by, and what a search asks for.

Latin and other spaced scripts are cut at what is no letter or digit, without case
and accents. Chinese and Japanese have no spaces: they are cut into pairs of
neighbouring characters, and single ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, Literal, TypeAlias
from unicodedata import category, normalize

Weight: TypeAlias = Literal["A", "B", "C", "D"]

LONGEST: Final = 80
"""So many characters of what somebody types are looked at."""
_LONGEST_WORD: Final = 60
_LONGEST_PART: Final = 4_000
_LAST_PLACE: Final = 16_000
_MOST_RUNS: Final = 8
_SHORTEST_PLURAL: Final = 4
_HAN: Final = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN: Final = re.compile(rf"[{_HAN}]+|(?:(?![{_HAN}])[^\W_])+")
_IS_HAN: Final = re.compile(rf"[{_HAN}]")

SynonymGroups: TypeAlias = Sequence[Sequence[str]]


def fold(text: str) -> str:
    """Return a text without case, accents, wide forms and repeated spaces."""
    apart = normalize("NFD", normalize("NFKC", text.replace("\x00", " ")).casefold())
    plain = "".join(each for each in apart if category(each) != "Mn")
    return " ".join(normalize("NFC", plain).split())


def vector_of(parts: Iterable[tuple[str, Weight]]) -> str:
    """Return what is found by these texts, as PostgreSQL reads a ``tsvector``.

    Args:
        parts: texts with their weights; the most important first.
    """
    places: dict[str, dict[int, str]] = {}
    place = 0
    for text, weight in parts:
        for together in _indexed(fold(text[:_LONGEST_PART])):
            place = min(place + 1, _LAST_PLACE)
            for word in together:
                places.setdefault(word, {}).setdefault(place, weight)
    return " ".join(
        f"'{word}':" + ",".join(f"{at}{weight}" for at, weight in found.items())
        for word, found in places.items()
    )


def query_of(text: str, synonyms: SynonymGroups = (), *, only: Weight | None = None) -> str:
    """Return what somebody types as PostgreSQL reads a ``tsquery``; empty without a word.

    A word is found by its beginning. Chinese is found in another order and with
    other words between, as long as every character stands beside a neighbour.

    Args:
        text: as it was typed.
        synonyms: folded phrases that mean the same, in groups.
        only: look among words of this weight alone.
    """
    return _asked(fold(text[:LONGEST]), synonyms, only or "")


def spaced_words(folded: str) -> list[str]:
    """Return the words of a folded text that are written with spaces around them."""
    runs = _RUN.findall(folded)
    return [run[:_LONGEST_WORD] for run in runs if not _IS_HAN.match(run)]


def _indexed(folded: str) -> Iterable[tuple[str, ...]]:
    for run in _RUN.findall(folded):
        if _IS_HAN.match(run):
            for number, letter in enumerate(run):
                pair = run[number : number + 2]
                yield (letter, pair) if len(pair) > 1 else (letter,)
        else:
            word = run[:_LONGEST_WORD]
            yield (word, *_singular(word))


def _singular(word: str) -> tuple[str, ...]:
    """Return what the word may be without the plural's ending, where it seems to have one."""
    if len(word) < _SHORTEST_PLURAL or not word.isascii() or not word.isalpha():
        return ()
    if not word.endswith("s") or word.endswith("ss"):
        return ()
    if word.endswith("ies"):
        return (f"{word[:-3]}y",)
    has_vowel = word.endswith(("ses", "xes", "shes", "ches"))
    return (word[:-1], word[:-2]) if has_vowel else (word[:-1],)


def _asked(folded: str, synonyms: SynonymGroups, only: str) -> str:
    found = _first_synonym(folded, synonyms)
    if found is None:
        return _all_of(_run(run, only) for run in _RUN.findall(folded)[:_MOST_RUNS])
    start, end, group = found
    return _all_of(
        (
            _asked(folded[:start], synonyms, only),
            _any_of(_asked(phrase, (), only) for phrase in group),
            _asked(folded[end:], synonyms, only),
        )
    )


def _first_synonym(folded: str, synonyms: SynonymGroups) -> tuple[int, int, Sequence[str]] | None:
    """Return where the longest phrase with synonyms stands, and what means the same."""
    best: tuple[int, int, Sequence[str]] | None = None
    for group in synonyms:
        for phrase in group:
            start = _place_of(phrase, folded)
            if start >= 0 and (best is None or len(phrase) > best[1] - best[0]):
                best = (start, start + len(phrase), group)
    return best


def _place_of(phrase: str, folded: str) -> int:
    start = folded.find(phrase)
    while phrase and start >= 0:
        end = start + len(phrase)
        if not _is_within_word(folded, start) and not _is_within_word(folded, end):
            return start
        start = folded.find(phrase, start + 1)
    return -1


def _is_within_word(folded: str, place: int) -> bool:
    around = folded[max(0, place - 1) : place + 1]
    return 0 < place < len(folded) and around.isalnum() and not _IS_HAN.search(around)


def _run(run: str, only: str) -> str:
    if not _IS_HAN.match(run):
        word = run[:_LONGEST_WORD]
        sign = "*" if len(word) > 1 or word.isdigit() else ""
        beginning = _lexeme(word, f"{sign}{only}")
        return _any_of((beginning, *(_lexeme(each, only) for each in _singular(word))))
    if len(run) == 1:
        return _lexeme(run, only)
    return _all_of(dict.fromkeys(_covered(run, place, only) for place in range(len(run))))


def _lexeme(word: str, signs: str) -> str:
    return f"'{word}':{signs}" if signs else f"'{word}'"


def _covered(run: str, place: int, only: str) -> str:
    """Ask for a character beside one of its neighbours.

    A run of odd length holds a word of one character, or of three: characters that
    leave pairs on both sides may stand alone.
    """
    pairs = [run[start : start + 2] for start in (place - 1, place) if start >= 0]
    ways = [pair for pair in pairs if len(pair) > 1]
    if len(run) % 2 and place % 2 == 0:
        ways.append(run[place])
    return _any_of(_lexeme(way, only) for way in dict.fromkeys(ways))


def _all_of(parts: Iterable[str]) -> str:
    return _joined(parts, " & ")


def _any_of(parts: Iterable[str]) -> str:
    return _joined(parts, " | ")


def _joined(parts: Iterable[str], sign: str) -> str:
    given = [part for part in parts if part]
    return f"({sign.join(given)})" if len(given) > 1 else "".join(given)
