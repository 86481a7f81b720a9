"""System checks E001–E010: what would break where a module's tables are absent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.core.checks import CheckMessage, Error, register
from django.db.migrations.loader import MigrationLoader
from django.db.models import DO_NOTHING, Field, ForeignKey, ManyToManyField, Model

from kernel.common.db.fields import DBForeignKey
from kernel.modules.registry import manifests
from kernel.tenancy.models import TenantModel


def module_labels() -> set[str]:
    """Return the app labels of modules; a module's label is its code."""
    return set(manifests())


def kernel_labels() -> set[str]:
    """Return the app labels whose tables every tenant has."""
    return {*settings.STOA_TENANT_APPS, *settings.STOA_DUAL_APPS}


@register("modules")
def check_app_lists(app_configs: Iterable[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001: an app has its tables in public, in tenants, in both by decision, or in a module."""
    lists = {
        "STOA_PUBLIC_APPS": settings.STOA_PUBLIC_APPS,
        "STOA_TENANT_APPS": settings.STOA_TENANT_APPS,
        "STOA_DUAL_APPS": settings.STOA_DUAL_APPS,
        "modules": sorted(module_labels()),
    }
    seen: dict[str, str] = {}
    errors: list[CheckMessage] = []
    for name, labels in lists.items():
        for label in labels:
            if label in seen:
                errors.append(
                    Error(f"{label} is in {seen[label]} and in {name}", id="modules.E001")
                )
            seen[label] = name
    return errors


@register("modules")
def check_migrations(app_configs: Iterable[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E002: no migration of the kernel depends on a module; nobody uses ``run_before``."""
    labels = module_labels()
    errors: list[CheckMessage] = []
    loader = MigrationLoader(None, ignore_no_migrations=True)
    for (label, name), migration in loader.disk_migrations.items():
        if label not in labels | kernel_labels():
            continue
        for other, _name in migration.dependencies:
            if other in labels and other != label:
                errors.append(
                    Error(f"{label}.{name} depends on the module {other}", id="modules.E002")
                )
        if migration.run_before:
            errors.append(Error(f"{label}.{name} uses run_before", id="modules.E002"))
    return errors


@register("modules")
def check_models(app_configs: Iterable[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E003–E010 for each model of a tenant's schema."""
    modules, kernel = module_labels(), kernel_labels()
    errors: list[CheckMessage] = []
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.app_label
        if label in modules:
            errors += _check_module_model(model, modules=modules)
        elif label in kernel:
            errors += _check_kernel_model(model, modules=modules)
    return errors


def _relations(model: type[Model]) -> Iterator[Field[Any, Any]]:
    for field in model._meta.get_fields(include_hidden=True):
        if isinstance(field, ForeignKey | ManyToManyField):
            yield field


def _label(field: Field[Any, Any]) -> str:
    return field.remote_field.model._meta.app_label  # type: ignore[union-attr]


def _check_kernel_model(model: type[Model], *, modules: set[str]) -> Iterator[CheckMessage]:
    for field in _relations(model):
        if _label(field) in modules:
            yield Error(
                f"{field}: the kernel points to a module",
                obj=model,
                id="modules.E002",
                hint="Turn it round: the module points to the kernel.",
            )


def _check_module_model(model: type[Model], *, modules: set[str]) -> Iterator[CheckMessage]:
    own = model._meta.app_label
    if not issubclass(model, TenantModel) and not model._meta.auto_created:
        yield Error(f"{model._meta.label} is no TenantModel", obj=model, id="modules.E003")
    for parent in model._meta.parents:
        if parent._meta.app_label != own:
            yield Error(
                f"{model._meta.label} inherits the table of {parent._meta.label}",
                obj=model,
                id="modules.E008",
            )
    for field in [*model._meta.get_fields(include_hidden=True), *model._meta.private_fields]:
        if isinstance(field, GenericRelation | GenericForeignKey):
            yield Error(
                f"{field}: generic relations name tables by number", obj=model, id="modules.E009"
            )
    for field in _relations(model):
        yield from _check_relation(model, field, own=own, modules=modules)


def _check_relation(
    model: type[Model], field: Field[Any, Any], *, own: str, modules: set[str]
) -> Iterator[CheckMessage]:
    target = _label(field)
    if isinstance(field, ManyToManyField):
        if field.remote_field.through._meta.auto_created:  # type: ignore[union-attr]
            yield Error(
                f"{field}: an automatic table cascades in Python",
                obj=model,
                id="modules.E007",
                hint="Write the through model, with DBForeignKey.",
            )
        return
    if target in modules and target != own:
        yield Error(
            f"{field}: points to another module",
            obj=model,
            id="modules.E004",
            hint="Store the id and use the other module's contracts.",
        )
    db_side = isinstance(field, DBForeignKey) and field.remote_field.on_delete is DO_NOTHING
    if not db_side:
        yield Error(
            f"{field}: needs DBForeignKey",
            obj=model,
            id="modules.E005" if target != own else "modules.E010",
        )
    if target != own and not field.remote_field.hidden:  # type: ignore[union-attr]
        yield Error(f"{field}: shows a reverse name on the kernel", obj=model, id="modules.E006")
