"""The files that the programs of a control plane read: certificates, keys, the administrator's token, kubeconfigs."""

import base64
import json
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from attrs import frozen
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.controlplane.certificates import authority, key_pem, new_key

ADMIN_GROUP = "system:masters"
SERVER_NAMES = ("127.0.0.1", "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc")


@frozen(kw_only=True)
class Credentials:
    """What a client of the new cluster needs."""

    ca: bytes
    token: str


def write_files(folder: Path, *, endpoint: str, context: str, webhook_url: str, names: Iterable[str]) -> Credentials:
    """Write all files of one cluster."""
    ca, accounts, token = authority(), new_key(), secrets.token_urlsafe(24)
    certificate, key = ca.server(*SERVER_NAMES, *names)
    public = accounts.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    cluster = {"server": endpoint, "certificate-authority-data": base64.b64encode(ca.pem).decode()}
    contents = {
        "ca.crt": ca.pem,
        "server.crt": certificate,
        "server.key": key,
        "accounts.key": key_pem(accounts),
        "accounts.pub": public,
        "tokens.csv": f'{token},harness,harness,"{ADMIN_GROUP}"\n'.encode(),
        "webhook.json": as_json(kubeconfig("webhook", {"server": webhook_url}, {})),
        "kubeconfig.json": as_json(kubeconfig(context, cluster, {"token": token})),
    }
    for name, content in contents.items():
        write_private(folder / name, content)
    return Credentials(ca=ca.pem, token=token)


def kubeconfig(context: str, cluster: dict[str, Any], user: dict[str, Any]) -> dict[str, Any]:
    """Make a kubeconfig with one context; cluster and user carry its name."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": context, "cluster": cluster}],
        "users": [{"name": context, "user": user}],
        "contexts": [{"name": context, "context": {"cluster": context, "user": context}}],
        "current-context": context,
    }


def as_json(content: Any) -> bytes:
    """Write JSON as a file has it."""
    return json.dumps(content, indent=1).encode()


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read."""
    path.touch(mode=0o600)
    path.write_bytes(content)
