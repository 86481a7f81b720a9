"""The base of every model whose table lives in a tenant's schema."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Self

from django.db import connection, models
from typing_extensions import override

from kernel.tenancy.errors import CrossTenantWrite


class TenantModel(models.Model):
    """A row that knows which schema it came from.

    Primary keys repeat between tenants. Without this stamp an instance read in
    one tenant and saved in another would overwrite the other's row.
    """

    class Meta:
        abstract = True

    @classmethod
    @override
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], **options: Any
    ) -> Self:
        """Build the instance and remember its schema."""
        instance = super().from_db(db, field_names, values, **options)
        instance._state.schema = connection.schema_name  # type: ignore[attr-defined]
        return instance

    def _refuse_other_tenant(self) -> None:
        schema = getattr(self._state, "schema", None)
        if schema is not None and schema != connection.schema_name:  # type: ignore[attr-defined]
            raise CrossTenantWrite(f"{self._meta.label} was loaded in another tenant")

    @override
    def save_base(self, *args: Any, **kwargs: Any) -> None:
        """Save in the tenant that the instance came from.

        Raises:
            CrossTenantWrite: another tenant is current.
        """
        self._refuse_other_tenant()
        super().save_base(*args, **kwargs)
        self._state.schema = connection.schema_name  # type: ignore[attr-defined]

    @override
    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete in the tenant that the instance came from.

        Raises:
            CrossTenantWrite: another tenant is current.
        """
        self._refuse_other_tenant()
        return super().delete(*args, **kwargs)

    @override
    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Reload from the tenant that the instance came from.

        Raises:
            CrossTenantWrite: another tenant is current.
        """
        self._refuse_other_tenant()
        super().refresh_from_db(*args, **kwargs)
