"""What a run is told."""

from collections.abc import Mapping
from pathlib import PurePath
from signal import Signals
from typing import Any

from attrs import field, frozen

from tasktool_infra.consent import Confirm
from tasktool_infra.engine.decide import Goal, Making, Removing
from tasktool_infra.engine.events import Listeners
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.plan import Plan
from tasktool_infra.engine.resource import Removal, Resource
from tasktool_infra.layers import APP, LAYERS
from tasktool_infra.settings.environment import Environment

FLAGS = ("sandbox", "adopt", "delete_data", "cluster_gone")
"""What a run is told with yes or no, and a plan keeps."""


@frozen(kw_only=True)
class Order:
    """What a run is told: the command, what it is about, and what it may do."""

    command: str
    environments: tuple[Environment, ...]
    resources: tuple[Resource, ...] = ()
    owner: Owner | None = None
    only: tuple[str, ...] = ()
    sandbox: bool = False
    adopt: bool = False
    delete_data: bool = False
    cluster_gone: bool = False
    settings: Mapping[str, Any] = field(factory=dict)
    live: bool = False
    """Whether a verification tries the roles, too."""
    plan: Plan | None = None
    """What was planned before: the run does that and nothing else."""
    confirm: Confirm = None
    yes: bool = False
    """Whether what the plan lists is answered already, but for the account."""
    listeners: Listeners = field(factory=Listeners)
    signals: tuple[Signals, ...] = (Signals.SIGINT,)

    @property
    def environment(self) -> str:
        """The names of the environments, as a plan has them."""
        return ", ".join(environment.name for environment in self.environments)

    @property
    def removing(self) -> bool:
        """Whether this is a teardown."""
        return self.command == "teardown"

    @property
    def app(self) -> bool:
        """Whether the application's manifests count: unless all that is named are other layers."""
        return not self.only or not set(self.only) <= LAYERS.keys() - {APP}

    @property
    def options(self) -> dict[str, Any]:
        """What a plan keeps of it, for whoever carries the plan out."""
        flags = {name: getattr(self, name) for name in FLAGS}
        settings = {name: _as_json(value) for name, value in self.settings.items()}
        return {name: value for name, value in {**flags, "only": self.only, "settings": settings}.items() if value}

    @property
    def goal(self) -> Goal:
        """What every resource is brought to."""
        removal = Removal(delete_data=self.delete_data)
        if self.removing:
            return Removing(removal=removal)
        return Making(adopt=self.adopt, looking=self.command == "plan", removal=removal)


def _as_json(setting: Any) -> Any:
    return str(setting) if isinstance(setting, PurePath) else setting
