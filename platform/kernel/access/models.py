"""Staff and their roles.

The table stands in every tenant's schema, for the tenant's staff, and in public,
for channel partners and operators. There is no fall-through between them: the
search path holds one schema.
"""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from kernel.common.db.fields import CASCADE, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.tenancy.models import TenantModel


class Reach(models.TextChoices):
    """For which part of the shop a role's permissions hold."""

    ALL = "all", _("The whole shop")
    STORES = "stores", _("Only the stores that the person works at")


class Role(TenantModel):
    """A named set of permissions; ``*`` stands for all.

    Attributes:
        reach: orders and stock that the permissions hold for.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    permissions = models.JSONField(default=list)
    reach = models.CharField(
        max_length=10, choices=Reach.choices, default=Reach.ALL, db_default=Reach.ALL
    )

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("rol", self.id)

    @override
    def __str__(self) -> str:
        return self.name


class Staff(TenantModel, AbstractBaseUser):
    """A person who signs in to a console.

    Attributes:
        channel_id: in public only: the channel partner the person works for;
            empty for operators.
        stores: ids of the stock locations where the person works; they matter to
            roles that reach no further.
        must_change_password: True while the password is one that another chose.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=80)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    language = models.CharField(max_length=10, default="", blank=True)
    channel_id = models.UUIDField(null=True, blank=True)
    stores = models.JSONField(default=list, db_default=[], blank=True)
    created_at = models.DateTimeField(db_default=Now())

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = BaseUserManager["Staff"]()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="access_staff_email")]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("stf", self.id)

    @property
    def is_staff(self) -> bool:
        """True: everyone in this table may sign in to a console."""
        return True

    @override
    def __str__(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        """Return the name that a page greets with."""
        return self.name

    def permission_codes(self) -> frozenset[str]:
        """Return what the roles allow; one query, kept for the life of the instance."""
        return frozenset(code for _reach, codes in self._roles() for code in codes)

    def _roles(self) -> list[tuple[str, list[str]]]:
        found: list[tuple[str, list[str]]] | None = getattr(self, "_role_rows", None)
        if found is None:
            rows = Role.objects.filter(assignments__staff=self)
            found = self._role_rows = list(rows.values_list("reach", "permissions"))
        return found

    def may(self, permission: str) -> bool:
        """Tell whether the person may do what a permission names, ``resource.action``."""
        if not self.is_active:
            return False
        codes = self.permission_codes()
        return "*" in codes or permission in codes

    def stores_for(self, permission: str) -> frozenset[UUID] | None:
        """Return the stock locations for which a permission holds; None for the whole shop.

        Without the permission it holds nowhere.
        """
        reaches = {reach for reach, codes in self._roles() if {"*", permission} & set(codes)}
        if Reach.ALL in reaches:
            return None
        return frozenset(UUID(key) for key in self.stores) if reaches else frozenset()

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Answer Django's admin; the same as `may`."""
        return self.may(perm)

    def has_module_perms(self, app_label: str) -> bool:
        """Answer Django's admin: lists decide for themselves."""
        return self.is_active


class RoleAssignment(TenantModel):
    """A role that a person holds."""

    staff = DBForeignKey(Staff, db_on_delete=CASCADE, related_name="assignments")
    role = DBForeignKey(Role, db_on_delete=CASCADE, related_name="assignments")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["staff", "role"], name="access_one_assignment")
        ]
