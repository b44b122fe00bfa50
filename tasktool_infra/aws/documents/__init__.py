"""IAM policy and trust documents as values: two are equal when they say the same, however they are written.

Nothing here judges what a document permits.
"""

from tasktool_infra.aws.documents.document import (
    BUCKET_POLICY_BYTES,
    MANAGED_POLICY_SIZE,
    TRUST_SIZE,
    Document,
    compare,
    elements,
    paired,
)
from tasktool_infra.aws.documents.parts import PolicyError
from tasktool_infra.aws.documents.statement import Statement

__all__ = [
    "BUCKET_POLICY_BYTES",
    "MANAGED_POLICY_SIZE",
    "TRUST_SIZE",
    "Document",
    "PolicyError",
    "Statement",
    "compare",
    "elements",
    "paired",
]
