"""The rest of the API, through HTTP: refusals, namespaces, patches, lists, watches, discovery, what is played."""

import http.client
import json
import ssl
import threading
from typing import Any
from urllib.parse import urlsplit

import pytest
from attrs import evolve

from tasktool_infra.sandbox import jwt
from tasktool_infra.sandbox.kubernetes.server import KubernetesServer
from tests.unit.sandbox.conftest import Answer, Client, connect, eventually

Json = dict[str, Any]


def config_map(name: str, **labels: str) -> Json:
    return {"metadata": {"name": name, "labels": labels}}


def names(answer: Any) -> list[str]:
    return [item["metadata"]["name"] for item in answer.body["items"]]


def test_without_a_good_token_nothing_is_said(kubernetes: KubernetesServer) -> None:
    stranger = connect(kubernetes, token="wrong")
    answer = stranger.get("/api/v1/namespaces")
    assert (answer.code, answer.body["reason"], answer.body["message"]) == (401, "Unauthorized", "Unauthorized")
    assert stranger.get("/version").code == 401
    nobody = evolve(stranger, token="")
    assert [nobody.get(path).code for path in ("/version", "/healthz", "/readyz", "/livez")] == [200] * 4
    assert nobody.get("/api").code == 401


@pytest.mark.parametrize("path", ["/apis/other.io/v1/things", "/apis/cert-manager.io/v1/orders", "/x", "/apis/x"])
def test_an_unknown_group_or_custom_resource_is_plain_text(client: Client, path: str) -> None:
    for method in ("GET", "POST", "PATCH", "DELETE"):
        assert client.send(method, path, {}) == Answer(404, "404 page not found\n")


@pytest.mark.parametrize(
    "path", ["/apis/apps/v2/deployments", "/api/v1/foos", "/api/v1/namespaces/a/nodes", "/api/v1/nodes/a/scale"]
)
def test_an_unknown_version_or_resource_of_a_known_group_is_a_status(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.code, answer.body["reason"], answer.body["details"]) == (404, "NotFound", {})


def test_a_missing_object_and_a_missing_namespace_differ(client: Client) -> None:
    path = "/api/v1/namespaces/missing/configmaps"
    assert client.get(f"{path}/a").body["details"] == {"name": "a", "kind": "configmaps"}
    body = config_map("a") | {"apiVersion": "v1", "kind": "ConfigMap"}
    created, applied = client.send("POST", path, body), client.apply(f"{path}/a", body)
    for answer in (created, applied):
        assert (answer.code, answer.body["details"]) == (404, {"name": "missing", "kind": "namespaces"})
    missing = client.get("/apis/apps/v1/namespaces/missing/deployments/a")
    assert missing.body["message"] == 'deployments.apps "a" not found'


def test_a_namespace_gets_its_account_and_empties_itself(client: Client, namespace: str) -> None:
    eventually(lambda: client.get(f"{namespace}/serviceaccounts/default").code == 200)
    live = client.get(namespace).body
    assert live["status"] == {"phase": "Active"}
    assert live["metadata"]["labels"]["kubernetes.io/metadata.name"] == live["metadata"]["name"]
    client.send("POST", f"{namespace}/configmaps", {"metadata": {"name": "held", "finalizers": ["example.com/hold"]}})
    client.send("POST", f"{namespace}/configmaps", config_map("free"))
    assert client.send("DELETE", namespace).body["status"]["phase"] == "Terminating"
    eventually(lambda: client.get(f"{namespace}/configmaps/free").code == 404)
    status = eventually(lambda: client.get(namespace).body["status"].get("conditions"))
    assert "example.com/hold in 1 resource instances" in status[0]["message"]
    answer = client.send("POST", f"{namespace}/configmaps", config_map("late"))
    assert (answer.code, answer.body["details"]["causes"][0]["reason"]) == (403, "NamespaceTerminating")
    assert "because it is being terminated" in answer.body["message"]
    client.merge(f"{namespace}/configmaps/held", {"metadata": {"finalizers": None}})
    eventually(lambda: client.get(namespace).code == 404)


