"""Where AWS resources live, and the names that follow from it."""

from attrs import frozen

from tasktool_infra.values.partitions import registry


@frozen
class Place:
    """An account, its partition (``aws``, ``aws-cn`` …) and a region."""

    account: str = ""
    partition: str = "aws"
    region: str = ""

    @property
    def registry(self) -> str:
        """The host of the account's image registry; empty in a partition that is not known."""
        return registry(self.account, self.partition, self.region)

    def arn(self, service: str, resource: str) -> str:
        """Give the ARN of a resource of a regional service."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def iam(self, resource: str) -> str:
        """Give the ARN of an IAM resource, which knows no region."""
        return f"arn:{self.partition}:iam::{self.account}:{resource}"


NOWHERE = Place()
"""The place of resources that were described before the account was known."""
