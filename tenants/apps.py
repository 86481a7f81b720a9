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
        from kernel.snapshots.registry import register_part
        from kernel.tenancy.ports import set_directory, set_offers_keeper
        from tenants.carried import ModulesPart
        from tenants.console.pages import console_pages
        from tenants.directory import CachedDirectory
        from tenants.entitlements import GrantEntitlements
        from tenants.looks import register_looks
        from tenants.offers import keep_offers
        from tenants.services.job_steps import define_steps
        from tenants.services.jobs import set_waker
        from tenants.tasks import Provisioner

        set_directory(CachedDirectory())
        set_offers_keeper(keep_offers)
        register_part(ModulesPart(), order=0)
        set_entitlements(GrantEntitlements())
        define_steps()
        set_waker(Provisioner())
        announce_pages("tenants", console_pages)
        register_looks()
