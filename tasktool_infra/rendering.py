"""The application's objects of each environment, rendered by kustomize beside all else."""

import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Self

from attrs import define, field

from tasktool_infra.aws.place import Place
from tasktool_infra.kube.overlay import TUTORIAL_EMAIL, OverlayValues, loopback_domain
from tasktool_infra.settings.environment import Environment
from tasktool_infra.settings.rules import EMULATOR

Manifests = list[dict[str, Any]]


@define(eq=False)
class Renderings:
    """What kustomize makes of an environment, begun as soon as all values are known. Use as a context manager."""

    _begun: dict[OverlayValues, "Future[Manifests]"] = field(init=False, factory=dict)
    _threads: list[threading.Thread] = field(init=False, factory=list)

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Wait for what was begun and not taken: kustomize's folder is gone only then. What is taken next is new."""
        for thread in self._threads:
            thread.join()
        self._begun, self._threads = {}, []

    def begin(self, environment: Environment, place: Place) -> None:
        """Begin to render; where the place turns out to be another, nobody takes it."""
        values = overlay_values(environment, place)
        if values in self._begun:
            return
        future: Future[Manifests] = Future()
        self._begun[values] = future
        self._threads.append(threading.Thread(target=_render, args=(values, future), daemon=True))
        self._threads[-1].start()

    def take(self, environment: Environment, place: Place) -> Manifests:
        """Give the objects when they are there; raises what kustomize says."""
        self.begin(environment, place)
        return self._begun[overlay_values(environment, place)].result()


def rendered(environment: Environment, place: Place) -> Manifests:
    """Give the application's objects with the values of this environment; raises what kustomize says."""
    from tasktool_infra.kube.kustomize import manifests

    return manifests(overlay_values(environment, place))


def _render(values: OverlayValues, future: "Future[Manifests]") -> None:
    from tasktool_infra.kube.kustomize import manifests

    try:
        future.set_result(manifests(values))
    except BaseException as error:  # noqa: BLE001 - it is raised again where it is taken
        future.set_exception(error)


def overlay_values(environment: Environment, place: Place) -> OverlayValues:
    """Give what the manifests of an environment have to be told."""
    return OverlayValues(
        name=environment.name,
        namespace=environment.namespace,
        account=place.account,
        region=place.region,
        partition=place.partition,
        repositories=environment.repositories,
        image_tag=environment.image_tag,
        table=environment.table,
        bucket=environment.bucket,
        domain=environment.domain or loopback_domain(environment.name),
        email=environment.email or TUTORIAL_EMAIL,
        ingress_class=environment.ingress_class,
        overlay=Path(environment.overlay) if environment.overlay else None,
        built_here=environment.aws == EMULATOR,
    )