def test_creation_refuses_what_stands_and_what_is_illegal(client: Client, namespace: str) -> None:
    path = f"{namespace}/configmaps"
    assert client.send("POST", path, config_map("a")).code == 201
    again = client.send("POST", path, config_map("a"))
    assert (again.code, again.body["reason"]) == (409, "AlreadyExists")
    illegal = client.send("POST", path, config_map("A_b", x="not legal"))
    assert (illegal.code, [cause["field"] for cause in illegal.body["details"]["causes"]]) == (
        422,
        ["metadata.name", "metadata.labels"],
    )
    assert client.send("POST", path, {}).code == 422
    assert client.send("POST", path, {"metadata": {"generateName": "g-"}}).body["metadata"]["name"].startswith("g-")
    assert client.send("POST", path, b"\x6b8s\0", media="application/vnd.kubernetes.protobuf").code == 415
    assert client.send("POST", path, "{", media="application/json").code == 400
    other = client.send("POST", path, {"metadata": {"name": "b", "namespace": "default"}})
    assert (other.code, other.body["reason"]) == (400, "BadRequest")


def test_unknown_fields_of_a_plain_write(client: Client, namespace: str) -> None:
    body = config_map("a") | {"spec": 1}
    strict = client.send("POST", f"{namespace}/configmaps", body, fieldValidation="Strict")
    assert (strict.code, 'unknown field "spec"' in strict.body["message"]) == (400, True)
    assert "spec" not in client.send("POST", f"{namespace}/configmaps", body).body


def test_immutable_fields_are_named(client: Client, namespace: str) -> None:
    path = namespace.replace("/api/v1", "/apis/rbac.authorization.k8s.io/v1") + "/rolebindings"
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"}
    client.send("POST", path, {"metadata": {"name": "b:x"}, "roleRef": role})
    answer = client.merge(f"{path}/b:x", {"roleRef": {"name": "s"}})
    assert (answer.code, answer.body["details"]["causes"][0]["field"]) == (422, "roleRef")
    assert answer.body["message"].endswith("cannot change roleRef")


def test_a_plain_write_needs_the_latest_version(client: Client, namespace: str) -> None:
    path = f"{namespace}/configmaps/a"
    first = client.send("POST", f"{namespace}/configmaps", config_map("a")).body
    second = client.send("PUT", path, first | {"data": {"k": "v"}})
    assert second.code == 200
    stale = client.send("PUT", path, first | {"data": {"k": "w"}})
    assert (stale.code, stale.body["reason"]) == (409, "Conflict")
    assert client.send("PUT", path, config_map("a") | {"data": {"k": "w"}}).code == 200
    assert client.send("PUT", f"{namespace}/configmaps/b", config_map("b")).code == 404
    same = client.send("PUT", path, client.get(path).body).body
    assert same == client.get(path).body


def test_deletion_has_preconditions(client: Client, namespace: str) -> None:
    path = f"{namespace}/configmaps/a"
    live = client.send("POST", f"{namespace}/configmaps", config_map("a")).body["metadata"]
    for wanted in ({"uid": "other"}, {"resourceVersion": "1"}):
        assert client.send("DELETE", path, {"preconditions": wanted}).code == 409
    wanted = {"uid": live["uid"], "resourceVersion": live["resourceVersion"]}
    gone = client.send("DELETE", path, {"preconditions": wanted})
    assert (gone.body["status"], gone.body["details"]["uid"]) == ("Success", live["uid"])
    assert client.send("DELETE", path).code == 404


def test_patches(client: Client, namespace: str) -> None:
    pods = f"{namespace}/pods"
    containers = [{"name": "a", "image": "a:1"}, {"name": "b", "image": "b:1"}]
    client.send("POST", pods, {"metadata": {"name": "p"}, "spec": {"containers": containers}})
    strategic = "application/strategic-merge-patch+json"
    change = {"spec": {"containers": [{"name": "b", "image": "b:2"}, {"name": "a", "$patch": "delete"}]}}
    patched = client.send("PATCH", f"{pods}/p", change, media=strategic).body
    assert [(item["name"], item["image"]) for item in patched["spec"]["containers"]] == [("b", "b:2")]
    media = "application/json-patch+json"
    test = [{"op": "test", "path": "/metadata/name", "value": "q"}]
    assert client.send("PATCH", f"{pods}/p", test, media=media).code == 422
    add = [{"op": "add", "path": "/metadata/labels", "value": {"a/b": "c"}}]
    assert client.send("PATCH", f"{pods}/p", add, media=media).body["metadata"]["labels"] == {"a/b": "c"}
    assert client.send("PATCH", f"{pods}/p", {}, media="application/json").code == 415


