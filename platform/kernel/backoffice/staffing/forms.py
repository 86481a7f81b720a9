"""Forms of staff and their roles."""

from __future__ import annotations

from typing import Any, Final, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.access.models import Reach, Role
from kernel.access.offered import shelves
from kernel.access.services import OWNER
from kernel.inventory.selectors import locations_for

MANAGE: Final = "staff.manage"


def role_name(role: Role) -> str:
    """Return what a role is called; the owner's has no name of its own."""
    return str(_("Owner")) if role.code == OWNER else role.name


class RoleForm(forms.Form):
    """A role: what it allows, and for which part of the shop."""

    name = forms.CharField(label=_("Name"), max_length=80)
    reach = forms.ChoiceField(
        label=_("Holds for"),
        choices=Reach.choices,
        help_text=_("Orders, members and stock of others are not shown then: in no list or file."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._shelves = shelves()
        for number, shelf in enumerate(self._shelves):
            self.fields[f"shelf_{number}"] = forms.MultipleChoiceField(
                label=str(shelf.label),
                choices=shelf.permissions,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )

    @staticmethod
    def initial_of(role: Role) -> dict[str, object]:
        """Return what a role's form begins with."""
        held = set(role.permissions)
        found: dict[str, object] = {"name": role.name, "reach": role.reach}
        for number, shelf in enumerate(shelves()):
            found[f"shelf_{number}"] = [code for code, _label in shelf.permissions if code in held]
        return found

    def permission_fields(self) -> list[forms.BoundField]:
        """Return the fields of the permissions."""
        return [self[f"shelf_{number}"] for number in range(len(self._shelves))]

    def permissions(self) -> list[str]:
        """Return the codes that were ticked."""
        ticked = (self.cleaned_data[f"shelf_{number}"] for number in range(len(self._shelves)))
        return [code for codes in ticked for code in codes]


class StaffForm(forms.Form):
    """Who somebody is, which roles he holds, and where he works."""

    name = forms.CharField(label=_("Name"), max_length=80)
    roles = forms.MultipleChoiceField(
        label=_("Roles"), required=False, widget=forms.CheckboxSelectMultiple
    )
    stores = forms.MultipleChoiceField(
        label=_("Works at"), required=False, widget=forms.CheckboxSelectMultiple
    )
    is_active = forms.BooleanField(label=_("May sign in"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(str(row.pk), role_name(row)) for row in Role.objects.order_by("name")]
        places = [(str(row.pk), row.name) for row in locations_for(MANAGE)]
        for name, choices in (("roles", roles), ("stores", places)):
            cast("forms.ChoiceField", self.fields[name]).choices = choices

    def role_ids(self) -> list[UUID]:
        """Return the roles that were ticked."""
        return [UUID(key) for key in self.cleaned_data["roles"]]

    def store_ids(self) -> list[UUID]:
        """Return the stores that were ticked."""
        return [UUID(key) for key in self.cleaned_data["stores"]]


class InviteForm(StaffForm):
    """Somebody who shall sign in from now on."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    is_active = None  # type: ignore[assignment]  # Django drops the field of the class above
    field_order = ("name", "email", "roles", "stores")
