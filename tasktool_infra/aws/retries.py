"""Which answers of AWS are tried again, and for how long. What is not here is not.

Sources: the error lists of each API reference, and what the Terraform AWS provider and ACK had to learn.
"""

from tenacity import wait_exponential_jitter

from tasktool_infra.engine.retry import Patience, Rule, Table

THROTTLED = Patience("throttled", 180.0, wait_exponential_jitter(multiplier=0.3, max=20.0, jitter=0.7))
BROKEN = Patience("a fault of the service", 60.0)
LOST = Patience("no answer", 20.0)
UNREADABLE = Patience("an answer that can't be read", 3.0)
"""A page of a network to log in, or of an emulator that has failed, is the same each time."""
PROPAGATING = Patience(
    "not yet visible everywhere", 120.0, wait_exponential_jitter(multiplier=0.3, max=8.0, jitter=0.3)
)
BUSY = Patience("being changed by another call", 120.0)
LONG_BUSY = Patience("being changed by another call", 600.0)
BACKUPS = Patience("backups are being enabled", 1200.0)

_THROTTLES = (
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "ProvisionedThroughputExceededException",
    "PriorRequestNotComplete",
    "SlowDown",
    "503",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "429",
)
_FAULTS = (
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "ServerException",
    "ServiceFailure",
    "500",
    "502",
    "504",
)
_AFTER_CREATION = (
    "attach_role_policy",
    "put_role_permissions_boundary",
    "update_assume_role_policy",
    "update_role",
    "tag_role",
    "create_policy_version",
    "set_default_policy_version",
    "tag_policy",
    "add_client_id_to_open_id_connect_provider",
    "tag_open_id_connect_provider",
)
"""Calls of IAM to which, shortly after its creation, something may not yet exist."""
_NO_ANSWER = ("Unreachable", "ConnectTimeout", "NoSuchHost")

TABLE = Table(
    (
        *(Rule(code, THROTTLED) for code in _THROTTLES),
        # A write that was met by a fault may have been done: it is settled by reading, not by trying again.
        *(Rule(code, BROKEN, writes=False) for code in _FAULTS),
        *(Rule(code, LOST, writes=False) for code in ("Timeout", "Reset")),
        Rule("Unreadable", UNREADABLE, writes=False),
        *(Rule(code, LOST) for code in _NO_ANSWER),
        Rule("OperationAborted", BUSY, service="s3"),
        Rule("OperationAborted", LONG_BUSY, service="s3", operation="create_bucket"),
        *(Rule(code, PROPAGATING, service="s3", written=True, writes=True) for code in ("NoSuchBucket", "404")),
        Rule("MalformedPolicy", PROPAGATING, service="s3", pattern="Invalid principal", written=True),
        Rule("ConcurrentModification", BUSY, service="iam"),
        Rule("EntityTemporarilyUnmodifiable", BUSY, service="iam"),
        Rule("MalformedPolicyDocument", PROPAGATING, service="iam", pattern="(?i)invalid principal"),
        *(Rule("NoSuchEntity", PROPAGATING, service="iam", operation=o, written=True) for o in _AFTER_CREATION),
        Rule("RepositoryNotFoundException", PROPAGATING, service="ecr", written=True, writes=True),
        Rule("ContinuousBackupsUnavailableException", BACKUPS, service="dynamodb"),
        Rule(
            "LimitExceededException",
            LONG_BUSY,
            service="dynamodb",
            pattern="simultaneously",
        ),
        *(
            Rule("ResourceInUseException", LONG_BUSY, service="dynamodb", operation=o)
            for o in ("delete_table", "tag_resource")
        ),
        Rule("ResourceInUseException", BUSY, service="dynamodb", operation="update_continuous_backups"),
        Rule("ResourceNotFoundException", PROPAGATING, service="dynamodb", written=True, writes=True),
        Rule("TableNotFoundException", PROPAGATING, service="dynamodb", written=True, writes=True),
    )
)
