"""A foreign key whose ON DELETE is the database's.

Django's collector looks at every relation that points to a row, also hidden
ones, and queries the related table. In a tenant without the module that owns
that table the query would fail, and with it the deletion of a kernel row. With
``DO_NOTHING`` Django does not look, and PostgreSQL does what must be done.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from django.db import models

DbAction = Literal["CASCADE", "RESTRICT", "SET NULL"]
CASCADE: DbAction = "CASCADE"
RESTRICT: DbAction = "RESTRICT"
SET_NULL: DbAction = "SET NULL"


class DBForeignKey(models.ForeignKey):  # type: ignore[type-arg]
    """A foreign key with an action of the database and no reverse accessor.

    Args:
        to: the model pointed to, usually as ``"app_label.Model"``.
        db_on_delete: `CASCADE`, `RESTRICT` or `SET_NULL`.
    """

    def __init__(self, to: Any, *, db_on_delete: DbAction, **kwargs: Any) -> None:
        kwargs.pop("on_delete", None)
        kwargs.setdefault("related_name", "+")
        if db_on_delete == SET_NULL and not kwargs.get("null"):
            raise ValueError("db_on_delete=SET_NULL needs null=True")
        self.db_on_delete = db_on_delete
        super().__init__(to, on_delete=models.DO_NOTHING, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Return what a migration writes down."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("on_delete", None)
        kwargs["db_on_delete"] = self.db_on_delete
        return name, path, args, kwargs
