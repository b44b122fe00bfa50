"""Requests and answers apart from sockets: what was asked, how a body is read."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from attrs import field, frozen

from tasktool_infra.sandbox.kubernetes.errors import bad_request, invalid, unsupported_media
from tasktool_infra.sandbox.kubernetes.targets import Options

Json = dict[str, Any]

JSON = "application/json"
YAML = "application/yaml"
APPLY = "application/apply-patch+yaml"
JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"
OPTIONS = {"POST": "CreateOptions", "PUT": "UpdateOptions", "PATCH": "PatchOptions"}
PATCHES = (JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, APPLY)


class _Loader(yaml.SafeLoader):
    """Safe YAML whose dates stay text, as in the real server."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:timestamp"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@frozen
class Request:
    """One request of a known caller."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    user: str

    @property
    def media(self) -> str:
        """The body's type, without its parameters."""
        return self.headers.get("Content-Type", "").split(";")[0].strip()

    def flag(self, name: str) -> bool:
        """Whether an option of the query is on."""
        return self.query.get(name, "") in ("1", "true", "True", "All")

    def options(self) -> Options:
        """Give the options of a write; raises ApiError (422) for a dry run that is not `All`."""
        if self.query.get("dryRun", "All") != "All":
            message = f'Unsupported value: ["{self.query["dryRun"]}"]: supported values: "All"'
            cause = {"reason": "FieldValueNotSupported", "message": message, "field": "dryRun"}
            raise invalid(OPTIONS.get(self.method, "DeleteOptions"), "meta.k8s.io", "", [cause])
        agent = self.headers.get("User-Agent", "").split("/")[0]
        return Options(
            manager=(self.query.get("fieldManager") or agent or "unknown")[:128],
            dry_run=self.flag("dryRun"),
            force=self.flag("force"),
            strict=self.query.get("fieldValidation") == "Strict",
        )

    def content(self, *served: str) -> Any:
        """Read the body; raises ApiError: 415 for a type that is not served, 400 for what can't be read."""
        if self.media not in served and not (self.media == "" and JSON in served):
            raise unsupported_media(self.media, served)
        try:
            return json.loads(self.body)
        except ValueError as error:
            if self.media not in (APPLY, YAML):
                raise bad_request(f"the body is not JSON: {error}") from error
        try:
            return yaml.load(self.body, Loader=_Loader)  # noqa: S506 - a safe loader
        except yaml.YAMLError as error:
            raise bad_request(f"error decoding YAML: {error}") from error

    def object(self, *served: str) -> Json:
        """Give the body when it has to be an object."""
        content = self.content(*served)
        if not isinstance(content, dict):
            raise bad_request("the body is not an object")
        return content


@frozen
class Answer:
    """One answer: JSON, plain text, or a stream of JSON values."""

    body: Json | str | Iterator[Json]
    code: int = 200
    headers: Mapping[str, str] = field(factory=dict)
