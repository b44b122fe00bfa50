"""Why a rollout does not end: what pods, events, logs and the registry say, joined to one block of lines."""

from typing import Any

import pytest
from attrs import frozen

from tasktool_infra.engine.calls import Reading
from tasktool_infra.engine.errors import ApiError
from tasktool_infra.kube.answers import FORBIDDEN
from tasktool_infra.kube.pods import troubles
from tasktool_infra.kube.rollout import Pulled, WhyNotAvailable, wrong_format
from tests.answers import error, feed
from tests.unit.kube.recorded_rollouts import (
    CRASH,
    EXCEEDED,
    IMAGE,
    PULL,
    SELECTOR,
    UNREADY,
    UNSCHEDULABLE,
    deployment,
    ended,
    event,
    pod,
    waiting,
)

NODE = {"metadata": {"name": "node-0"}, "status": {"nodeInfo": {"architecture": "arm64"}}}


@frozen
class Known:
    """An image of which the registry knows something."""

    reference: str = IMAGE
    said: str = "the tag 1.0.0 is absent from mamezou-tech/task-service: push it or set `image_tag`"
    built: tuple[str, ...] = ("amd64",)
    fault: ApiError | None = None

    def why_not_pulled(self) -> Reading[str]:
        yield from ()
        if self.fault is not None:
            raise self.fault
        return self.said

    def architectures(self) -> Reading[tuple[str, ...]]:
        yield from ()
        return self.built


def why(*pods: Any, image: Pulled | None = None, events: Any = (), log: Any = "", live: Any = None) -> list[str]:
    explanation = WhyNotAvailable("prod", "web", SELECTOR, (image or Known(),))
    lists = {"Pod": {"items": pods}, "Event": {"items": events}, "Node": {"items": [NODE]}}
    answers = {"get": live or deployment(EXCEEDED), "list": lambda call: lists[call.parameters["kind"]], "log": log}
    return feed(explanation.run(), answers).splitlines()


def test_an_image_that_is_not_in_the_registry_is_named_with_what_to_do() -> None:
    assert why(PULL, PULL, pod("web-2", {"type": "Ready", "status": "True"})) == [
        f"  2 of 3 pods, container app ({IMAGE}): ImagePullBackOff: Back-off pulling image",
        "    the tag 1.0.0 is absent from mamezou-tech/task-service: push it or set `image_tag`",
    ]


def test_what_the_node_said_of_a_pull_stands_beside_it() -> None:
    events = [
        event("web-1", "Failed", "Failed to pull image: 403 Forbidden", "2026-01-01T00:00:01Z"),
        event("web-1", "BackOff", "Back-off pulling image", "2026-01-01T00:00:02Z"),
        event("other", "Failed", "of another pod", "2026-01-01T00:00:03Z"),
    ]
    assert "    Failed: Failed to pull image: 403 Forbidden" in why(PULL, events=events)
    assert len(why(PULL, events=events)) == 3


def test_an_image_of_another_registry_is_not_looked_for() -> None:
    assert len(why(PULL, image=Known("elsewhere/app:1"))) == 1


def test_a_registry_that_can_not_be_asked_leaves_the_rest() -> None:
    denied = ApiError("AccessDeniedException", "no", call="ecr.describe_images")
    lines = why(PULL, image=Known(fault=denied))
    assert lines[1] == "    (not found out: ecr.describe_images: AccessDeniedException: no)"


def test_a_crash_is_told_with_its_last_lines() -> None:
    log = "\n".join(f"line {number}" for number in range(9))
    lines = why(CRASH, log=log)
    assert lines[0].endswith("CrashLoopBackOff: it ended with exit code 1, and was restarted 4 times")
    assert lines[1:] == [f"    its log: line {number}" for number in range(4, 9)]


def test_a_log_that_is_not_kept_any_more_is_left_out() -> None:
    assert len(why(CRASH, log=error("BadRequest"))) == 1


def test_out_of_memory_is_named() -> None:
    [line] = why(pod("web-1", state=waiting("CrashLoopBackOff"), last=ended(137, "OOMKilled"), restarts=1))
    assert "exit code 137 (OOMKilled)" in line


@pytest.mark.parametrize("where", ["log", "message"])
def test_a_program_for_another_processor_is_explained_by_image_and_node(where: str) -> None:
    said = "exec /usr/local/bin/docker-entrypoint.sh: exec format error"
    last = ended(255, message=said if where == "message" else "")
    lines = why(pod("web-1", state=waiting("CrashLoopBackOff"), last=last), log=said if where == "log" else "")
    assert lines[-1] == (
        "    exec format error: the node is arm64, the image was built for amd64; build it for the node's: "
        "docker buildx build --platform linux/arm64 --push"
    )


