"""The command lines of the control plane's programs. All run in one folder, so that names in it are enough."""

from collections.abc import Callable

from attrs import frozen

# A socket in the folder: no port to lose to somebody else, and nobody else can talk to a store without passwords.
# A file name where a URL has its host: that is where the API server looks when it waits for etcd.
ETCD = "unix://etcd.sock"
QUIET = "--v=0"


@frozen(kw_only=True)
class Settings:
    """What the command lines depend on."""

    find: Callable[[str], str]
    port: int
    issuer: str
    apiserver_flags: tuple[str, ...] = ()


def etcd(settings: Settings) -> list[str]:
    """Run a single member that does not care about power cuts. Nobody uses the advertised URLs, but they must be."""
    return [
        settings.find("etcd"),
        "--data-dir=etcd",
        f"--listen-client-urls={ETCD}",
        "--advertise-client-urls=http://127.0.0.1:2379",
        "--listen-peer-urls=unix://peer.sock",
        "--initial-advertise-peer-urls=http://127.0.0.1:2380",
        "--initial-cluster=default=http://127.0.0.1:2380",
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]


def kube_apiserver(settings: Settings) -> list[str]:
    """Run the API server with the admission plugins, authorization and issuer of an EKS cluster."""
    return [
        settings.find("kube-apiserver"),
        f"--etcd-servers={ETCD}",
        "--bind-address=127.0.0.1",
        f"--secure-port={settings.port}",
        # The harness keeps the port by a socket of its own; both share it, and nobody else can have it.
        "--permit-port-sharing",
        "--tls-cert-file=server.crt",
        "--tls-private-key-file=server.key",
        "--cert-dir=.",
        # Loopback can be no endpoint of the Service `kubernetes`, and a machine without a network has no other address.
        "--advertise-address=127.0.0.1",
        "--endpoint-reconciler-type=none",
        "--service-cluster-ip-range=10.100.0.0/16",
        "--authorization-mode=RBAC",
        "--token-auth-file=tokens.csv",
        "--authentication-token-webhook-config-file=webhook.json",
        "--authentication-token-webhook-version=v1",
        "--authentication-token-webhook-cache-ttl=1s",
        f"--service-account-issuer={settings.issuer}",
        "--service-account-key-file=accounts.pub",
        "--service-account-signing-key-file=accounts.key",
        "--kubelet-preferred-address-types=InternalIP",
        "--allow-privileged",
        "--profiling=false",
        QUIET,
        *settings.apiserver_flags,
    ]


def kube_controller_manager(settings: Settings) -> list[str]:
    """Run the controllers, without a port."""
    return [
        settings.find("kube-controller-manager"),
        "--kubeconfig=kubeconfig.json",
        "--leader-elect=false",
        "--secure-port=0",
        "--root-ca-file=ca.crt",
        "--service-account-private-key-file=accounts.key",
        "--horizontal-pod-autoscaler-sync-period=1s",
        # A busy machine delays heartbeats: the pods of a node given up would never be ready again, as kwok has it.
        "--node-monitor-grace-period=15m",
        QUIET,
    ]


def kube_scheduler(settings: Settings) -> list[str]:
    """Run the scheduler, without a port."""
    return [settings.find("kube-scheduler"), "--kubeconfig=kubeconfig.json", "--leader-elect=false", "--secure-port=0"]


COMMANDS: dict[str, Callable[[Settings], list[str]]] = {
    "etcd": etcd,
    "kube-apiserver": kube_apiserver,
    "kube-controller-manager": kube_controller_manager,
    "kube-scheduler": kube_scheduler,
}
