"""The nodes of a control plane, played by kwok."""

import json
import socket
import ssl
from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from tests.controlplane import kwok
from tests.controlplane.api import MERGE, Api
from tests.controlplane.processes import NotStarted, Processes

ATTEMPTS = 5
LOOPBACK = "127.0.0.1"


@frozen(kw_only=True)
class Nodes:
    """Adds nodes, and says what happens to the pods on them."""

    api: Api
    processes: Processes
    find: Callable[[str], str]

    def add(self, count: int = 1, **options: Any) -> list[str]:
        """Add nodes and wait until they are ready; their names. Options are those of `kwok.node`."""
        if not self.processes.runs("kwok"):
            self.play()
        there = len(self.api.get("/api/v1/nodes")["items"])
        names = [f"node-{number}" for number in range(there, there + count)]
        for name in names:
            self.api.call("POST", "/api/v1/nodes", kwok.node(name, **options)).need()
        self.processes.wait("kwok", "a ready node", lambda: all(map(self.ready, names)))
        return names

    def ready(self, name: str) -> bool:
        """Tell whether a node may get pods."""
        node = self.api.get(f"/api/v1/nodes/{name}")
        conditions = {each["type"]: each["status"] for each in node["status"].get("conditions", [])}
        return conditions.get("Ready") == "True"

    def play(self, *documents: Mapping[str, Any]) -> None:
        """(Re)start kwok with stages or logs on top of what healthy pods do; pods that are up stay up."""
        content = [json.dumps(document) for document in [*kwok.defaults(), *documents]]
        (self.processes.folder / "kwok.json").write_text("\n---\n".join(content))
        for _ in range(ATTEMPTS):  # kwok can't be told to pick a port; the one that we found may be taken meanwhile
            self.processes.stop("kwok")
            port = free_port()
            self.processes.start("kwok", self.command(port))
            try:
                self.processes.wait("kwok", "listening", lambda port=port: self.serves(port), 15)  # type: ignore[misc]
            except NotStarted:
                if "address already in use" not in self.processes.log("kwok"):
                    raise
            else:
                return self.move(port)
        raise NotStarted(f"kwok found no port in {ATTEMPTS} attempts")

    def serves(self, port: int) -> bool:
        """Tell whether our kwok is on a port, and not somebody else: it has a certificate of the cluster's CA."""
        context = ssl.create_default_context(cadata=self.api.ca)
        try:
            with socket.create_connection((LOOPBACK, port), 1) as plain:
                context.wrap_socket(plain, server_hostname=LOOPBACK).close()
        except OSError:
            return False
        return True

    def move(self, port: int) -> None:
        """Tell the API server where the kubelets are now; kwok says it at the next heartbeat only."""
        status = {"status": {"daemonEndpoints": {"kubeletEndpoint": {"Port": port}}}}
        for node in self.api.get("/api/v1/nodes")["items"]:
            self.api.call("PATCH", f"/api/v1/nodes/{node['metadata']['name']}/status", status, MERGE).need()

    def command(self, port: int) -> list[str]:
        """Run kwok as the kubelet of all nodes, by one port."""
        return [
            self.find("kwok"),
            "--kubeconfig=kubeconfig.json",
            "--config=kwok.json",
            "--manage-all-nodes",
            # No leases: a restarted kwok would wait for the old one's to run out before it touches a pod.
            "--node-lease-duration-seconds=0",
            "--cidr=10.244.0.0/16",
            f"--node-ip={LOOPBACK}",
            f"--node-port={port}",
            f"--server-address={LOOPBACK}:{port}",
            "--tls-cert-file=server.crt",
            "--tls-private-key-file=server.key",
        ]


def free_port() -> int:
    """Find a port that nobody has at this moment."""
    with socket.create_server((LOOPBACK, 0)) as server:
        return int(server.getsockname()[1])
