"""All kinds that there are, found by walking the package: whoever adds one adds it to the contract."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any

import tasktool_infra
from tasktool_infra.aws.kind import AwsResource
from tasktool_infra.engine.resource import Example, Resource
from tasktool_infra.kube.object import KubeObject


def kinds(base: Any) -> list[type[Resource]]:
    """Give all kinds that can be instances, by name."""
    for layer in ("aws", "kube"):
        package = importlib.import_module(f"{tasktool_infra.__name__}.{layer}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    ours = (cls for cls in below(base) if not inspect.isabstract(cls))
    # attrs makes a class with slots anew: the first one of the same name is a leftover.
    latest = {cls.__qualname__: cls for cls in ours if cls.__module__.startswith(tasktool_infra.__name__)}
    return sorted(latest.values(), key=lambda cls: cls.kind)


def below(base: Any) -> Iterator[type[Resource]]:
    """Give all subclasses."""
    for cls in base.__subclasses__():
        if "__attrs_attrs__" in vars(cls):
            yield cls
        yield from below(cls)


def is_looked_at_only(kind: type[Resource]) -> bool:
    """Tell whether a kind gives a reason for having no examples."""
    return bool(getattr(kind, "read_only", ""))


def examples(base: Any) -> list[tuple[str, Example]]:
    """Give all examples with readable names: ``s3_bucket-hardened``."""
    return [(f"{kind.kind}-{e.name.replace(' ', '_')}", e) for kind in kinds(base) for e in kind.examples()]


AWS, KUBE = AwsResource, KubeObject
