"""Which values each setting takes."""

import attrs
import pytest

from tasktool_infra.settings.environment import Environment
from tasktool_infra.settings.errors import SettingsError
from tasktool_infra.settings.schema import SETTINGS

KEY = "arn:aws:kms:ap-northeast-1:123456789012:key/"

GOOD: dict[str, list[object]] = {
    "name": ["prod", "a", "1", "feature-12", "local"],
    "aws": ["account", "emulator"],
    "region": ["ap-northeast-1", "us-gov-west-1", "eusc-de-east-1", "cn-north-1", "us-iso-east-1", "local", None],
    "account": ["123456789012", "000000000000", None],
    "eks_cluster_name": ["mz-k8s", "A_b-1", None],
    "context": ["kind-x", "arn:aws:eks:eu-west-1:123456789012:cluster/x", "me@there"],
    "oidc_provider_url": [
        "https://oidc.eks.eu-west-1.amazonaws.com/id/ABC",
        "https://127.0.0.1:8443/id/x",
        "https://h",
    ],
    "table": ["abc", "A.b_c-1", "x" * 255],
    "bucket": ["abc", "a.b.c", "1-2", "x" * 63],
    "namespace": ["prod", "x" * 63],
    "repositories": [["a1"], ["mamezou-tech/task-web", "a--b/c__d/e.f"], []],
    "domain": ["task.mamezou-tech.com", "localhost"],
    "email": ["you@example.com", "a.b+c@X.example.org"],
    "ingress_class": ["nginx", "a.b-c"],
    "image_tag": ["1.0.0", "latest", "_A.b-c", "x" * 128],
    "emulator_image": [
        "motoserver/moto:5.2.5",
        "localstack",
        "127.0.0.1:5000/team/emulator@sha256:" + "0" * 64,
        "registry.example.com/a/b:x",
    ],
    "overlay": ["kustomize/overlays/mine", "../Größe", "/mine", None],
    "tags": [{}, {"Team": "tasks", "Kosten:Stelle/x": "Größe 1 +-=._:/@", "Empty": ""}],
    "permissions_boundary": [
        "arn:aws:iam::123456789012:policy/Boundary",
        "arn:aws-cn:iam::123456789012:policy/a/b/B",
        "arn:aws:iam::aws:policy/PowerUserAccess",
    ],
    "kms_key_arn": [KEY + "1234abcd-12ab-34cd-56ef-1234567890ab", KEY + "mrk-1234"],
    "create_oidc_provider": [True, False],
}