def test_what_is_not_known_of_processors_is_not_said() -> None:
    assert "another processor" in wrong_format("arm64", ())
    assert "amd64,linux/arm64" in wrong_format("", ())
    assert "lacks its #!" in wrong_format("arm64", ("amd64", "arm64"))


def test_the_scheduler_is_quoted() -> None:
    events = [event("web-1", "FailedScheduling", "0/1 nodes", "2026-01-01T00:00:01Z")]
    assert why(UNSCHEDULABLE, events=events) == [
        "  1 of 1 pods: no node takes it: 0/1 nodes are available: 1 Insufficient cpu."
    ]


def test_a_pod_that_runs_and_is_not_ready_is_told_with_its_probe() -> None:
    running = pod("web-1", state={"running": {}})
    events = [event("web-1", "Unhealthy", "Readiness probe failed: 503", "2026-01-01T00:00:01Z")]
    lines = why(running, events=events)
    assert lines[0].endswith("it runs, but is not ready")
    assert lines[1] == "    Unhealthy: Readiness probe failed: 503"


def test_a_missing_configuration_is_the_containers_own_word() -> None:
    [line] = why(pod("web-1", state=waiting("CreateContainerConfigError", 'configmap "web-config" not found')))
    assert line.endswith('CreateContainerConfigError: configmap "web-config" not found')


@pytest.mark.parametrize(
    ("said", "way_out"),
    [
        ('error looking up service account prod/absent: serviceaccount "absent" not found', "serviceAccountName"),
        ('pods "web-1" is forbidden: exceeded quota: small, requested: pods=1', "ResourceQuota"),
        ('admission webhook "policy.example.com" denied the request: no', "webhook says no"),
        ("ValidatingAdmissionPolicy 'p' with binding 'p' denied request: no", "policy says no"),
        ("something new", ""),
    ],
)
def test_pods_that_are_not_made_are_told_with_a_way_out(said: str, way_out: str) -> None:
    failing = deployment({"type": "ReplicaFailure", "status": "True", "message": said}, EXCEEDED)
    lines = why(live=failing)
    assert lines[0] == f"  pods are not made: {said}"
    assert way_out in "".join(lines[1:])
    assert len(lines) == (2 if way_out else 1)


def test_a_paused_rollout_is_told_with_the_command_that_goes_on() -> None:
    [line] = why(live=deployment(spec={"paused": True}))
    assert line == "  it is paused; go on with: kubectl rollout resume deployment/web"


def test_who_may_not_look_is_told_nothing() -> None:
    explanation = WhyNotAvailable("prod", "web", SELECTOR)
    assert feed(explanation.run(), {"get": error(FORBIDDEN), "list": error(FORBIDDEN)}) == ""


def test_the_most_frequent_trouble_comes_first_and_few_are_shown() -> None:
    reasons = ["A", "B", "B", "C", "D"]
    pods = [pod(f"web-{i}", state=waiting(reason)) for i, reason in enumerate(reasons)]
    lines = why(*pods)
    assert [line.rpartition(" ")[2] for line in lines] == ["B", "A", "C"]
    assert "2 of 5 pods" in lines[0]


def test_pods_that_go_or_have_done_their_part_are_no_trouble() -> None:
    going = {**PULL, "metadata": {"name": "web-1", "deletionTimestamp": "2026-01-01T00:00:00Z"}}
    assert troubles([going]) == []
    init = {"name": "init", "state": {"terminated": {"exitCode": 0}}, "ready": True}
    [trouble] = troubles([pod("web-1", state={"running": {}}, initContainerStatuses=[init])])
    assert trouble.container == "app"


def test_a_failed_init_container_and_an_evicted_pod() -> None:
    init = {"name": "init", "image": "init:1", "state": {"terminated": ended(3)}, "ready": False}
    [trouble] = troubles([pod("web-1", state=waiting("PodInitializing"), initContainerStatuses=[init])])
    assert (trouble.container, trouble.image) == ("init", "init:1")
    assert "exit code 3" in trouble.line
    [evicted] = troubles([pod("web-1", UNREADY, reason="Evicted", message="The node was low on memory")])
    assert evicted.line.endswith("Evicted: The node was low on memory")


def test_a_pod_to_which_nothing_has_happened_says_so() -> None:
    [trouble] = troubles([pod("web-1")])
    assert trouble.line.endswith("Pending: nothing has happened to it yet")
