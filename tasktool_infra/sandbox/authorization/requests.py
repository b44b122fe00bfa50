"""What an HTTP request to AWS asks: the key that signed it, the service, and the call, read by moto's own routing."""

import io
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from attrs import field, frozen
from botocore import xform_name
from botocore.exceptions import UnknownServiceError
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from moto.moto_server.werkzeug_app import BackendRequest
from werkzeug.exceptions import HTTPException

from tasktool_infra.engine.calls import Call

Environ = dict[str, Any]
_SCOPE = re.compile(r"Credential=([^/,\s]+)/\d{8}/([\w-]+)/([\w-]+)/aws4_request")
_FORMER = re.compile(r"AWS ([^:\s]+):")
_SERVICES = {"tagging": "resourcegroupstaggingapi"}
"""Services that sign with another name than their own."""
_BY_BODY = {"CreateBucket"}
"""Operations of S3 whose body says which actions they need: tags make it two."""


@frozen
class Signed:
    """What the signature of a request names; nothing of it is proven."""

    access_key: str
    region: str
    service: str
    token: str | None = field(repr=False)


def signed(environ: Environ) -> Signed | None:
    """Read the signature in the headers or, of a presigned URL, in the query; None where there is none.

    Source: Signature Version 4, and Version 2, which S3 takes too and SDKs still presign with; it names no region.
    """
    query = {name.lower(): values[0] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
    header = environ.get("HTTP_AUTHORIZATION") or "Credential=" + query.get("x-amz-credential", "")
    token = environ.get("HTTP_X_AMZ_SECURITY_TOKEN") or query.get("x-amz-security-token")
    scope, former = _SCOPE.search(header), _FORMER.match(header)
    if scope is not None:
        return Signed(scope[1], scope[2], _SERVICES.get(scope[3], scope[3]), token)
    access_key = former[1] if former else query.get("awsaccesskeyid")
    return Signed(access_key, "us-east-1", "s3", token) if access_key else None


def protocol(environ: Environ, service: str) -> str:
    """Give the protocol that a client of the service reads."""
    try:
        return determine_request_protocol(get_service_model(service), environ.get("CONTENT_TYPE", ""))
    except Exception:  # noqa: BLE001 - whatever the client is, it can read one of the forms
        return "json"


def call(environ: Environ, service: str) -> Call | None:
    """Give the call that a request makes; None when the service has none like it.

    Of calls to S3 only what their address says, unless an action depends on what their body says: bodies are large.
    """
    request = BackendRequest(environ)
    if service != "s3":
        _keep(environ, request)
    try:
        operation, address = get_service_router(service).match(request)
    except (HTTPException, NotImplementedError, UnknownServiceError):
        return None
    if service == "s3" and operation.name not in _BY_BODY:
        return Call(service, xform_name(operation.name), address)
    _keep(environ, request)
    return Call(service, xform_name(operation.name), _parameters(request, service, operation, address))


def _keep(environ: Environ, request: BackendRequest) -> None:
    """Keep the body before it is read here: moto reads it again."""
    environ["wsgi.input"] = io.BytesIO(request.get_data())


def _parameters(request: BackendRequest, service: str, operation: Any, address: Mapping[str, Any]) -> dict[str, Any]:
    parser = PROTOCOL_PARSERS[determine_request_protocol(get_service_model(service), request.content_type)](operation)
    found: dict[str, Any] = parser.parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.get_data(),
            "url_path": request.path,
            "url_params": dict(address),
        }
    )
    return found


def drain(environ: Environ) -> None:
    """Read what was not read of a request, so that the connection can go on."""
    left = int(environ.get("CONTENT_LENGTH") or 0)
    while left > 0 and (read := environ["wsgi.input"].read(min(left, 1 << 16))):
        left -= len(read)
