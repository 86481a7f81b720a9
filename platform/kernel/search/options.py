"""Options of variants as facets: colours, sizes, by names that shops gave them.

Options belong to one product each. Those of one name are one facet, however it is
written; how it is written stands in `OptionLabel`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias
from uuid import UUID

from django.db.models import Q

from kernel.catalogue.choices import VariantStatus
from kernel.catalogue.models import VariantValue
from kernel.search.models import OptionLabel
from kernel.search.words import fold

Labels: TypeAlias = dict[tuple[str, str], tuple[str, Mapping[str, str]]]
"""Titles and names, by code and value; the value is empty for the option itself."""

_SIGNS: Final = str.maketrans({"=": " ", ":": " ", "|": "/", "\x1f": " ", ",": " "})


@dataclass(frozen=True, slots=True)
class Option:
    """A value that a variant on sale has."""

    code: str
    value: str


def options_of(
    product_ids: Sequence[UUID],
) -> tuple[dict[UUID, list[Option]], Labels]:
    """Return the options that products are on sale with, and how they are written; one query."""
    found: dict[UUID, dict[Option, None]] = defaultdict(dict)
    labels: Labels = {}
    rows = VariantValue.objects.filter(
        variant__product__in=product_ids,
        variant__status=VariantStatus.ACTIVE,
        option_type__is_archived=False,
    )
    for product, option, names, value, value_names in rows.order_by(
        "option_type__position", "option_value__position", "pk"
    ).values_list(
        "variant__product_id",
        "option_type__name",
        "option_type__names",
        "option_value__name",
        "option_value__names",
    ):
        one = Option(code_of(option), value.translate(_SIGNS).strip())
        if one.code and one.value:
            found[product][one] = None
            labels.setdefault((one.code, ""), (option, names))
            labels.setdefault((one.code, one.value), (value, value_names))
    return {product: list(options) for product, options in found.items()}, labels


def code_of(name: str) -> str:
    """Return what options of a name, however it is written, are chosen with."""
    return " ".join(fold(name.translate(_SIGNS)).split())[:80]


def keep_labels(labels: Labels) -> None:
    """Note how options are written; at most two statements, none without options.

    The first way of writing stays; names in further languages are those that came last.
    """
    if not labels:
        return
    known = labels_of({code for code, _value in labels})
    new = [
        OptionLabel(
            code=code, value=value, title=known.get((code, value), (title,))[0], names=names
        )
        for (code, value), (title, names) in sorted(labels.items())
        if (code, value) not in known or (names and names != known[code, value][1])
    ]
    if new:
        OptionLabel.objects.bulk_create(
            new, update_conflicts=True, unique_fields=["code", "value"], update_fields=["names"]
        )


def labels_of(codes: Iterable[str], values: Iterable[str] | None = None) -> Labels:
    """Return how options are written, and their values; one query."""
    rows = OptionLabel.objects.filter(code__in=set(codes))
    if values is not None:
        rows = rows.filter(Q(value="") | Q(value__in=set(values)))
    told = rows.values_list("code", "value", "title", "names")
    return {(code, value): (title, names) for code, value, title, names in told}
