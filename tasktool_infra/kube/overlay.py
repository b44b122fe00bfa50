"""The temporary overlay that puts an environment's values on top of the real one, so that generated names follow them.

Sources: the kustomize reference (components, configMapGenerator with `behavior: merge`, patches with `target`), the ECR
user guide (registry hosts).
"""

import json
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from tasktool_infra.bundled import bundled
from tasktool_infra.engine.errors import Refused
from tasktool_infra.kube.overlay_patches import WORKLOADS, patches
from tasktool_infra.values.partitions import SUFFIXES, registry

REAL: Final = "real"
"""How the overlay's files call the folder of the real one."""
PROD, LOCAL = "prod", "local"
TUTORIAL_HOST, TUTORIAL_EMAIL = "task.mamezou-tech.com", "you@example.com"
# A Job's name is its CronJob's with 11 characters more, and both are at most 63 long.
_LONGEST_CRON_JOB = 52


@frozen(kw_only=True)
class OverlayValues:
    """What the manifests of one environment have to be told; all of it is known before anything is written.

    Takes:
        name: the environment's.
        repositories: of ECR; the one whose name ends with `/task-service` holds that program, and so on.
        domain: the host; never left to a default on a real account, where it could be another environment's.
        overlay: a folder with a kustomization of the environment's own; it then says prefix, labels and `STAGE`.
        built_here: whether the images are those of the cluster's own nodes, of no registry.
    """

    name: str
    namespace: str
    account: str
    region: str
    partition: str
    repositories: tuple[str, ...]
    image_tag: str
    table: str
    bucket: str
    domain: str
    email: str
    ingress_class: str
    overlay: Path | None = None
    built_here: bool = False


def loopback_domain(name: str) -> str:
    """Give a host for where it leads nowhere: the tutorial's for `prod`, one below it for any other environment."""
    return TUTORIAL_HOST if name == PROD else f"{name}.{TUTORIAL_HOST}"


def real(values: OverlayValues) -> Path:
    """Give the folder that the overlay's files call `real`; it may not exist."""
    return bundled("kustomize") if values.overlay is None else values.overlay


def overlay(values: OverlayValues) -> dict[str, str]:
    """Give the files of the temporary overlay by name. Pure.

    Raises:
        Refused: no repository, or more than one, holds a program's image; or a name would be too long.

    """
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": values.namespace,
        **_beneath(values),
        "configMapGenerator": _configuration(values),
        "patches": patches(
            images=images(values), domain=values.domain, email=values.email, ingress_class=values.ingress_class
        ),
    }
    # JSON is YAML, and can't be broken out of by any value.
    return {"kustomization.yaml": json.dumps(kustomization, indent=2) + "\n"}


def images(values: OverlayValues) -> dict[str, str]:
    """Give the image of each program; raises Refused as `overlay` does."""
    if values.built_here:
        return {program: f"{program}:{values.image_tag}" for program in WORKLOADS}
    host = _registry(values)
    return {program: f"{host}/{_repository(program, values)}:{values.image_tag}" for program in WORKLOADS}


def _beneath(values: OverlayValues) -> dict[str, Any]:
    if values.overlay is not None:
        return {"resources": [REAL]}
    component, ready_made = (LOCAL, LOCAL) if values.built_here else ("cluster", PROD)
    if values.name == ready_made:
        return {"resources": [f"{REAL}/overlays/{ready_made}"]}
    _refuse_long(values.name)
    return {
        "resources": [f"{REAL}/base"],
        "components": [f"{REAL}/components/{component}"],
        "namePrefix": f"{values.name}-",
        "labels": [{"includeSelectors": True, "pairs": {"env": values.name}}],
    }


def _configuration(values: OverlayValues) -> list[dict[str, Any]]:
    # What runs beside an emulator is told so by its component: the programs know that by the stage.
    stage = {} if values.overlay or values.built_here else {"STAGE": values.name}
    common = {**stage, "TASK_TABLE_NAME": values.table, "AWS_DEFAULT_REGION": values.region}
    return [
        _merged("task-service-config", common),
        _merged("task-reporter-config", {**common, "REPORT_BUCKET": values.bucket}),
    ]


def _merged(name: str, data: dict[str, str]) -> dict[str, Any]:
    return {"name": name, "behavior": "merge", "literals": [f"{key}={value}" for key, value in data.items()]}


def _registry(values: OverlayValues) -> str:
    host = registry(values.account, values.partition, values.region)
    if not host:
        raise Refused(
            f"The partition {values.partition} is not known, so neither is the host of its image registry.",
            next_step=f"Use a region of {', '.join(SUFFIXES)}, or leave the application out: --only aws access",
        )
    return host


def _repository(program: str, values: OverlayValues) -> str:
    found = [name for name in values.repositories if name.rpartition("/")[2] == program]
    if len(found) != 1:
        said = f"{' and '.join(found)} all do" if found else "none does"
        raise Refused(
            f"Exactly one repository's name must end with {program}, to say where its image is: {said}.",
            next_step=f"Correct `repositories` of environment {values.name}.",
        )
    return found[0]


def _refuse_long(name: str) -> None:
    most = _LONGEST_CRON_JOB - len("-task-reporter")
    if len(name) > most:
        raise Refused(
            f"The name of environment {name} begins a CronJob's, so it may have {most} characters, not {len(name)}.",
            next_step="Choose a shorter name, or give it an `overlay` of its own.",
        )
