"""One environment of the application, as people describe it: names and choices, no facts of a cloud."""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import Factory, field, fields_dict, frozen

from tasktool_infra.settings import rules
from tasktool_infra.settings.check import faults
from tasktool_infra.settings.errors import Problem, plain, refusal, show
from tasktool_infra.settings.schema import SETTINGS
from tasktool_infra.values.display import Displayed
from tasktool_infra.values.frozen import FrozenDict, freeze

EMULATOR_IMAGE = "motoserver/moto:5.2.5"
REPOSITORIES = ("mamezou-tech/task-service", "mamezou-tech/task-web", "mamezou-tech/task-reporter")


def _named(pattern: str) -> Any:
    return Factory(lambda self: pattern.replace("<env>", str(self.name)), takes_self=True)


def _without_slash(url: Any) -> Any:
    return url.rstrip("/") if isinstance(url, str) and not url.endswith("://") else url


@frozen(kw_only=True)
class Environment(Displayed):
    """An environment and everything that can be set about it; what each setting is for stands in `schema`.

    Names that are not given are made from the environment's. `origin` is where it was read, for messages.

    Raises:
        SettingsError: a value has a wrong type or is no legal name; all of them are in one message.

    """

    name: str
    region: str | None = None
    account: str | None = None
    eks_cluster_name: str | None = None
    context: str | None = None
    oidc_provider_url: str | None = field(default=None, converter=_without_slash)
    table: str = field(default=_named("task-tool-<env>-tasks"))
    bucket: str = field(default=_named("task-tool-<env>-completed-task-report-bucket"))
    namespace: str = field(default=_named("<env>"))
    repositories: tuple[str, ...] = field(default=REPOSITORIES, converter=freeze)
    domain: str | None = None
    email: str | None = None
    ingress_class: str = "nginx"
    image_tag: str = "1.0.0"
    overlay: str | None = None
    tags: Mapping[str, str] = field(default=FrozenDict[str](), converter=freeze)
    permissions_boundary: str | None = None
    kms_key_arn: str | None = None
    create_oidc_provider: bool = False
    aws: str = rules.ACCOUNT
    emulator_image: str = EMULATOR_IMAGE
    origin: str = field(default="", eq=False)

    def __attrs_post_init__(self) -> None:
        if problems := [*_name_problems(self.name), *_problems(self)]:
            raise refusal(str(self.name), problems)


def _name_problems(name: object) -> Iterator[Problem]:
    if not isinstance(name, str):
        yield Problem("name", "name", f"must be a text, not a value of type {type(name).__name__}")
        return
    for fault in rules.environment(name):
        yield Problem("name", "name", f"{show(name)} {fault}")


def _problems(environment: Environment) -> Iterator[Problem]:
    defaults = fields_dict(Environment)
    for key, setting in SETTINGS.items():
        value = getattr(environment, key)
        if value is None and defaults[key].default is None:
            continue
        for fault in faults(setting, value):
            yield Problem(key, f"environment {plain(str(environment.name))}, {key}", fault)
