"""What the module system refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class UnknownModule(DomainError):
    """No module has this code."""

    code = "modules.unknown"
    status = 404
    title = _("There is no such module.")


class ModuleOff(DomainError):
    """The module is not switched on in this tenant."""

    code = "modules.off"
    status = 404
    title = _("This function is not switched on.")


class ModuleNotEntitled(DomainError):
    """The right to use the module has ended: reading goes on, writing does not."""

    code = "modules.not_entitled"
    status = 402
    title = _("The right to use this function has ended. It can be read but not changed.")


class MissingRequirement(DomainError):
    """Another module must be switched on first."""

    code = "modules.missing_requirement"
    status = 409
    title = _("Another function must be switched on first.")


class NeededByAnother(DomainError):
    """Another module that is switched on needs this one."""

    code = "modules.needed_by_another"
    status = 409
    title = _("Another function that is switched on needs this one.")


class ConflictingModule(DomainError):
    """A module that is switched on excludes this one."""

    code = "modules.conflict"
    status = 409
    title = _("A function that is switched on excludes this one.")
