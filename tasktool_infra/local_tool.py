"""The task tool for development: an emulator of AWS in the cluster, in it the table and the bucket, and the programs.

No IAM, no ECR and no ServiceAccounts: the emulator lets everybody in, and the images are built on the spot.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import evolve

from tasktool_infra.aws.kind import AwsResource
from tasktool_infra.aws.s3_bucket import Bucket
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.resource import Resource
from tasktool_infra.kube.emulator import emulator
from tasktool_infra.kube.namespace import Namespace
from tasktool_infra.settings.environment import Environment
from tasktool_infra.task_tool import APPLICATION, Facts, tasks_table
from tasktool_infra.values.frozen import FrozenDict
from tasktool_infra.workloads import Surroundings, workloads


def local_tool(
    environment: Environment, facts: Facts, manifests: Iterable[Mapping[str, Any]] = ()
) -> tuple[Resource, ...]:
    """Give every resource of one environment for development, with its marks and its place. Pure.

    ``manifests`` are the application's objects, as kustomize renders them for this environment. Where AWS is
    ``embedded`` no emulator is put into the cluster.
    """
    owner = Owner(APPLICATION, environment.name)
    namespace = Namespace(name=environment.namespace)
    image, account = environment.emulator_image, facts.place.account
    parts = () if facts.embedded else emulator(image=image, within=namespace, account=account)
    tags = FrozenDict(environment.tags if facts.embedded else {})
    # The emulator speaks no TLS.
    stored: list[AwsResource] = [tasks_table(environment), Bucket(name=environment.bucket, tls_only=False)]
    host = parts[0].marked(owner) if parts else None
    hosted = [evolve(each, tags=tags, within=host, hosted=host is not None) for each in stored]
    aws = [each.marked(owner).at(facts.place) for each in hosted]
    around = Surroundings(
        application=APPLICATION,
        namespace=namespace,
        accounts=(),
        place=facts.place,
        used=(*parts, *aws),
        images=False,
    )
    programs = workloads(manifests, around)
    hosts = (each.marked(owner) for each in (namespace, *parts))
    return (*hosts, *(evolve(each, outlives=programs) for each in aws), *(each.marked(owner) for each in programs))
