"""The tenant registry as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    """Answers the kernel's questions about tenants and rights."""

    name = "tenants"
    label = "tenants"
    verbose_name = "Tenants"

    def ready(self) -> None:
        """Plug the registry into the kernel's ports."""
        from kernel.backoffice.menu import announce_pages
        from kernel.modules.ports import set_entitlements
        from kernel.tenancy.ports import set_directory
        from tenants.console.pages import console_pages
        from tenants.directory import CachedDirectory
        from tenants.entitlements import GrantEntitlements
        from tenants.services.job_steps import define_steps
        from tenants.services.jobs import set_waker
        from tenants.tasks import Provisioner

        set_directory(CachedDirectory())
        set_entitlements(GrantEntitlements())
        define_steps()
        set_waker(Provisioner())
        announce_pages("tenants", console_pages)
