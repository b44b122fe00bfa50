"""The partition of a region, before anybody is asked: as botocore knows it."""

import botocore.session
import pytest

from tasktool_infra.values.partitions import SUFFIXES, presumed

SESSION = botocore.session.get_session()
REGIONS = [
    (region, each["id"])
    for each in SESSION.get_component("data_loader").load_data("partitions")["partitions"]
    for region in each["regions"]
    if "global" not in region
]


@pytest.mark.parametrize(("region", "partition"), REGIONS)
def test_a_region_speaks_for_its_partition(region: str, partition: str) -> None:
    assert presumed(region) == partition


def test_every_partition_has_regions_here() -> None:
    assert {partition for _, partition in REGIONS} <= SUFFIXES.keys()
