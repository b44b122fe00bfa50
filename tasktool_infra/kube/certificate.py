"""The Certificate that cert-manager makes for an Ingress: nobody applies it, and without it nobody gets in by TLS.

Source: cert-manager documentation, "Annotated Ingress resource" and the conditions of Certificates.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import evolve, frozen

from tasktool_infra.engine.calls import GONE, Call, Reading
from tasktool_infra.engine.claims import ABSENT, EXISTS, PRESENT, Claim, unreadable
from tasktool_infra.engine.errors import TasktoolError
from tasktool_infra.engine.resource import Key
from tasktool_infra.engine.waiting import is_pointless
from tasktool_infra.kube.answers import FORBIDDEN, NO_KIND
from tasktool_infra.kube.claims import readiness_claim
from tasktool_infra.kube.judge import MISSING
from tasktool_infra.kube.manifest import Manifest
from tasktool_infra.kube.readiness import ISSUER, NOT_ALLOWED, list_call
from tasktool_infra.kube.retries import SERVICE

ISSUED_BY = ("cert-manager.io/issuer", "cert-manager.io/cluster-issuer")
CERT_MANAGER = list_call("apps/v1", "Deployment", "app.kubernetes.io/instance=cert-manager")
READINESS = evolve(
    ISSUER,
    says="cert-manager to have it issued",
    sees="status.conditions[?type=='Ready'].message | [0] || 'not looked at by cert-manager yet'",
)


@frozen(kw_only=True)
class Certificate:
    """A Certificate by namespace and name, and the host names that it must be for."""

    namespace: str
    name: str
    hosts: tuple[str, ...]

    @property
    def key(self) -> Key:
        """What it is called."""
        return Key("certificate", f"{self.namespace}/{self.name}")

    def look(self) -> Reading[tuple[Claim, ...]]:
        """Read it, and give what can be claimed of it; all is open where no cert-manager could have made it."""
        try:
            live = yield self.get()
            in_vain = READINESS.pointless is not None and (yield from is_pointless(READINESS.pointless))
        except TasktoolError as error:
            return tuple(self._open(unreadable(self.key, error.message, error.next_step)))
        exists = Claim(key=self.key, name=EXISTS, wanted=PRESENT, found=PRESENT, ok=True)
        if live is not GONE:
            return (exists, *self._claims(live, in_vain=in_vain))
        why = READINESS.pointless.says if in_vain and READINESS.pointless is not None else ABSENT
        missing = evolve(exists, found=why, ok=None if in_vain else False, fix=FIX)
        return tuple(self._open(missing))

    def get(self) -> Call:
        """Give the call that reads it."""
        parameters = {
            "api_version": "cert-manager.io/v1",
            "kind": "Certificate",
            "namespace": self.namespace,
            "name": self.name,
        }
        return Call(SERVICE, "get", parameters, expects={**MISSING, NO_KIND: GONE})

    def _claims(self, live: Mapping[str, Any], *, in_vain: bool) -> Iterator[Claim]:
        yield evolve(readiness_claim(self.key, READINESS, live, in_vain=in_vain), fix=FIX)
        found = live.get("spec", {}).get("dnsNames") or []
        right = set(self.hosts) <= set(found)
        yield Claim(key=self.key, name="hosts", wanted=list(self.hosts), found=list(found), ok=right, fix=FIX)

    def _open(self, why: Claim) -> Iterator[Claim]:
        yield why
        yield from (evolve(each, found=why.found, ok=None, fix="") for each in self._claims({}, in_vain=True))


FIX = "See what cert-manager says: kubectl describe certificate,certificaterequest,order,challenge"


def issuers_call(namespace: str) -> Call:
    """Give the call that lists the Issuers of a namespace; of an unknown kind there is none."""
    parameters = {"api_version": "cert-manager.io/v1", "kind": "Issuer", "namespace": namespace}
    return Call(SERVICE, "list", parameters, expects={NO_KIND: GONE, FORBIDDEN: NOT_ALLOWED})


def certificates(resources: Iterable[Any]) -> tuple[Certificate, ...]:
    """Give the Certificates that cert-manager makes for the Ingresses among these."""
    ingresses = [each.body for each in resources if isinstance(each, Manifest) and each.body["kind"] == "Ingress"]
    return tuple(
        Certificate(
            namespace=ingress["metadata"].get("namespace", "default"),
            name=tls["secretName"],
            hosts=tuple(tls.get("hosts", ())),
        )
        for ingress in ingresses
        if any(name in ingress["metadata"].get("annotations", {}) for name in ISSUED_BY)
        for tls in ingress["spec"].get("tls", ())
        if "secretName" in tls
    )
