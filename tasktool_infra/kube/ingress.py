"""What there is to know about an Ingress: why it gets no address, and which DNS records stay when it goes."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import frozen

from tasktool_infra.engine.calls import GONE, Meaning, Reading
from tasktool_infra.kube.readiness import list_call
from tasktool_infra.kube.rollout import EVENTS, events_call

HOSTNAME = "external-dns.alpha.kubernetes.io/hostname"
CLASSES = list_call("networking.k8s.io/v1", "IngressClass")
EXTERNAL_DNS = list_call("apps/v1", "Deployment", "app.kubernetes.io/name=external-dns")
KEEPING = re.compile(r"--policy[= ](upsert-only|create-only)\b")
"""Policies with which external-dns never deletes a record. Source: external-dns documentation, flag ``--policy``."""


@frozen
class WhyNoAddress:
    """Looks at the class of an Ingress and at the events about it."""

    namespace: str
    name: str
    ingress_class: str

    def run(self) -> Reading[str]:
        """Give who should have given the address, and the last events."""
        classes, events = yield (CLASSES, events_call(self.namespace, f"involvedObject.name={self.name}"))
        found = [] if isinstance(classes, Meaning) else classes["items"]
        lines = [_served(each) for each in found if each["metadata"]["name"] == self.ingress_class]
        about = [event for event in ([] if events is GONE else events["items"]) if self._concerns(event)]
        said = dict.fromkeys(f"  {event['reason']}: {event['message']}" for event in about)
        return "\n".join([*lines, *list(said)[-EVENTS:]])

    def _concerns(self, event: Mapping[str, Any]) -> bool:
        about = event["involvedObject"]
        return (about.get("kind"), about.get("name")) == ("Ingress", self.name)


def _served(ingress_class: Mapping[str, Any]) -> str:
    name, controller = ingress_class["metadata"]["name"], ingress_class["spec"].get("controller")
    return f"  the controller of IngressClass {name} ({controller}) gives the address: does it run, and has it one?"


def hosts(manifest: Mapping[str, Any]) -> list[str]:
    """Give the host names that external-dns is asked to keep records for."""
    asked = (manifest["metadata"].get("annotations") or {}).get(HOSTNAME, "")
    return [host.strip() for host in asked.split(",") if host.strip()]


def records_left(asked: Iterable[str]) -> Reading[tuple[str, ...]]:
    """Say which DNS records stay when the Ingress that external-dns was asked by goes."""
    answer = yield EXTERNAL_DNS
    if isinstance(answer, Meaning) and answer is not GONE:
        why = "unless external-dns deletes records, which this caller may not look up"
    else:
        why = keeps_records([] if isinstance(answer, Meaning) else answer["items"])
    return tuple(f"the DNS record {host} stays, {why}: delete it by hand" for host in asked) if why else ()


def keeps_records(deployments: Iterable[Mapping[str, Any]]) -> str:
    """Give why no external-dns of the cluster deletes records; empty when one does."""
    policies = [KEEPING.search(_command(deployment)) for deployment in deployments]
    if not policies:
        return "as no external-dns runs in the cluster"
    kept = [policy[1] for policy in policies if policy]
    return f"as external-dns runs with --policy={kept[0]}" if len(kept) == len(policies) else ""


def _command(deployment: Mapping[str, Any]) -> str:
    containers = deployment["spec"]["template"]["spec"]["containers"]
    return " ".join(str(word) for each in containers for word in (*each.get("command", ()), *each.get("args", ())))
