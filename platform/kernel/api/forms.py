"""Forms of the API whose fields are made once.

A serializer copies all its fields each time one is made, which takes longer than
what it does with a cart. What neither knows its request nor keeps anything of an
answer can be one for all.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.serializers import Serializer
from rest_framework.settings import api_settings


def checked(form: type[Serializer[Any]], told: object) -> dict[str, Any]:
    """Return what was told as the form understands it.

    Raises:
        ValidationError: with the faults of each field.
    """
    try:
        return dict(_one(form).run_validation(told))
    except ValidationError as error:
        if isinstance(error.detail, list):
            # Nothing at all was told; as `Serializer.errors` has it.
            raise ValidationError({api_settings.NON_FIELD_ERRORS_KEY: error.detail}) from error
        raise


def shown(form: type[Serializer[Any]], value: Any) -> Mapping[str, Any]:
    """Return a value as the form shows it."""
    found: Mapping[str, Any] = _one(form).to_representation(value)
    return found


@cache
def _one(form: type[Serializer[Any]]) -> Serializer[Any]:
    return form()