BAD: list[tuple[str, object, str]] = [
    ("name", "", "1 to 51 characters"),
    ("name", "x" * 52, "1 to 51 characters, has 52"),
    ("name", "Prod", "only lowercase letters"),
    ("name", "-a", "begin and end"),
    ("name", "a\n", "only lowercase letters"),
    ("name", 3, "must be a text, not a value of type int"),
    ("aws", "cloud", "must be account or emulator"),
    ("aws", None, "must be a text, not nothing"),
    ("region", "tokyo", "must be a region"),
    ("region", "ap-northeast-1\n", "control characters"),
    ("region", "ap-northeast-\u0661", "must be a region"),
    ("account", "12345678901", "12 digits"),
    ("account", 123456789012, "not a number: put it in quotes"),
    ("eks_cluster_name", "-a", "begin with a letter or digit"),
    ("eks_cluster_name", "x" * 101, "1 to 100"),
    ("context", "  ", "must not be blank"),
    ("context", "a\x1b[31m", r"'a\x1b[31m' must not hold control characters"),
    ("oidc_provider_url", "oidc.eks.eu-west-1.amazonaws.com/id/ABC", "must begin with https://"),
    ("oidc_provider_url", "http://h", "must begin with https://"),
    ("oidc_provider_url", "https://h/id?x=1", "without user, query or fragment"),
    ("oidc_provider_url", "https://me@h/id", "without user, query or fragment"),
    ("oidc_provider_url", "https://", "a host"),
    ("oidc_provider_url", "https://h/" + "x" * 250, "at most 255"),
    ("table", "ab", "3 to 255"),
    ("table", "a/b", "may hold only letters, digits, underscores"),
    ("table", None, "must be a text, not nothing"),
    ("bucket", "ab", "3 to 63 characters, has 2"),
    ("bucket", "x" * 64, "3 to 63 characters, has 64"),
    ("bucket", "My_bucket", "only lowercase letters, digits, hyphens and dots"),
    ("bucket", "-abc", "begin and end with a letter or digit"),
    ("bucket", "abc.", "begin and end with a letter or digit"),
    ("bucket", "a..b", "two dots side by side"),
    ("bucket", "192.168.5.4", "look like an IP address"),
    ("bucket", "xn--abc", "begin with xn--"),
    ("bucket", "sthree-configurator", "begin with sthree-"),
    ("bucket", "amzn-s3-demo-bucket", "begin with amzn-s3-demo-"),
    ("bucket", "abc-s3alias", "end with -s3alias"),
    ("bucket", "abc--ol-s3", "end with --ol-s3"),
    ("bucket", "abc.mrap", "end with .mrap"),
    ("bucket", "abc--use1-az4--x-s3", "end with --x-s3"),
    ("bucket", "abc--table-s3", "end with --table-s3"),
    ("bucket", "abc-123456789012-eu-west-1-an", "end with -an"),
    ("namespace", "kube-system", "begin with kube-"),
    ("namespace", "a.b", "only lowercase letters, digits and hyphens"),
    ("repositories", "a", "must be a list of texts, not a text"),
    ("repositories", ["A", 3], "'A' must have 2 to 256"),
    ("repositories", ["A", 3], "item 2 must be a text, not a number: put it in quotes"),
    ("repositories", ["ab", "ab"], "'ab' is there more than once"),
    ("repositories", ["a//b"], "divided by"),
    ("repositories", ["a" * 200 + "-"], "divided by"),
    ("domain", "Task.example.com", "lowercase letters"),
    ("domain", "a..b", "divided by single dots"),
    ("domain", "x" * 64 + ".com", "longer than 63"),
    ("domain", "10.0.0.1", "not an IP address"),
    ("domain", "https://a.b", "lowercase letters"),
    ("email", "you", "one e-mail address"),
    ("email", "a@b.c, d@e.f", "one e-mail address"),
    ("email", "you@localhost", "one e-mail address"),
    ("ingress_class", "Nginx", "lowercase letters"),
    ("image_tag", "x" * 129, "1 to 128 characters, has 129"),
    ("image_tag", "-1", "must not begin with a dot or hyphen"),
    ("image_tag", "1.0.0@sha256:abc", "may hold only letters, digits"),
    ("image_tag", 1.0, "not a number: put it in quotes"),
    ("overlay", " ", "must not be blank"),
    ("overlay", "a\0b", "control characters"),
    ("tags", ["a=b"], "must be a table of texts, not a list"),
    ("tags", {"a": 1}, "key 'a' must hold a text, not a number"),
    ("tags", {"": "x"}, "1 to 128"),
    ("tags", {"x" * 129: ""}, "1 to 128"),
    ("tags", {"x": "y" * 257}, "0 to 256"),
    ("tags", {"x": "a,b"}, "may hold only letters"),
    ("tags", {"AWS:x": "y"}, "begin with aws:"),
    ("tags", {"a": "aws:y"}, "value 'aws:y' of 'a' must not begin with aws:"),
    ("tags", {"managedby": "me"}, "one of the marks"),
    ("tags", {"Application": "x"}, "one of the marks"),
    ("tags", {"Environment": "x"}, "one of the marks"),
    ("tags", {"UsedBy/prod": "x"}, "one of the marks"),
    ("tags", {"Team": "x", "team": "y"}, "key 'team' is there 2 times"),
    ("tags", {f"k{n}": "" for n in range(41)}, "at most 40 tags, are 41"),
    ("emulator_image", "Moto Server", "must be an image, such as"),
    ("emulator_image", "moto:", "must be an image, such as"),
    ("emulator_image", "", "1 to 512 characters"),
    ("permissions_boundary", "Boundary", "ARN of an IAM policy"),
    ("permissions_boundary", "arn:aws:iam::123456789012:role/x", "ARN of an IAM policy"),
    ("kms_key_arn", "alias/x", "ARN of a KMS key"),
    ("kms_key_arn", "arn:aws:kms:eu-west-1:123456789012:alias/x", "not of an alias"),
    ("create_oidc_provider", "true", "must be true or false, not a text"),
    ("create_oidc_provider", 1, "must be true or false, not a number"),
]


def made(key: str, value: object) -> Environment:
    values: dict[str, object] = {"name": "demo", "bucket": "abc", key: value}
    return Environment(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in GOOD.items() for value in values])
def test_good_values(key: str, value: object) -> None:
    assert hash(made(key, value)) == hash(made(key, value))


@pytest.mark.parametrize(("key", "value", "reason"), BAD)
def test_bad_values(key: str, value: object, reason: str) -> None:
    with pytest.raises(SettingsError) as caught:
        made(key, value)
    assert reason in str(caught.value)
    assert key in {problem.key for problem in caught.value.problems}


def test_every_setting_has_cases() -> None:
    assert set(GOOD) == {key for key, _, _ in BAD} == {"name", *SETTINGS}


def test_settings_and_fields_are_the_same() -> None:
    assert [field.name for field in attrs.fields(Environment)] == ["name", *SETTINGS, "origin"]


def test_the_longest_name_fits_the_longest_role() -> None:
    assert len("TaskReporter-" + made("name", "x" * 51).name) == 64


def test_a_trailing_slash_of_the_provider_does_not_count() -> None:
    assert made("oidc_provider_url", "https://h/id/") == made("oidc_provider_url", "https://h/id")


def test_options_and_variables_are_named_alike() -> None:
    setting = SETTINGS["eks_cluster_name"]
    assert (setting.option, setting.variable) == ("--eks-cluster-name", "TASKTOOL_EKS_CLUSTER_NAME")
    assert all(setting.help and not setting.help.endswith(".") for setting in SETTINGS.values())


def test_rules_are_quick_on_hostile_names() -> None:
    for key in set(SETTINGS) - {"context", "overlay"}:
        with pytest.raises(SettingsError):
            made(key, "a-" * 20_000 + "!")
