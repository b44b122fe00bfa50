"""Any Kubernetes object that an application brings as a manifest: applied, and waited for where that takes a while."""

import re
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from typing import Any, Self

from attrs import evolve, frozen

from tasktool_infra.engine.calls import Call, Explanation, Reading, Step, Wait
from tasktool_infra.engine.claims import SETTLED, Claim
from tasktool_infra.engine.fields import fact
from tasktool_infra.engine.resource import Departure, Example, Key, Phase, Removal
from tasktool_infra.engine.waiting import is_pointless
from tasktool_infra.kube.claims import readiness_claim
from tasktool_infra.kube.ingress import WhyNoAddress, hosts, records_left
from tasktool_infra.kube.namespace import Namespace
from tasktool_infra.kube.object import KubeObject
from tasktool_infra.kube.readiness import Readiness, is_ready, readiness
from tasktool_infra.kube.rollout import Pulled, WhyNotAvailable
from tasktool_infra.kube.secrets import guarded
from tasktool_infra.values.frozen import FrozenDict, freeze, thaw


def _guarded(body: Any) -> Any:
    return freeze(guarded(thaw(body)) if body.get("kind") == "Secret" else body)


ROLLED_OUT = ("Deployment", "StatefulSet", "DaemonSet")
RUNNING = (*ROLLED_OUT, "CronJob", "Job")


@frozen(kw_only=True)
class Manifest(KubeObject):
    """An object as its manifest says, with the labels of its owner. Source: Kubernetes API reference.

    What the manifest does not name is left to the server and to others. What rolls out, an Ingress and an Issuer are
    settled when they have come to be; where nobody could make that happen, it is remarked and not waited for.
    """

    kind = "object"
    layer = "app"
    told = ()
    whole = True

    body: FrozenDict[Any] = fact(converter=_guarded, repr=False)

    @cached_property
    def key(self) -> Key:
        """The kind in the style of all kinds, then namespace and name."""
        metadata = self.body["metadata"]
        return object_key(self.body["kind"], metadata.get("namespace", ""), metadata["name"])

    def metadata(self) -> Mapping[str, Any]:
        """Give the manifest's own, with our labels."""
        metadata: Mapping[str, Any] = self._applied["metadata"]
        return metadata

    def manifest(self) -> Mapping[str, Any]:
        """Give what is applied."""
        return self._applied

    @cached_property
    def _applied(self) -> FrozenDict[Any]:
        metadata: FrozenDict[Any] = self.body["metadata"]
        labelled = metadata | {"labels": metadata.get("labels", FrozenDict()) | self.labels}
        return self.body | {"metadata": labelled}

    @property
    def _spec(self) -> Mapping[str, Any]:
        # It is for the server to say what is missing in a manifest.
        return self.body.get("spec") or {}

    @property
    def readiness(self) -> Readiness | None:
        """What is waited for after an apply, if anything."""
        return readiness(self.manifest())

    def found(self, manifest: Mapping[str, Any]) -> dict[str, Any]:
        """Give whether the live object has come to be."""
        going = manifest["metadata"].get("deletionTimestamp")
        if going or self.readiness is None or is_ready(self.readiness, manifest):
            return {}
        return {"settled": Phase.UPDATING}

    def claims(self, live: Self) -> Iterator[Claim]:
        """Claim every section of the manifest, and that the object has come to be where that takes a while."""
        ready = self.readiness
        for each in super().claims(live):
            if ready is None or each.name != SETTLED or live.settled is Phase.DELETING:
                yield each
        if ready is not None:
            found = live.judged.found if live.judged is not None else {}
            yield readiness_claim(self.key, ready, found, in_vain=live.settled is Phase.SETTLED)

    def read(self) -> Reading[Self | None]:
        """Read the object; one that can't come to be counts as settled, with a remark."""
        live = yield from super().read()
        ready = self.readiness
        if live is None or live.settled is not Phase.UPDATING or ready is None or ready.pointless is None:
            return live
        if (yield from is_pointless(ready.pointless)):
            return evolve(live, settled=Phase.SETTLED, remarks=(*live.remarks, f"not ready: {ready.pointless.says}"))
        return live

    def examine(self) -> Reading[Self | None]:
        """Read the object as it stands: what an apply would change of it counts for nothing when it is to go."""
        live = yield from super().examine()
        if live is None or live.judged is None or self.body["kind"] != "Ingress":
            return live
        asked = hosts(live.judged.found)
        return evolve(live, remarks=(yield from records_left(asked))) if asked else live

    def converge(self, live: Self | None) -> Iterator[Step]:
        """Apply the manifest where it differs, then wait until the object has come to be."""
        if live is None or evolve(live, settled=self.settled) != self or live.settled is Phase.DELETING:
            yield from super().converge(live)
        if self.readiness is not None:
            yield self._wait(self.readiness)

    def _wait(self, ready: Readiness) -> Wait:
        return Wait(
            self.get(),
            done=ready.done,
            failed=ready.failed,
            sees=ready.sees,
            deadline=ready.deadline,
            says=ready.says,
            pointless=ready.pointless,
            explain=self._explanation(),
        )

    def _explanation(self) -> Explanation | None:
        namespace, name = self.address.get("namespace", "default"), self.address["name"]
        if self.body["kind"] == "Ingress":
            return WhyNoAddress(namespace, name, self._spec.get("ingressClassName", ""))
        if self.body["kind"] not in ROLLED_OUT:
            return None
        selector = freeze((self._spec.get("selector") or {}).get("matchLabels") or {})
        images = tuple(image for image in self.requires if isinstance(image, Pulled))
        return WhyNotAvailable(namespace, name, selector, images, self.body["kind"])

    def remove(self, live: Self, removal: Removal) -> Departure:
        """Delete the object; what runs pods is gone only when they are."""
        departure = super().remove(live, removal)
        if self.body["kind"] not in RUNNING:
            return departure
        return evolve(departure, steps=tuple(map(_with_pods, departure.steps)))

    def outputs(self) -> Iterator[tuple[str, str]]:
        """Give the address of an Ingress."""
        for rule in self._spec.get("rules") or () if self.body["kind"] == "Ingress" else ():
            if "host" in rule:
                scheme = "https" if self.body["spec"].get("tls") else "http"
                yield "url", f"{scheme}://{rule['host']}"

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Give a configuration whose values change."""
        host = Namespace(name="example-manifests")
        config = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"namespace": host.name, "name": "example"},
            "data": {"TZ": "Asia/Tokyo", "STAGE": "first"},
        }
        wanted = cls(body=freeze(config), within=host)
        then = cls(body=freeze({**config, "data": {"TZ": "Asia/Tokyo"}}), within=host)
        return (
            Example(name="as it is", first=wanted, then=wanted, around=(host,)),
            Example(name="another value", first=wanted, then=then, around=(host,)),
        )


def object_key(kind: str, namespace: str, name: str) -> Key:
    """Give what an object is called in plans; the namespace may be empty."""
    return Key(in_our_style(kind), "/".join(filter(None, (namespace, name))))


@cache
def in_our_style(kind: str) -> str:
    """Give the name of a kind as all kinds are called here: ``service_account``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind).lower()


def _with_pods(step: Step) -> Step:
    if not isinstance(step, Call):
        return step
    return evolve(step, parameters={**step.parameters, "propagation": "Foreground"})
