"""A company's network: everything goes through a proxy, and AWS shows certificates of the company's authority."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attrs import define, frozen

from tasktool_infra.engine.hooks import hooked
from tasktool_infra.engine.transport import NoHook
from tests.controlplane.certificates import authority
from tests.faults.clock import FakeClock
from tests.faults.proxy import Proxy, Upstream, proxy
from tests.faults.tunnel import Tunnel, tunnel
from tests.system.conftest import Inside
from tests.system.test_faults_network import lead_to
from tests.system.world import Done, Shell, World

REGION = "ap-northeast-1"
CLUSTER = f"0123456789ABCDEF.gr7.{REGION}.eks.amazonaws.com"
SERVICES = ("sts", "iam", "eks", "dynamodb", "api.ecr", "s3")
AWS = (
    *(f"{service}.{REGION}.amazonaws.com" for service in SERVICES),
    *(f"*.{name}.{REGION}.amazonaws.com" for name in ("s3", "ddb")),
    "iam.amazonaws.com",
)
PLANNED = "Plan: 13 to add, 0 to change, 0 to destroy"


@frozen
class Company:
    """A shell that reaches the two APIs through a tunnel only, by their real names."""

    shell: Shell
    way: Tunnel
    aws: Proxy
    cluster: Proxy
    authority: bytes
    """That of the cluster, PEM."""

    @property
    def asked(self) -> set[str]:
        return {at.removesuffix(":443") for at in self.way.asked}


@pytest.fixture
def company(cloud: World) -> Iterator[Company]:
    """Serve AWS by the company's authority, the cluster by its own, both behind a tunnel."""
    theirs, its_own = authority("company"), authority("cluster")
    onward = Upstream(cloud.sandbox.kubernetes_endpoint, cloud.sandbox.ca_pem)
    with (
        proxy(cloud.sandbox.aws_endpoint, certificate=theirs.server(*AWS)) as aws,
        proxy(onward, certificate=its_own.server(CLUSTER)) as cluster,
    ):
        lead_to(cloud, f"https://{CLUSTER}", its_own.pem)

        def route(host: str) -> tuple[str, int] | None:
            behind = cluster if host == CLUSTER.lower() else aws if host.endswith(".amazonaws.com") else None
            return ("127.0.0.1", int(behind.url.rpartition(":")[2])) if behind else None

        bundle = cloud.shell.folder / "company.pem"
        bundle.write_bytes(theirs.pem)
        environ = {k: v for k, v in cloud.shell.environ.items() if k not in ("AWS_ENDPOINT_URL", "KUBECONFIG")}
        with tunnel(route) as way:
            more = {"HTTPS_PROXY": way.url, "AWS_CA_BUNDLE": str(bundle)}
            yield Company(Shell(cloud.shell.folder, environ | more), way, aws, cluster, its_own.pem)


@define
class Here:
    """The company's shell in this process, with waits that cost nothing."""

    setenv: Callable[[str, str], None]
    delenv: Callable[[str], None]
    inside: Inside

    def plan(self, *, expect: int) -> Done:
        with hooked(NoHook(), FakeClock()):
            return self.inside("plan", "prod", expect=expect)


@pytest.fixture
def here(company: Company, inside: Inside, monkeypatch: pytest.MonkeyPatch) -> Here:
    for name in ("AWS_ENDPOINT_URL", "KUBECONFIG"):
        monkeypatch.delenv(name)
    for name in ("HTTPS_PROXY", "AWS_CA_BUNDLE"):
        monkeypatch.setenv(name, company.shell.environ[name])
    return Here(monkeypatch.setenv, monkeypatch.delenv, inside)


def test_both_apis_are_reached_through_the_proxy_and_each_is_trusted_by_its_own_authority(company: Company) -> None:
    planned = company.shell.run("plan", "prod")
    assert planned.summary == PLANNED
    assert CLUSTER.lower() in company.asked
    assert {f"{service}.{REGION}.amazonaws.com" for service in ("sts", "eks", "api.ecr")} <= company.asked
    assert company.cluster.calls
    assert len(company.aws.calls) > 20


def test_without_the_bundle_the_company_is_not_trusted(company: Company, here: Here) -> None:
    here.delenv("AWS_CA_BUNDLE")
    done = here.plan(expect=69)
    assert "certificate verify failed" in done.err
    assert f"sts.{REGION}.amazonaws.com" in done.err
    assert "AWS_CA_BUNDLE" in done.err
    assert len(set(company.way.asked)) == 3


def test_the_bundle_does_not_count_for_the_cluster(company: Company, cloud: World) -> None:
    """Whoever has a certificate of the company's authority can't stand in for the cluster."""
    lead_to(cloud, f"https://{CLUSTER}", authority("another").pem)
    with Path(company.shell.environ["AWS_CA_BUNDLE"]).open("ab") as bundle:
        bundle.write(company.authority)
    done = company.shell.run("plan", "prod", expect=69)
    assert "certificate verify failed" in done.err
    assert f"what https://{CLUSTER} shows" in done.err
    assert "NO_PROXY" in done.err
    assert company.cluster.calls == []


def test_what_no_proxy_names_is_reached_directly(company: Company, here: Here) -> None:
    here.setenv("NO_PROXY", f"localhost,.eks.amazonaws.com,eks.{REGION}.amazonaws.com")
    done = here.plan(expect=69)
    assert f"https://eks.{REGION}.amazonaws.com" in done.err
    assert f"sts.{REGION}.amazonaws.com" in company.asked
    assert f"eks.{REGION}.amazonaws.com" not in company.asked


def test_a_cluster_that_no_proxy_names_is_reached_directly(company: Company, here: Here) -> None:
    here.setenv("NO_PROXY", f".gr7.{REGION}.eks.amazonaws.com")
    done = here.plan(expect=69)
    assert f"https://{CLUSTER}" in done.err
    assert CLUSTER.lower() not in company.asked
    assert len(company.aws.calls) > 20


@pytest.mark.parametrize("behind", ["both", "the cluster"])
def test_a_proxy_that_is_not_there_is_named_without_its_password(here: Here, cloud: World, behind: str) -> None:
    here.setenv("HTTPS_PROXY", "http://dev:hunter2@127.0.0.1:9")
    if behind == "the cluster":
        here.setenv("AWS_ENDPOINT_URL", cloud.proxy.url)
    done = here.plan(expect=69)
    assert "proxy" in done.err.lower()
    assert re.search(r"127\.0\.0\.1(:|', port=)9", done.err), done.err
    assert "hunter2" not in done.said
