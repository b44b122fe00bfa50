"""The settings of a bucket, as values."""

import pytest

from tasktool_infra.aws.s3_bucket import Bucket
from tasktool_infra.aws.s3_settings import SETTINGS, Setting


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.field)
def test_one_that_does_not_show_yet_is_unset(setting: Setting) -> None:
    """Just after its creation, or before its end, S3 may know the bucket in one place and not in another."""
    bucket = Bucket(name="reports")
    assert not setting.value(bucket, None)
