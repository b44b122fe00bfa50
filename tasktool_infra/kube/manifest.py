"""Any Kubernetes object that an application brings as a manifest: applied, and waited for where that takes a while."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Self

from attrs import evolve, frozen

from tasktool_infra.engine.calls import Explanation, Reading, Step, Wait
from tasktool_infra.engine.carry_out import is_pointless
from tasktool_infra.engine.fields import fact
from tasktool_infra.engine.resource import Example, Key, Phase
from tasktool_infra.kube.namespace import Namespace
from tasktool_infra.kube.object import KubeObject
from tasktool_infra.kube.readiness import Readiness, is_ready, readiness
from tasktool_infra.kube.rollout import WhyNotAvailable
from tasktool_infra.values.frozen import FrozenDict, freeze, thaw


@frozen(kw_only=True)
class Manifest(KubeObject):
    """An object as its manifest says, with the labels of its owner. Source: Kubernetes API reference.

    What the manifest does not name is left to the server and to others. A Deployment, an Ingress and an Issuer are
    settled when they have come to be; where nobody could make that happen, it is remarked and not waited for.
    """

    kind = "object"
    layer = "app"

    body: FrozenDict[Any] = fact(converter=freeze, repr=False)

    @property
    def key(self) -> Key:
        """The kind in the style of all kinds, then namespace and name."""
        metadata = self.body["metadata"]
        kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", self.body["kind"]).lower()
        return Key(kind, "/".join(filter(None, (metadata.get("namespace"), metadata["name"]))))

    def metadata(self) -> dict[str, Any]:
        """Give the manifest's own, with our labels."""
        metadata: dict[str, Any] = thaw(self.body["metadata"])
        return {**metadata, "labels": {**metadata.get("labels", {}), **self.labels}}

    def manifest(self) -> dict[str, Any]:
        """Give what is applied."""
        return {**thaw(self.body), "metadata": self.metadata()}

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

    def read(self) -> Reading[Self | None]:
        """Read the object; one that can't come to be counts as settled, with a remark."""
        live = yield from super().read()
        ready = self.readiness
        if live is None or live.settled is not Phase.UPDATING or ready is None or ready.pointless is None:
            return live
        if (yield from is_pointless(ready.pointless)):
            return evolve(live, settled=Phase.SETTLED, remarks=(*live.remarks, f"not ready: {ready.pointless.says}"))
        return live

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
        if self.body["kind"] != "Deployment":
            return None
        selector = self.body["spec"]["selector"].get("matchLabels", {})
        return WhyNotAvailable(self.body["metadata"]["namespace"], self.body["metadata"]["name"], freeze(selector))

    def outputs(self) -> Iterator[tuple[str, str]]:
        """Give the address of an Ingress."""
        for rule in self.body.get("spec", {}).get("rules", ()) if self.body["kind"] == "Ingress" else ():
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