def test_lists_select_and_page(client: Client, namespace: str) -> None:
    path = f"{namespace}/configmaps"
    eventually(lambda: names(client.get(path)) == ["kube-root-ca.crt"])
    for name, labels in (("a", {"x": "1"}), ("b", {"x": "2"}), ("c", {})):
        client.send("POST", path, config_map(name, **labels))
    selected = {
        selector: "".join(names(client.get(path, labelSelector=selector))).replace("kube-root-ca.crt", "*")
        for selector in ("x=1", "x==2", "x!=1", "x", "!x", "x in (1, 2)", "x notin (1)", "x=1,x=2", "x in (1,2),x!=2")
    }
    assert selected == {
        "x=1": "a",
        "x==2": "b",
        "x!=1": "bc*",
        "x": "ab",
        "!x": "c*",
        "x in (1, 2)": "ab",
        "x notin (1)": "bc*",
        "x=1,x=2": "",
        "x in (1,2),x!=2": "a",
    }
    assert names(client.get(path, fieldSelector="metadata.name=b")) == ["b"]
    assert client.get(path, labelSelector="x in 1").code == 400
    first = client.get(path, limit="2")
    assert names(first) == ["a", "b"]
    assert names(client.get(path, limit="2", **{"continue": first.body["metadata"]["continue"]}))[0] == "c"
    assert client.send("DELETE", path, labelSelector="x").code == 200
    assert names(client.get(path)) == ["c", "kube-root-ca.crt"]
    assert "c" in names(client.get("/api/v1/configmaps"))


def test_a_watch_tells_changes_as_the_selector_sees_them(client: Client, namespace: str) -> None:
    path = f"{namespace}/configmaps"
    eventually(lambda: names(client.get(path)) == ["kube-root-ca.crt"])
    client.send("POST", path, config_map("old", x="1"))
    since = client.get(path).body["metadata"]["resourceVersion"]
    client.send("POST", path, config_map("a", x="1"))
    client.merge(f"{path}/a", {"data": {"k": "v"}})
    client.merge(f"{path}/a", {"metadata": {"labels": {"x": "2"}}})
    client.send("DELETE", f"{path}/old")
    events = watched(client, path, resourceVersion=since, labelSelector="x=1", timeoutSeconds="0.3")
    assert events == [("ADDED", "a"), ("MODIFIED", "a"), ("DELETED", "a"), ("DELETED", "old")]
    listed = watched(client, path, sendInitialEvents="true", timeoutSeconds="0.1")
    assert listed == [("ADDED", "a"), ("ADDED", "kube-root-ca.crt"), ("BOOKMARK", "")]


def test_a_watch_is_told_at_once(client: Client, namespace: str) -> None:
    path = f"{namespace}/secrets"
    creation = threading.Timer(0.1, client.send, ("POST", path, config_map("late")))
    creation.start()
    assert watched(client, path, timeoutSeconds="0.5") == [("ADDED", "late")]
    creation.join()


def watched(client: Client, path: str, **query: str) -> list[tuple[str, str]]:
    connection = http.client.HTTPSConnection(urlsplit(client.endpoint).netloc, timeout=10, context=client.context)
    text = "&".join(f"{name}={value}" for name, value in query.items())
    connection.request("GET", f"{path}?watch=true&{text}", headers={"Authorization": f"Bearer {client.token}"})
    events = [json.loads(line) for line in connection.getresponse().read().splitlines()]
    connection.close()
    return [(event["type"], event["object"]["metadata"].get("name", "")) for event in events]


def test_discovery_leads_to_every_kind(client: Client) -> None:
    groups = [group["preferredVersion"]["groupVersion"] for group in client.get("/apis").body["groups"]]
    assert client.get("/api").body["versions"] == ["v1"]
    paths = ["/api/v1", *(f"/apis/{group}" for group in groups)]
    resources = {resource["name"]: resource for path in paths for resource in client.get(path).body["resources"]}
    assert {
        "namespaces",
        "deployments",
        "deployments/scale",
        "issuers",
        "issuers/status",
        "ingresses",
    } <= resources.keys()
    assert resources["deployments"]["shortNames"] == ["deploy"]
    assert client.get("/apis/apps").body["preferredVersion"]["version"] == "v1"
    documents = client.get("/openapi/v3").body["paths"]
    assert {path.strip("/") for path in paths} == documents.keys()
    for document in documents.values():
        assert client.get(document["serverRelativeURL"]).body["openapi"] == "3.0.0"


