"""Staff and their roles.

The table stands in every tenant's schema, for the tenant's staff, and in public,
for channel partners and operators. There is no fall-through between them: the
search path holds one schema.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from kernel.access.scopes import Extent
from kernel.common.db.fields import CASCADE, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.tenancy.models import TenantModel


class Reach(models.TextChoices):
    """For which part of the shop a role's permissions hold."""

    ALL = "all", _("The whole shop")
    STORES = "stores", _("Only the stores that the person works at")
    MEMBERS = "members", _("Only the members whom the person looks after")


class Role(TenantModel):
    """A named set of permissions; ``*`` stands for all.

    Attributes:
        reach: the members, orders and stock that the permissions hold for.
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
        expires_at: of somebody who was let in for a time only, to help.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=80)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    language = models.CharField(max_length=10, default="", blank=True)
    channel_id = models.UUIDField(null=True, blank=True)
    stores = models.JSONField(default=list, db_default=[], blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
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

    @property
    def must_set_factor(self) -> bool:
        """True while the shop wants a second factor of the person, who has none.

        `present_staff` reads it with the person; else it costs a query.
        """
        known: bool | None = getattr(self, "lacks_factor", None)
        if known is None:
            known = Staff.objects.filter(_lacks_factor(), pk=self.pk).exists()
        return known

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

    def reaches(self, permission: str) -> frozenset[str]:
        """Return for which parts of the shop a permission holds; none without it."""
        return frozenset(reach for reach, codes in self._roles() if {"*", permission} & set(codes))

    def extent_of(self, permission: str) -> Extent | None:
        """Return what a permission holds for; None for everything.

        Without the permission it holds for nothing.
        """
        reaches = self.reaches(permission)
        if Reach.ALL in reaches:
            return None
        return Extent(
            stores=self._own_stores(reaches),
            advisor=self.pk if Reach.MEMBERS in reaches else None,
        )

    def _own_stores(self, reaches: frozenset[str]) -> frozenset[UUID] | None:
        if not reaches:
            return frozenset()
        if Reach.STORES not in reaches:
            return None
        return frozenset(UUID(key) for key in self.stores)

    def stores_for(self, permission: str) -> frozenset[UUID] | None:
        """Return the stock locations for which a permission holds; None for the whole shop."""
        extent = self.extent_of(permission)
        return None if extent is None else extent.stores or frozenset()

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


class AccessPolicy(TenantModel):
    """What holds for the whole staff; one row, or none while nothing was chosen.

    Attributes:
        needs_factor: nobody works here without a second factor.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    needs_factor = models.BooleanField(default=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="access_one_policy")]


class SecondFactor(TenantModel):
    """A person's authenticator app; its secret is sealed elsewhere.

    Whoever has security keys alone has a row as well, for the codes on paper.

    Attributes:
        by_app: whether codes of the app are taken.
        confirmed_at: when a first code proved that the app has the secret; until then
            nothing is asked of the person.
        last_step: of the last code that was taken; no code is taken twice.
        recovery: SHA-256 of each code that still works in place of the app.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    staff = DBForeignKey(Staff, db_on_delete=CASCADE, db_index=False)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    by_app = models.BooleanField(default=True, db_default=True)
    last_step = models.BigIntegerField(default=0)
    recovery = models.JSONField(default=list)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["staff"], name="access_one_factor")]


class SecurityKey(TenantModel):
    """A security key of a person (WebAuthn).

    Attributes:
        credential: how the key calls itself, in base64 for addresses.
        data: its public key, as the key gave it.
        host: for which it was made; at another it does not answer.
        counter: as it stood at the last answer; a lower one comes from a copy.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    staff = DBForeignKey(Staff, db_on_delete=CASCADE)
    name = models.CharField(max_length=60)
    credential = models.CharField(max_length=1400)
    data = models.BinaryField()
    host = models.CharField(max_length=253)
    counter = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["credential"], name="access_one_credential")]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("sky", self.id)


class StaffSession(TenantModel):
    """A sign-in: on which device, from where, and whether it still lasts.

    Attributes:
        key: of the session in Django's table; whoever deletes that row ends the sign-in.
        device: SHA-256 of what the device was given to be known again by.
        agent: how the browser calls itself.
        ended_at: signed out, by the person or by another; not when it only ran out.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    staff = DBForeignKey(Staff, db_on_delete=CASCADE)
    key = models.CharField(max_length=40)
    device = models.CharField(max_length=64)
    agent = models.CharField(max_length=200, default="", blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    last_seen_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("sse", self.id)


class SupportAccess(TenantModel):
    """A helper who was let in for a time, by a link that works once.

    Attributes:
        staff: whom the helper is signed in as.
        token_hash: SHA-256 of what stands in the link; the link itself is nowhere.
        given_by: as the audit log names people.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    staff = DBForeignKey(Staff, db_on_delete=CASCADE, db_index=False)
    token_hash = models.CharField(max_length=64)
    reason = models.CharField(max_length=200)
    given_by = models.CharField(max_length=80)
    created_at = models.DateTimeField(db_default=Now())
    used_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["staff"], name="access_one_support"),
            models.UniqueConstraint(fields=["token_hash"], name="access_support_token"),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("sup", self.id)


def _lacks_factor() -> models.Q:
    own = SecondFactor.objects.filter(staff=models.OuterRef("pk"), confirmed_at__isnull=False)
    is_needed = models.Exists(AccessPolicy.objects.filter(needs_factor=True))
    return models.Q(expires_at=None) & models.Q(is_needed) & ~models.Q(models.Exists(own))


def present_staff(now: datetime) -> models.QuerySet[Staff]:
    """Return who may be signed in at a moment; each knows whether a second factor is due."""
    rows = Staff.objects.filter(is_active=True)
    rows = rows.filter(models.Q(expires_at=None) | models.Q(expires_at__gt=now))
    return rows.annotate(
        lacks_factor=models.ExpressionWrapper(_lacks_factor(), output_field=models.BooleanField())
    )
