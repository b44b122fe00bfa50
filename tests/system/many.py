"""An overlay of many objects, of the kinds that applications have most of."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tasktool_infra.bundled import bundled

OVERLAY = """namePrefix: many-
resources: [../../base, many.json]
components: [../../components/cluster]
labels: [{pairs: {env: many}, includeSelectors: true}]
"""


def overlay(folder: Path, count: int) -> Path:
    """Write an overlay, or write it anew with another number of objects, and give where it is."""
    whole = folder / "kustomize"
    if not whole.exists():
        shutil.copytree(bundled("kustomize"), whole)
    found = whole / "overlays" / "many"
    found.mkdir(exist_ok=True)
    (found / "kustomization.yaml").write_text(OVERLAY)
    (found / "many.json").write_text("\n---\n".join(json.dumps(each) for each in objects(count)))
    return found


def objects(count: int) -> Iterator[dict[str, Any]]:
    """Give half configurations, and pairs of a Service and a Deployment that asks for no pods."""
    for number in range(count // 2):
        data = {f"KEY_{key}": "value" for key in range(10)}
        yield {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"config-{number}"}, "data": data}
    for number in range(count // 4):
        labels = {"app": f"program-{number}"}
        named = {"metadata": {"name": f"program-{number}"}}
        ports = [{"port": 80, "protocol": "TCP"}]
        yield {"apiVersion": "v1", "kind": "Service", **named, "spec": {"selector": labels, "ports": ports}}
        source = {"configMapRef": {"name": f"config-{number}"}}
        pod = {"containers": [{"name": "app", "image": "example.com/program:1", "envFrom": [source]}]}
        spec = {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pod}}
        yield {"apiVersion": "apps/v1", "kind": "Deployment", **named, "spec": {"replicas": 0, **spec}}
