"""The partitions of AWS, and the hosts that follow from them."""

from collections.abc import Mapping
from typing import Final

SUFFIXES: Final[Mapping[str, str]] = {
    "aws": "amazonaws.com",
    "aws-cn": "amazonaws.com.cn",
    "aws-eusc": "amazonaws.eu",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
    "aws-iso-e": "cloud.adc-e.uk",
    "aws-iso-f": "csp.hci.ic.gov",
    "aws-us-gov": "amazonaws.com",
}
"""What the names of a partition's hosts end with. Source: botocore, ``partitions.json``."""

_PREFIXES: Final = {
    "cn-": "aws-cn",
    "eusc-": "aws-eusc",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f",
    "eu-isof-": "aws-iso-f",
    "us-gov-": "aws-us-gov",
}
"""How regions outside of ``aws`` begin. Source: botocore, ``partitions.json``."""


def presumed(region: str) -> str:
    """Give the partition that a region's name speaks for, before anybody is asked."""
    return next((partition for prefix, partition in _PREFIXES.items() if region.startswith(prefix)), "aws")


def registry(account: str, partition: str, region: str) -> str:
    """Give the host of an account's image registry; empty in a partition that is not known.

    Source: ECR user guide, "Amazon ECR private registry".
    """
    suffix = SUFFIXES.get(partition)
    return f"{account}.dkr.ecr.{region}.{suffix}" if suffix else ""
