"""What a KMS key is called where AWS answers it."""

import re

SHOW_KEY = "Set `kms_key_arn` to the ARN of the key: aws kms describe-key --key-id … shows it."

_KEY_ARN = re.compile(r"arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key/.+")


def is_key_arn(text: str) -> bool:
    """Say whether this is the ARN of a key; an alias or a bare id would differ for ever from the ARN that AWS answers.

    Source: AWS KMS developer guide, Key identifiers.
    """
    return _KEY_ARN.fullmatch(text) is not None
