"""Conditions for CHECK constraints."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import Q


def one_of(column: str, values: Iterable[str]) -> Q:
    """Return the condition that a column of text holds one of these words.

    Written as alternatives: PostgreSQL reads its own text of ``IN`` back as another
    expression, and a schema that is made from the catalog would differ from the first.
    """
    return reduce(or_, (Q(**{column: value}) for value in values))
