"""Sends the engine's calls to AWS through botocore."""

from typing import Any

from attrs import frozen

from tasktool_infra.aws.answers import DENIED, may_have_ended, refusal
from tasktool_infra.aws.authorization.denial import way_out
from tasktool_infra.aws.connection import Connection
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.errors import ApiError, TasktoolError
from tasktool_infra.values.frozen import thaw
from tasktool_infra.values.secret import revealed

SERVICES = ("sts", "eks", "iam", "resourcegroupstaggingapi", "ecr", "dynamodb", "s3")
"""In the order in which a run needs them first."""


@frozen
class AwsTransport:
    """One transport for all services of AWS; clients and connections are shared by all threads."""

    connection: Connection

    def send(self, call: Call) -> Any:
        """Give the answer as plain data; of a paged call, all pages in one. Raises ApiError.

        Where the credentials have ended and there are new ones by now, it is sent once more.
        """
        key = self.connection.key()
        try:
            return self._sent(call)
        except ApiError as error:
            if not may_have_ended(error) or not self.connection.renew(key):
                raise
        return self._sent(call)

    def _sent(self, call: Call) -> Any:
        client, parameters = self.connection.client(call.service), revealed(thaw(call.parameters))
        try:
            if call.pages:
                return client.get_paginator(call.operation).paginate(**parameters).build_full_result()
            return getattr(client, call.operation)(**parameters)
        except Exception as error:
            host = str(client.meta.endpoint_url)
            raise self._explained(call, refusal(error, call.name, host)) from error

    def _explained(self, call: Call, error: TasktoolError) -> TasktoolError:
        """Give an error; a denial with the statement that would allow the call."""
        if isinstance(error, ApiError) and error.code in DENIED:
            error.next_step = way_out(call, error.said, self.connection.caller)
        return error

    def host(self, service: str) -> str:
        """Give the URL that calls of a service go to."""
        return self.connection.endpoint(service)
