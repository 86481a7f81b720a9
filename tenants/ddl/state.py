"""The models of a plan of migrations, rendered so that its cost grows with the plan alone.

Django renders a model that is added together with everything related to it, over
and over, and a model anew for each of its indexes: most of the time of building a
pack, and quadratic in the number of tables.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.state import ModelState, ProjectState


class GrowingState(ProjectState):
    """A state whose new models join those that are rendered, as they do when apps load.

    What changes a model's columns is rendered anew as Django does it, from the
    model's state, which has its indexes and constraints.
    """

    def add_model(self, model_state: ModelState) -> None:
        """Add a model; the others need not know: a reverse relation has no column."""
        apps = self.__dict__.pop("apps", None)
        super().add_model(model_state)
        if apps is not None:
            self.__dict__["apps"] = apps
            apps.render_multiple([model_state])

    def clone(self) -> GrowingState:
        """Return an independent copy; rendered models are shared, as in Django's."""
        copy = type(self)(
            models={key: model.clone() for key, model in self.models.items()},
            real_apps=self.real_apps,
        )
        if "apps" in self.__dict__:
            copy.__dict__["apps"] = self.apps.clone()
        copy.is_delayed = self.is_delayed
        return copy

    def _append_option(self, app_label: str, model_name: str, option_name: str, obj: Any) -> None:
        model = self.models[app_label, model_name]
        model.options[option_name] = [*model.options[option_name], obj]
