"""Calls as a proxy sees them: named by what the protocols say of them."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qs

from attrs import frozen

LOOKS = ("Describe", "Get", "List", "Head", "BatchGet", "Simulate")
SCOPE = re.compile(r"Credential=(?P<key>[^/,\s]+)/\d+/[^/]+/(?P<service>[^/]+)/aws4_request")


@frozen
class Passed:
    """One call: its method, its path, the operation where the protocol names one, and who it says to come from.

    ``service`` and ``key`` are those of the AWS signature, empty where there is none; ``host`` is whom it is meant for.
    """

    method: str
    path: str
    operation: str
    agent: str
    service: str = ""
    key: str = ""
    host: str = ""

    @property
    def writes(self) -> bool:
        """Whether it was to change something."""
        if "dryRun=All" in self.path:
            return False
        return self.method != "HEAD" and not (self.operation or self.method.capitalize()).startswith(LOOKS)

    @property
    def name(self) -> str:
        """What calls are counted by: service and operation, or the method where no protocol names one."""
        return f"{self.service or 'kubernetes'}.{self.operation or self.method}"


def passed(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Passed:
    """Name a call: by its header (DynamoDB, ECR), by the form's field (IAM, STS), else method and path say it all."""
    form = parse_qs(body.decode(errors="replace")) if body.startswith(b"Action=") else {}
    operation = (headers.get("X-Amz-Target") or "").rpartition(".")[2] or form.get("Action", [""])[0]
    scope = SCOPE.search(headers.get("Authorization") or "")
    service, key = (scope["service"], scope["key"]) if scope else ("", "")
    return Passed(method, path, operation, headers.get("User-Agent") or "", service, key, headers.get("Host") or "")
