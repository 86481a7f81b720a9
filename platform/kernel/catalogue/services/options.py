"""Options of a product, and the variants that they give."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product as combinations
from math import prod
from typing import Final, TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.catalogue.errors import InvalidOptions, SkuTaken
from kernel.catalogue.models import OptionType, OptionValue, Product, Variant
from kernel.catalogue.services.changes import finish_change, locked_product
from kernel.catalogue.services.matrix import Matrix, read_matrix, write_matrices
from kernel.catalogue.texts import checked_names, checked_text
from kernel.common.ids import uuid7

Part = TypeVar("Part", OptionType, OptionValue)

MOST_OPTIONS: Final = 3
MOST_VALUES: Final = 100
MOST_VARIANTS: Final = 250
_LONGEST: Final = 80
_COLOUR: Final = re.compile(r"(#[0-9a-f]{6})?")


@dataclass(frozen=True, slots=True)
class ValueSpec:
    """A value of an option as it shall be; found again by id, else by name."""

    name: str
    id: UUID | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    colour: str = ""


@dataclass(frozen=True, slots=True)
class OptionSpec:
    """An option as it shall be, with its values in order; found again by id, else by name."""

    name: str
    values: Sequence[ValueSpec]
    id: UUID | None = None
    names: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def set_options(
    product_id: UUID,
    options: Sequence[OptionSpec],
    *,
    actor: Actor,
    only: Sequence[tuple[str, ...]] | None = None,
) -> list[Variant]:
    """Give a product exactly these options, and the variants that follow from them.

    Variants are kept with their SKUs and prices: when options are reordered or
    renamed; when an option is added (they get its first value); when one is
    removed (of those that become alike the first stays). The variants of a value
    that is taken away are archived, and come back with it. New variants are made
    for combinations with a new value only.

    Args:
        product_id: the product.
        options: all of them; none leaves one variant.
        actor: who decides.
        only: the combinations (names of values, in order) to make where they are
            missing; all with a new value when None.

    Returns:
        The variants on sale, in order.

    Raises:
        NotFound: there is no such product.
        InvalidOptions: more than 3 options or 250 variants, an option without
            values, or two of the same name.
    """
    product = locked_product(product_id)
    variants = lay_options(product, options, only=only)
    finish_change(
        product, changed=("options",), actor=actor, after={"options": told_options(options)}
    )
    return variants


def lay_options(
    product: Product,
    options: Sequence[OptionSpec],
    *,
    only: Sequence[tuple[str, ...]] | None = None,
    sku: str = "",
) -> list[Variant]:
    """Do what `set_options` does, for a product that is locked or was just made."""
    matrix = read_matrix(product)
    plan_options(matrix, options, only=only, sku=sku)
    try:
        with transaction.atomic():
            write_matrices([matrix])
    except IntegrityError as error:
        raise SkuTaken(skus=[sku]) from error
    return matrix.on_sale()


def plan_options(
    matrix: Matrix,
    options: Sequence[OptionSpec],
    *,
    only: Sequence[tuple[str, ...]] | None = None,
    sku: str = "",
) -> None:
    """Bring a matrix into the wanted form; nothing is written.

    Raises:
        InvalidOptions: as `set_options`.
    """
    wanted = _checked(options)
    _lay_types(matrix, wanted)
    matrix.settle()
    _make_missing(matrix, only=_names_of(only), sku=sku)
    matrix.number()


def told_options(options: Sequence[OptionSpec]) -> list[dict[str, object]]:
    """Return what the log says of options."""
    return [
        {"name": item.name, "values": [value.name for value in item.values]} for item in options
    ]


def _checked(options: Sequence[OptionSpec]) -> list[OptionSpec]:
    if len(options) > MOST_OPTIONS:
        raise InvalidOptions(_("At most 3 options are possible."), most=MOST_OPTIONS)
    # Before the values are read one by one: their number may be absurd.
    counts = [len(item.values) for item in options]
    if any(not 1 <= count <= MOST_VALUES for count in counts) or prod(counts) > MOST_VARIANTS:
        raise InvalidOptions(_("At most 250 variants are possible."), most=MOST_VARIANTS)
    found = [
        OptionSpec(
            name=checked_text(item.name, field="options", longest=_LONGEST, needed=True),
            values=[_checked_value(value) for value in item.values],
            id=item.id,
            names=checked_names(item.names, field="options"),
        )
        for item in options
    ]
    _refuse_doubles([item.name for item in found])
    for item in found:
        _refuse_doubles([value.name for value in item.values])
    return found


def _checked_value(value: ValueSpec) -> ValueSpec:
    colour = value.colour.lower()
    if not _COLOUR.fullmatch(colour):
        raise InvalidOptions(_("A colour is # and six digits."), colour=colour[:20])
    return ValueSpec(
        name=checked_text(value.name, field="options", longest=_LONGEST, needed=True),
        id=value.id,
        names=checked_names(value.names, field="options"),
        colour=colour,
    )


def _refuse_doubles(names: Sequence[str]) -> None:
    seen = {name.casefold() for name in names}
    if len(seen) < len(names):
        raise InvalidOptions(_("Two options or values have the same name."))


def _lay_types(matrix: Matrix, wanted: Sequence[OptionSpec]) -> None:
    """Bring the options into the wanted form."""
    kept: list[OptionType] = []
    claimed = {spec.id for spec in wanted if spec.id}
    for position, spec in enumerate(wanted):
        option = _found(matrix.types, spec, claimed=claimed, kept=kept)
        option = option or matrix.add_type(OptionType(id=uuid7(), product=matrix.product))
        if option.is_archived:
            matrix.revived |= {value.id for value in matrix.values[option.id]}
        option.name, option.names = spec.name, dict(spec.names) or option.names
        option.position, option.is_archived = position, False
        kept.append(option)
        _lay_values(matrix, option, spec)
    for item in matrix.types:
        item.is_archived = item not in kept
    matrix.types.sort(key=lambda item: (item.is_archived, item.position))


def _lay_values(matrix: Matrix, option: OptionType, spec: OptionSpec) -> None:
    present = matrix.values[option.id]
    kept: list[OptionValue] = []
    claimed = {item.id for item in spec.values if item.id}
    for position, value_spec in enumerate(spec.values):
        value = _found(present, value_spec, claimed=claimed, kept=kept)
        value = value or matrix.add_value(OptionValue(id=uuid7(), option_type=option))
        if value.is_archived:
            matrix.revived.add(value.id)
        value.name, value.names = value_spec.name, dict(value_spec.names) or value.names
        value.colour = value_spec.colour or value.colour
        value.position, value.is_archived = position, False
        kept.append(value)
    for item in present:
        item.is_archived = item not in kept
    present.sort(key=lambda item: (item.is_archived, item.position))


def _found(
    present: Sequence[Part],
    spec: OptionSpec | ValueSpec,
    *,
    claimed: Collection[UUID],
    kept: Sequence[Part],
) -> Part | None:
    """Return what is meant: by id, else by name, one in use before an archived one."""
    if spec.id:
        match = next((item for item in present if item.id == spec.id), None)
        if match is None or match in kept:
            raise InvalidOptions(_("There is nothing with this id."), id=str(spec.id))
        return match
    name = spec.name.casefold()
    free = [item for item in present if item.id not in claimed and item not in kept]
    alike = [item for item in free if item.name.casefold() == name]
    return min(alike, key=lambda item: item.is_archived, default=None)


def _names_of(only: Sequence[tuple[str, ...]] | None) -> set[tuple[str, ...]] | None:
    if only is None:
        return None
    return {tuple(name.strip().casefold() for name in names) for names in only}


def _make_missing(matrix: Matrix, *, only: set[tuple[str, ...]] | None, sku: str) -> None:
    """Make the variants that are asked for, or all that hold a new value."""
    present = {variant.signature for variant in matrix.variants}
    unknown = matrix.fresh | matrix.revived
    columns = [matrix.values_in_use(item) for item in matrix.types_in_use()]
    for combination in combinations(*columns):
        names = tuple(value.name.casefold() for value in combination)
        is_new = not combination or any(value.id in unknown for value in combination)
        is_wanted = is_new if only is None else names in only
        if is_wanted and matrix.signature(combination) not in present:
            matrix.add_variant(combination, sku=sku if not combination else "")
