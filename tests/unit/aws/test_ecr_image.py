"""Images in ECR: where a pod's image is, whether it is there, how it gets there, and for which processors it is."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tasktool_infra.aws.ecr_image import INDEXES, PULL_POLICY, Image
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.decide import Making
from tasktool_infra.engine.plan import Action
from tests.answers import error, feed

PLACE = Place("123456789012", "aws", "ap-northeast-1")
REGISTRY = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com"
DIGEST = "sha256:" + "0" * 64
IMAGE = Image(repository="mamezou-tech/task-web", tag="1.0.0", registry=REGISTRY, place=PLACE)
FOUND = {"imageDetails": [{"imageDigest": DIGEST, "imagePushedAt": datetime(2026, 1, 2, 3, 4, tzinfo=UTC)}]}


@pytest.mark.parametrize(
    ("rest", "repository", "tag"),
    [
        ("mamezou-tech/task-web:1.0.0", "mamezou-tech/task-web", "1.0.0"),
        ("task-web", "task-web", "latest"),
        (f"a/b/c@{DIGEST}", "a/b/c", DIGEST),
        (f"a/b:2.0@{DIGEST}", "a/b", DIGEST),
    ],
)
def test_an_image_of_our_registry_is_known_by_repository_and_tag(rest: str, repository: str, tag: str) -> None:
    found = Image.of(f"{REGISTRY}/{rest}", PLACE)
    assert found is not None
    assert (found.repository, found.tag, found.registry) == (repository, tag, REGISTRY)


def test_its_reference_is_what_the_pod_says() -> None:
    for reference in (f"{REGISTRY}/a/b:1.0", f"{REGISTRY}/a/b@{DIGEST}"):
        found = Image.of(reference, PLACE)
        assert found is not None
        assert found.reference == reference


@pytest.mark.parametrize(
    "reference",
    [
        "nginx",
        "nginx:1.29",
        "public.ecr.aws/x/y:1",
        REGISTRY.replace("1234", "9999") + "/x:1",
        f"{REGISTRY}/",
        f"{REGISTRY}.example.com/x:1",
        f"{REGISTRY}:5000/x:1",
    ],
)
def test_an_image_from_elsewhere_is_not_looked_for(reference: str) -> None:
    assert Image.of(reference, PLACE) is None


@pytest.mark.parametrize("code", ["ImageNotFoundException", "RepositoryNotFoundException"])
def test_one_that_is_absent_waits_with_the_commands_that_push_it(code: str) -> None:
    assert feed(IMAGE.read(), {"describe_images": error(code)}) is None
    change = Making().change(IMAGE, None)
    assert (change.action, change.reason) == (Action.WAITING, "the tag 1.0.0 is absent from mamezou-tech/task-web")
    login = "aws ecr get-login-password --region ap-northeast-1"
    assert change.next_step.splitlines()[1:] == [
        f"  {login} | docker login --username AWS --password-stdin {REGISTRY}",
        f"  docker push {REGISTRY}/mamezou-tech/task-web:1.0.0",
    ]


def test_one_that_is_there_is_no_change() -> None:
    live = feed(IMAGE.read(), {"describe_images": FOUND})
    assert live is not None
    assert live.digest == DIGEST
    assert Making().change(IMAGE, live).action is Action.NONE


def test_a_digest_is_looked_for_as_one() -> None:
    asked: list[Call] = []

    def answer(call: Call) -> Any:
        asked.append(call)
        return FOUND

    by_digest = Image.of(f"{REGISTRY}/a@{DIGEST}", PLACE)
    assert by_digest is not None
    feed(by_digest.read(), {"describe_images": answer})
    assert asked[0].parameters["imageIds"] == ({"imageDigest": DIGEST},)


def test_why_it_is_not_pulled() -> None:
    absent = feed(IMAGE.why_not_pulled(), {"describe_images": error("ImageNotFoundException")})
    assert absent == "the tag 1.0.0 is absent from mamezou-tech/task-web: push it or set `image_tag`"
    there = feed(IMAGE.why_not_pulled(), {"describe_images": FOUND})
    assert there.startswith("1.0.0 is in mamezou-tech/task-web (pushed 2026-01-02 03:04)")
    assert PULL_POLICY in there


def manifests(*architectures: str) -> dict[str, Any]:
    listed = [{"platform": {"architecture": each, "os": "linux"}} for each in architectures]
    return {"images": [{"imageManifest": json.dumps({"mediaType": INDEXES[0], "manifests": listed})}]}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (manifests("amd64", "arm64", "unknown", "amd64"), ("amd64", "arm64")),
        ({"images": [{"imageManifest": json.dumps({"config": {}, "layers": []})}]}, ()),
        ({"images": []}, ()),
        (error("RepositoryNotFoundException"), ()),
    ],
)
def test_the_index_tells_for_which_processors_it_is(answer: Any, expected: tuple[str, ...]) -> None:
    assert feed(IMAGE.architectures(), {"batch_get_image": answer}) == expected
