"""From a request to its answer: the verbs of HTTP on the addresses of the API."""

import base64
from collections.abc import Callable
from typing import Any

from attrs import evolve, frozen

from tasktool_infra.sandbox.kubernetes import address, discovery, errors, messages, patch, protobuf, scale
from tasktool_infra.sandbox.kubernetes.messages import Answer, Request
from tasktool_infra.sandbox.kubernetes.objects import Objects
from tasktool_infra.sandbox.kubernetes.selectors import matcher
from tasktool_infra.sandbox.kubernetes.targets import Target
from tasktool_infra.sandbox.kubernetes.tokens import ServiceAccountTokens
from tasktool_infra.sandbox.kubernetes.watch import watch

Json = dict[str, Any]
OPEN = ("/healthz", "/livez", "/readyz", "/version")
"""What answers without a token, as in a real cluster."""


@frozen
class Api:
    """Answers requests."""

    objects: Objects
    tokens: ServiceAccountTokens

    def answer(self, request: Request) -> Answer:
        """Answer a request; every ApiError becomes its Status."""
        try:
            return self._answer(request)
        except errors.PageNotFoundError as error:
            return Answer(str(error), error.code)
        except errors.ApiError as error:
            return Answer(error.status, error.code)

    def _answer(self, request: Request) -> Answer:
        if request.path in OPEN:
            return Answer(discovery.VERSION if request.path == "/version" else "ok")
        if request.method == "GET" and (document := self._document(request.path)):
            return Answer(document)
        target = address.parse(request.path)
        verb = self._verb(request, target)
        if verb is None:
            raise errors.method_not_allowed()
        return verb(request, target)

    def _document(self, path: str) -> Json | None:
        return discovery.document(path) or self.tokens.document(path)

    def _verb(self, request: Request, target: Target) -> Callable[[Request, Target], Answer] | None:
        on_list = {"GET": self._list, "POST": self._create, "DELETE": self._delete_all}
        on_object = {"GET": self._get, "PUT": self._replace, "PATCH": self._patch, "DELETE": self._delete}
        if target.kind.review:
            return self._review if request.method == "POST" else None
        if target.subresource == "token":
            return self._token if request.method == "POST" else None
        if target.subresource:
            on_object.pop("DELETE")
        return (on_object if target.name else on_list).get(request.method)

    def _get(self, _request: Request, target: Target) -> Answer:
        return Answer(scale.read(self.objects, target) if target.subresource == "scale" else self.objects.get(target))

    def _list(self, request: Request, target: Target) -> Answer:
        wanted = matcher(request.query.get("labelSelector", ""), request.query.get("fieldSelector", ""))
        store = self.objects.store
        if request.flag("watch"):
            return Answer(watch(store, target, wanted, request))
        with store.changed:
            found, revision = store.all_of(target.kind, target.namespace), str(store.revision)
        items, more = _page([value for value in found if wanted(value)], request)
        metadata = {"resourceVersion": revision} | ({"continue": more} if more else {})
        shown = items if target.kind.custom else [_without_kind(value) for value in items]
        kind = {"kind": f"{target.kind.name}List", "apiVersion": target.kind.api_version}
        return Answer(kind | {"metadata": metadata, "items": shown})

    def _create(self, request: Request, target: Target) -> Answer:
        if target.kind.namespaced and not target.namespace:
            raise errors.method_not_allowed()
        body = request.object(messages.JSON, messages.YAML)
        return Answer(self.objects.create(target, body, request.options()), 201)

    def _replace(self, request: Request, target: Target) -> Answer:
        body = request.object(messages.JSON, messages.YAML)
        if target.subresource == "scale":
            return Answer(scale.write(self.objects, target, body, request.options()))
        return Answer(self.objects.replace(target, body, request.options()))

    def _patch(self, request: Request, target: Target) -> Answer:
        content = request.content(*messages.PATCHES)
        if request.media == messages.APPLY:
            return self._apply(request, target)
        if request.media == messages.STRATEGIC_PATCH and target.kind.custom:
            raise errors.unsupported_media(request.media, (messages.JSON_PATCH, messages.MERGE_PATCH, messages.APPLY))
        if target.subresource == "scale":
            wanted = patch.merge_patch(scale.read(self.objects, target), content)
            return Answer(scale.write(self.objects, target, wanted, request.options()))
        changed = self.objects.patch(target, _change(request.media, content, target), request.options())
        return Answer(changed)

    def _apply(self, request: Request, target: Target) -> Answer:
        if not request.query.get("fieldManager"):
            cause = {"reason": "FieldValueRequired", "message": "is required for apply patch", "field": "fieldManager"}
            raise errors.invalid("PatchOptions", "meta.k8s.io", "", [cause])
        if target.subresource:
            raise errors.method_not_allowed()
        existed = self.objects.store.get(target.kind, target.namespace, target.name) is not None
        applied = self.objects.apply(target, request.object(messages.APPLY), request.options())
        return Answer(applied, 200 if existed else 201)

    def _delete(self, request: Request, target: Target) -> Answer:
        options = request.object(messages.JSON, messages.YAML) if request.body else {}
        dry_run = request.options().dry_run or options.get("dryRun") == ["All"]
        gone = self.objects.delete(target, options, dry_run=dry_run)
        if not dry_run and self.objects.store.get(target.kind, target.namespace, target.name):
            return Answer(self.objects.get(target))
        details = errors.details(target.kind.plural, target.kind.group, target.name)
        status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}
        return Answer(status | {"details": details | {"uid": gone["metadata"]["uid"]}})

    def _delete_all(self, request: Request, target: Target) -> Answer:
        listed = self._list(evolve(request, query={**request.query, "limit": "", "watch": ""}), target).body
        assert isinstance(listed, dict)
        for value in listed["items"]:
            where = {"namespace": value["metadata"].get("namespace", ""), "name": value["metadata"]["name"]}
            self.objects.delete(evolve(target, **where), {}, dry_run=request.flag("dryRun"))
        return Answer(listed)

    def _review(self, request: Request, target: Target) -> Answer:
        body = request.object(messages.JSON, messages.YAML)
        status = {"userInfo": {"username": request.user, "groups": ["system:authenticated"]}}
        if target.kind.name == "SelfSubjectAccessReview":
            status = {"allowed": True, "reason": "the sandbox allows everything"}  # type: ignore[dict-item]
        identity = {"kind": target.kind.name, "apiVersion": target.kind.api_version}
        return Answer(body | identity | {"status": status}, 201)

    def _token(self, request: Request, target: Target) -> Answer:
        account = self.objects.get(target)
        binary = request.media == protobuf.PROTOBUF
        body = protobuf.token_request(request.body) if binary else request.object(messages.JSON, messages.YAML)
        where = {"name": target.name, "namespace": target.namespace}
        identity = {"kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1"}
        metadata = {"metadata": body.get("metadata", {}) | where}
        return Answer(self.tokens.issue(account, body) | identity | metadata, 201)


def _change(media: str, content: Any, target: Target) -> Callable[[Json], Any]:
    """Give what a patch makes of an object."""
    if media == messages.JSON_PATCH:
        return lambda live: patch.json_patch(live, content)
    if media == messages.MERGE_PATCH:
        return lambda live: patch.merge_patch(live, content)
    return lambda live: patch.strategic_patch(live, content, target.kind.type)


def _without_kind(value: Json) -> Json:
    """Give an item of a list, which says neither kind nor version, as the real server's."""
    return {name: child for name, child in value.items() if name not in ("kind", "apiVersion")}


def _page(found: list[Json], request: Request) -> tuple[list[Json], str]:
    """One page of a list and where the next begins; raises ApiError (400) for a mark or a limit that is none."""
    try:
        start = int(base64.b64decode(request.query.get("continue", "")) or 0)
        limit = int(request.query.get("limit") or 0)
    except ValueError as error:
        raise errors.bad_request(f"continue or limit can't be read: {error}") from error
    if start < 0 or limit < 0:
        raise errors.bad_request("continue and limit can't be negative")
    end = start + (limit or len(found))
    return found[start:end], base64.b64encode(str(end).encode()).decode() if end < len(found) else ""
