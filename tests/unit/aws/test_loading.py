"""Descriptions of services: those of botocore and of one's own, found without looking through all of them."""

import json
import os
from pathlib import Path

import pytest
from botocore.exceptions import UnknownServiceError
from botocore.session import Session

from tasktool_infra.aws import loading

PARTS = ("service-2", "paginators-1", "endpoint-rule-set-1")


@pytest.fixture(autouse=True)
def afresh() -> None:
    """Let no description be kept: making a client changes it."""
    loading._loader.cache_clear()


@pytest.mark.parametrize("part", PARTS)
def test_what_botocore_describes_is_found(part: str) -> None:
    ours, theirs = loading.loader(Session()), Session().get_component("data_loader")
    assert ours.load_service_model("s3", part) == theirs.load_service_model("s3", part)


def test_what_nobody_describes_is_said() -> None:
    with pytest.raises(UnknownServiceError, match="barter"):
        loading.loader(Session()).load_service_model("barter", "service-2")


def test_no_other_service_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []
    listdir = os.listdir

    def listed(path: str) -> list[str]:
        looked.append(Path(path).name)
        return listdir(path)

    monkeypatch.setattr(os, "listdir", listed)
    loading.QuickLoader().load_service_model("sts", "service-2")
    assert set(looked) <= {"data", "models", "sts"}


def test_descriptions_of_ones_own_are_found_and_shared_by_all_sessions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = tmp_path / "shop" / "2020-01-01"
    shop.mkdir(parents=True)
    (shop / "service-2.json").write_text(json.dumps({"metadata": {"serviceId": "Shop"}}))
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    found = loading.loader(Session())
    assert found.load_service_model("shop", "service-2")["metadata"] == {"serviceId": "Shop"}
    assert found is loading.loader(Session())
