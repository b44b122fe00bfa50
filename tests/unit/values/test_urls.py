"""Which URLs lead to this machine, and which near it."""

import pytest

from tasktool_infra.values.urls import is_loopback, is_near

LOOPBACK = ["https://127.0.0.1:8443", "http://localhost:4566", "https://[::1]:6443", "https://kind.localhost"]
NEAR = [
    "https://192.168.49.2:8443",
    "https://172.17.0.3:6443",
    "https://10.0.2.15:8443",
    "https://[fd00::2]:6443",
    "https://kubernetes.docker.internal:6443",
    "https://control-plane.minikube.internal:8443",
    "https://minikube:8443",
]
FAR = [
    "https://ABC.gr7.ap-northeast-1.eks.amazonaws.com",
    "https://203.0.113.9x:6443",
    "https://52.1.2.3",
    "https://minikube.example.com",
    "https://notlocalhost",
    "https://127.0.0.1.example.com",
    "",
]


@pytest.mark.parametrize("url", LOOPBACK)
def test_this_machine(url: str) -> None:
    assert is_loopback(url)
    assert is_near(url)


@pytest.mark.parametrize("url", NEAR)
def test_near(url: str) -> None:
    assert not is_loopback(url)
    assert is_near(url)


@pytest.mark.parametrize("url", FAR)
def test_far(url: str) -> None:
    assert not is_loopback(url)
    assert not is_near(url)
