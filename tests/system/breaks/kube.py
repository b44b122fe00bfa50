"""Breaks in the cluster."""

from typing import Any

from tests.system.breaks.broken import Broken, broken
from tests.system.breaks.iam import BY_REPORTER, BY_SERVICE
from tests.system.world import ACCESS, World

APPS = "/apis/apps/v1/namespaces/prod/deployments"
BATCH = "/apis/batch/v1/namespaces/prod/cronjobs"
CORE = "/api/v1/namespaces/prod"
INGRESS = "/apis/networking.k8s.io/v1/namespaces/prod/ingresses/prod-app-ingress"
ISSUER = "/apis/cert-manager.io/v1/namespaces/prod/issuers/prod-letsencrypt-issuer"
JSON_PATCH = "application/json-patch+json"
ROLE = "eks.amazonaws.com/role-arn"
SA_SERVICE, SA_REPORTER = "service_account[prod/task-service]-", "service_account[prod/task-reporter]-"


@broken("arn:aws:iam::999999999999:role/app/TaskService", f"{SA_SERVICE}role_arn", f"{BY_SERVICE}annotation")
def annotation_of_another_account(cloud: World) -> None:
    other = "arn:aws:iam::999999999999:role/app/TaskService"
    cloud.edit(f"{ACCESS}/task-service", {"metadata": {"annotations": {ROLE: other}}})


@broken("", f"{SA_REPORTER}role_arn", f"{BY_REPORTER}annotation")
def annotation_removed(cloud: World) -> None:
    cloud.edit(f"{ACCESS}/task-reporter", {"metadata": {"annotations": {ROLE: None}}})


@broken("absent", f"{SA_REPORTER}exists", f"{BY_REPORTER}service_account")
def account_deleted(cloud: World) -> None:
    cloud.kubernetes.call("DELETE", f"{ACCESS}/task-reporter").need()


@broken("nginx:latest", "deployment[prod/prod-task-web]-spec.template")
def image_changed(cloud: World) -> None:
    image = [{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "nginx:latest"}]
    patch(cloud, f"{APPS}/prod-task-web", image)


@broken("5", "deployment[prod/prod-task-service]-spec.replicas")
def scaled(cloud: World) -> None:
    cloud.edit(f"{APPS}/prod-task-service", {"spec": {"replicas": 5}})


@broken("other", "deployment[prod/prod-task-service]-labels-app.kubernetes.io/name")
def relabelled(cloud: World) -> None:
    cloud.edit(f"{APPS}/prod-task-service", {"metadata": {"labels": {"app.kubernetes.io/name": "other"}}})


@broken("8080", "service[prod/prod-task-service]-spec.ports")
def port_changed(cloud: World) -> None:
    port = [{"op": "replace", "path": "/spec/ports/0/port", "value": 8080}]
    patch(cloud, f"{CORE}/services/prod-task-service", port)


@broken("0 3 * * *", "cron_job[prod/prod-task-reporter]-spec.schedule")
def other_hour(cloud: World) -> None:
    cloud.edit(f"{BATCH}/prod-task-reporter", {"spec": {"schedule": "0 3 * * *"}})


@broken("else.example.com", "ingress[prod/prod-app-ingress]-annotations-external-dns.alpha.kubernetes.io/hostname")
def other_record(cloud: World) -> None:
    annotation = {"external-dns.alpha.kubernetes.io/hostname": "else.example.com"}
    cloud.edit(INGRESS, {"metadata": {"annotations": annotation}})


@broken("somebody@example.com", "issuer[prod/prod-letsencrypt-issuer]-spec.acme")
def other_email(cloud: World) -> None:
    cloud.edit(ISSUER, {"spec": {"acme": {"email": "somebody@example.com"}}})


@broken("absent", "ingress[prod/prod-app-ingress]-exists", "certificate[prod/letsencrypt-cert]-exists")
def ingress_deleted(cloud: World) -> None:
    cloud.kubernetes.call("DELETE", INGRESS).need()


@broken(
    "absent",
    *(f"{SA_SERVICE}{name}" for name in ("role_arn", "labels-app.kubernetes.io/part-of")),
    f"{BY_SERVICE}annotation",
    *(f"{SA_SERVICE}{name}" for name in ("labels-app.kubernetes.io/managed-by", "labels-env")),
)
def account_recreated_by_hand(cloud: World) -> None:
    cloud.kubernetes.call("DELETE", f"{ACCESS}/task-service").need()
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "task-service"}}
    cloud.kubernetes.call("POST", f"{ACCESS}?fieldManager=kubectl-create", account).need()


@broken("config_map.prod/forgotten", "environment[prod]-no_others")
def object_left_behind(cloud: World) -> None:
    parent = cloud.kubernetes.get(f"{CORE}/configmaps/task-tool")
    part = {"applyset.kubernetes.io/part-of": parent["metadata"]["labels"]["applyset.kubernetes.io/id"]}
    forgotten = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "forgotten", "labels": part}}
    cloud.kubernetes.call("POST", f"{CORE}/configmaps?fieldManager=somebody", forgotten).need()


def patch(cloud: World, path: str, operations: Any) -> None:
    cloud.kubernetes.call("PATCH", f"{path}?fieldManager=kubectl-edit", operations, JSON_PATCH).need()


KUBE: tuple[Broken, ...] = (
    annotation_of_another_account,
    annotation_removed,
    account_deleted,
    image_changed,
    scaled,
    relabelled,
    port_changed,
    other_hour,
    other_record,
    other_email,
    ingress_deleted,
    account_recreated_by_hand,
    object_left_behind,
)
