"""What the demo's shops sell, read from the files beside it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from itertools import cycle, product
from random import Random
from typing import Any, Final, TypeAlias

from config.dev.demo.drawing.pictures import Drawing

Row: TypeAlias = list[Any]

MINOR: Final = 100
# How the second picture of produce shows what the first one shows otherwise.
_OTHERWISE: Final[Mapping[str, str]] = {
    "table": "crate",
    "crate": "table",
    "single": "table",
    "pair": "crate",
    "board": "crate",
    "bowl": "jar",
    "sack": "bowl",
}
_HEAVY: Final[Mapping[str, int]] = {"coat": 1600, "trench": 1300, "boot": 1400, "sneaker": 900}


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category.

    Attributes:
        parent: slug of the one above; empty for none.
    """

    slug: str
    title: str
    parent: str
    drawing: Drawing


@dataclass(frozen=True, slots=True)
class Choice:
    """An option: its name, its values, and the colour of each that is one."""

    name: str
    values: Sequence[str]
    colours: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Pack:
    """A variant: which values, and what it costs, in minor units."""

    values: tuple[str, ...]
    minor: int
    compare_at: int | None
    grams: int


@dataclass(frozen=True, slots=True)
class Ware:
    """A product.

    Attributes:
        drawings: by the value of an option that they show; the empty one for none.
    """

    code: str
    title: str
    category: str
    summary: str
    text: str
    choices: Sequence[Choice]
    packs: Sequence[Pack]
    drawings: Sequence[tuple[str, Drawing]]
    tags: Sequence[str]


@dataclass(frozen=True, slots=True)
class Range:
    """Everything that a shop sells."""

    currency: str
    locale: str
    shelves: Sequence[Shelf]
    wares: Sequence[Ware]


def read_range(name: str) -> Range:
    """Read what a shop sells."""
    text = files("config.dev.demo").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    backdrops = cycle(data["backdrops"])
    made = list(_garments(data, backdrops) if "palette" in data else _produce(data, backdrops))
    # What is newest comes first on the front page, and shall be of every kind.
    Random(name).shuffle(made)  # noqa: S311  the same order in each run
    return Range(data["currency"], data["locale"], list(_shelves(data)), made)


def _shelves(data: Mapping[str, Any]) -> Iterator[Shelf]:
    backdrops = cycle(data["backdrops"])
    for entry in data["categories"]:
        shown = _drawing(data, entry["art"], next(backdrops))
        yield Shelf(entry["slug"], entry["title"], "", shown)
        for slug, title, *art in entry["children"]:
            yield Shelf(slug, title, entry["slug"], _drawing(data, art, next(backdrops)))


def _drawing(data: Mapping[str, Any], art: Sequence[str], behind: str) -> Drawing:
    first, second, third = art
    palette = data.get("palette")
    if palette is None:
        return Drawing(first, second, third, behind)
    return Drawing(first, third, palette[second], behind)


def _rows(data: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any], Row]]:
    number = 0
    for group in data["products"]:
        for row in group["list"]:
            number += 1
            yield number, group, row


def _garments(data: Mapping[str, Any], backdrops: Iterator[str]) -> Iterator[Ware]:
    for number, group, row in _rows(data):
        title, art, cloth, price, was, tones, sized, summary, text = row
        colours, sizes = tones.split(), data["sizes"][sized]
        tinted = {name: data["palette"][name] for name in colours}
        choices = [Choice(data["colour_option"], colours, tinted)]
        if sizes:
            choices.append(Choice(data["size_option"], sizes, {}))
        values = product(colours, sizes) if sizes else ((each,) for each in colours)
        yield Ware(
            code=f"LL-{number:03d}",
            title=title,
            category=group["category"],
            summary=summary,
            text=_paragraphs(text, group["of"]),
            choices=choices,
            packs=[
                Pack(tuple(each), price * MINOR, was * MINOR or None, _HEAVY.get(art, 450))
                for each in values
            ],
            drawings=[
                (name, Drawing(art, cloth, tinted[name], next(backdrops))) for name in colours
            ],
            tags=[art, "sale"] if was else [art],
        )


def _produce(data: Mapping[str, Any], backdrops: Iterator[str]) -> Iterator[Ware]:
    for number, group, row in _rows(data):
        title, scene, item, tone, was, offers, summary, text = row
        packs = dict(offer.split("=") for offer in offers.split())
        scenes = [scene, *([_OTHERWISE[scene]] if _has_another(scene, item) else [])]
        first = next(iter(packs))
        yield Ware(
            code=f"GY-{number:03d}",
            title=title,
            category=group["category"],
            summary=summary,
            text=_paragraphs(text, group["of"]),
            choices=[Choice(data["pack_option"], list(packs), {})],
            packs=[
                Pack(
                    (name,),
                    round(float(price) * MINOR),
                    round(was * MINOR) if was and name == first else None,
                    1500,
                )
                for name, price in packs.items()
            ],
            drawings=[("", Drawing(each, item, tone, next(backdrops))) for each in scenes],
            tags=[group["category"], "特价"] if was else [group["category"]],
        )


def _has_another(scene: str, item: str) -> bool:
    """Tell whether produce looks right in the other way to show it."""
    return scene in _OTHERWISE and not (scene == "bowl" and item not in {"berry", "bean"})


def _paragraphs(*texts: str) -> str:
    return "".join(f"<p>{escape(text)}</p>" for text in texts)
