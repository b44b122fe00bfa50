"""What a plan must not show."""

from typing import Any

import pytest

from tasktool_infra.engine.differences import FieldChange
from tasktool_infra.engine.hiding import without_secrets
from tasktool_infra.engine.plan import Action
from tasktool_infra.values.secret import Secret
from tests.unit.report.plans import change, plan

HIDDEN = "<-- value not shown (#1)"


def seen(name: str, each: FieldChange) -> FieldChange:
    return without_secrets(plan(change(name, Action.UPDATE, each))).changes[0].fields[0]


@pytest.mark.parametrize(
    ("name", "path", "value", "shown"),
    [
        ("config_map.a", ".data.DB_PASSWORD", "x", HIDDEN),
        ("config_map.a", "data[AWS_SECRET_ACCESS_KEY]", "x", HIDDEN),
        ("config_map.a", ".data.AWS_ACCESS_KEY_ID", "x", HIDDEN),
        ("config_map.a", ".data.TZ", "Asia/Tokyo", "Asia/Tokyo"),
        ("config_map.a", ".data.config", "-----BEGIN RSA PRIVATE KEY-----\nabc", HIDDEN),
        ("config_map.a", ".data.key", "AKIAIOSFODNN7EXAMPLE", HIDDEN),
        ("config_map.a", ".data.url", "postgres://app:hunter2@db:5432/tasks", HIDDEN),
        ("config_map.a", ".data.url", "https://db:5432/a@b", "https://db:5432/a@b"),
        ("apply_set.a", "kinds[Secret]", "Secret", "Secret"),
        ("object.a", ".data.x", {"y": Secret("hunter2")}, {"y": HIDDEN}),
        ("secret.a", ".data.anything", "eA==", HIDDEN),
        ("secret.a", ".metadata.annotations.x", "y", HIDDEN),
        ("secret.a", "labels[env]", "prod", "prod"),
        ("deployment.a", ".spec.template.spec.containers[0].env[2].value", "x", HIDDEN),
        ("deployment.a", ".spec.template.spec.containers[web].env[API_TOKEN].value", "x", HIDDEN),
        ("deployment.a", ".spec.template.spec.containers[web].env[LOG_LEVEL].value", "debug", "debug"),
        ("deployment.a", ".spec.env", [{"name": "API_TOKEN", "value": "x"}], [{"name": "API_TOKEN", "value": HIDDEN}]),
        ("deployment.a", ".spec.env", [{"name": "TZ", "value": "x"}], [{"name": "TZ", "value": "x"}]),
        ("deployment.a", ".spec.tls", {"secretName": "cert"}, {"secretName": "cert"}),
        ("deployment.a", ".spec.automountServiceAccountToken", False, False),
        ("issuer.a", ".spec.acme.privateKeySecretRef", {"name": "acme"}, {"name": "acme"}),
    ],
)
def test_secrets_are_known_by_kind_name_and_look(name: str, path: str, value: Any, shown: Any) -> None:
    assert seen(name, FieldChange(path, None, value)) == FieldChange(path, None, shown)


def test_the_same_value_has_the_same_number_so_that_a_change_is_seen() -> None:
    changed = change("secret.a", Action.UPDATE, FieldChange(".data.x", "1", "2"), FieldChange(".data.y", "2", "1"))
    first, second = without_secrets(plan(changed)).changes[0].fields
    assert (first.old, first.new) == ("<-- value not shown (#1)", "<-- value not shown (#2)")
    assert (second.old, second.new) == (first.new, first.old)