def test_what_controllers_do_is_played(client: Client, namespace: str) -> None:
    networking = namespace.replace("/api/v1", "/apis/networking.k8s.io/v1")
    certificates = namespace.replace("/api/v1", "/apis/cert-manager.io/v1")
    rules = [{"host": "a.example"}]
    for name, known in (("known", "nginx"), ("unknown", "other")):
        client.send(
            "POST",
            f"{networking}/ingresses",
            {"metadata": {"name": name}, "spec": {"ingressClassName": known, "rules": rules}},
        )
    client.send("POST", f"{certificates}/issuers", {"metadata": {"name": "i"}, "spec": {"selfSigned": {}}})
    ready = eventually(lambda: client.get(f"{certificates}/issuers/i").body.get("status"))["conditions"][0]
    assert (ready["type"], ready["status"], ready["observedGeneration"]) == ("Ready", "True", 1)
    ingress = f"{networking}/ingresses/"
    address = eventually(lambda: client.get(f"{ingress}known").body["status"]["loadBalancer"].get("ingress"))
    assert address == [{"ip": "127.0.0.1"}]
    assert client.get(f"{ingress}unknown").body["status"] == {"loadBalancer": {}}


def test_a_deployment_without_its_account_does_not_become_available(client: Client, namespace: str) -> None:
    path = namespace.replace("/api/v1", "/apis/apps/v1") + "/deployments"
    labels = {"app": "d"}
    pod = {"serviceAccountName": "late", "containers": [{"name": "a", "image": "a"}]}
    spec = {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pod}}
    client.send("POST", path, {"metadata": {"name": "d"}, "spec": spec})
    status = eventually(lambda: client.get(f"{path}/d").body.get("status"))
    conditions = {item["type"]: item["status"] for item in status["conditions"]}
    assert conditions == {"Available": "False", "ReplicaFailure": "True", "Progressing": "True"}
    client.send("POST", f"{namespace}/serviceaccounts", {"metadata": {"name": "late"}})
    eventually(lambda: client.get(f"{path}/d").body["status"].get("availableReplicas") == 1)


def test_reviews_and_account_tokens(client: Client, kubernetes: KubernetesServer, namespace: str) -> None:
    client.send("POST", f"{namespace}/serviceaccounts", {"metadata": {"name": "robot"}})
    token = client.send("POST", f"{namespace}/serviceaccounts/robot/token", {}).body["status"]["token"]
    robot = connect(kubernetes, token=token)
    review = robot.send("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {})
    name = namespace.rpartition("/")[2]
    assert review.body["status"]["userInfo"]["username"] == f"system:serviceaccount:{name}:robot"
    access = robot.send("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {"spec": {}})
    assert (access.code, access.body["status"]["allowed"]) == (201, True)
    assert client.get("/apis/authentication.k8s.io/v1/selfsubjectreviews").code == 405


def test_a_token_for_somebody_else_opens_nothing_here(
    client: Client, kubernetes: KubernetesServer, namespace: str
) -> None:
    client.send("POST", f"{namespace}/serviceaccounts", {"metadata": {"name": "robot"}})
    request = {"spec": {"audiences": ["sts.amazonaws.com"], "expirationSeconds": 600}}
    answer = client.send("POST", f"{namespace}/serviceaccounts/robot/token", request)
    assert (answer.code, answer.body["spec"]) == (201, request["spec"])
    assert connect(kubernetes, answer.body["status"]["token"]).get("/api/v1/namespaces").code == 401
    claims = jwt.parse(answer.body["status"]["token"]).claims
    uid = client.get(f"{namespace}/serviceaccounts/robot").body["metadata"]["uid"]
    assert claims["kubernetes.io"]["serviceaccount"] == {"name": "robot", "uid": uid}
    short = client.send("POST", f"{namespace}/serviceaccounts/robot/token", {"spec": {"expirationSeconds": 60}})
    assert (short.code, short.body["details"]["causes"][0]["field"]) == (422, "spec.expirationSeconds")
    assert client.send("POST", f"{namespace}/serviceaccounts/nobody/token", request).code == 404


def test_the_issuer_publishes_its_keys(client: Client, kubernetes: KubernetesServer, namespace: str) -> None:
    client.send("POST", f"{namespace}/serviceaccounts", {"metadata": {"name": "robot"}})
    token = client.send("POST", f"{namespace}/serviceaccounts/robot/token", {}).body["status"]["token"]
    document = client.get("/.well-known/openid-configuration").body
    assert document["issuer"] == kubernetes.tokens.issuer == jwt.parse(token).claims["iss"]
    path = document["jwks_uri"].removeprefix(document["issuer"])
    assert jwt.signed_by(jwt.parse(token), client.get(path).body)


def test_the_certificate_is_only_good_with_its_authority(kubernetes: KubernetesServer) -> None:
    connection = http.client.HTTPSConnection(urlsplit(kubernetes.endpoint).netloc, timeout=5)
    with pytest.raises(ssl.SSLCertVerificationError):
        connection.request("GET", "/version")
