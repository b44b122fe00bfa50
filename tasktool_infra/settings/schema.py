"""The one table of settings. The file's check, environment variables, options and their help are all made from it."""

from collections.abc import Callable, Iterator
from typing import Any, Final, Literal

from attrs import frozen

from tasktool_infra.settings import aws_rules, rules

Type = Literal["text", "list", "map", "flag"]
PREFIX: Final = "TASKTOOL_"


def _fine(_: object) -> Iterator[str]:
    yield from ()


@frozen
class Setting:
    """One key that an environment may set.

    Takes:
        name: the key in the file.
        type: `text`, `list` (of texts), `map` (of texts to texts) or `flag`.
        metavar: what help shows for the value.
        help: what it is for, in one sentence without a full stop.
        rule: gives what is wrong with a text, with each text of a list, or with a whole map.
    """

    name: str
    type: Type
    metavar: str
    help: str
    rule: Callable[[Any], Iterator[str]] = _fine

    @property
    def option(self) -> str:
        """The option of the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """The environment variable."""
        return PREFIX + self.name.upper()


_ALL: Final = (
    Setting("region", "text", "REGION", "AWS region; without it, that of AWS_REGION or the profile", aws_rules.region),
    Setting(
        "account", "text", "ID", "AWS account that must be met (12 digits); any other is refused", aws_rules.account
    ),
    Setting("eks_cluster_name", "text", "NAME", "EKS cluster; unset, no EKS call is made", rules.cluster),
    Setting("context", "text", "CONTEXT", "kubeconfig context, alone or as the way to the EKS cluster", rules.anything),
    Setting(
        "oidc_provider_url",
        "text",
        "URL",
        "issuer of the cluster's service account tokens; without it, the EKS cluster is asked",
        aws_rules.provider_url,
    ),
    Setting("table", "text", "NAME", "DynamoDB table of the tasks", rules.table),
    Setting("bucket", "text", "NAME", "S3 bucket of the reports; such names are taken world-wide", rules.bucket),
    Setting("namespace", "text", "NAME", "Kubernetes namespace of the application", rules.namespace),
    Setting(
        "repositories", "list", "NAME,…", "ECR repositories, shared by the account's environments", rules.repository
    ),
    Setting("domain", "text", "HOST", "host name under which the application is reached", rules.domain),
    Setting("email", "text", "ADDRESS", "e-mail address given to the certificate authority", rules.email),
    Setting("ingress_class", "text", "NAME", "IngressClass that serves the application", rules.ingress_class),
    Setting("image_tag", "text", "TAG", "tag of the application's images", rules.image_tag),
    Setting("overlay", "text", "FOLDER", "kustomize overlay of the environment's own", rules.anything),
    Setting(
        "tags",
        "map",
        "KEY=VALUE,…",
        "further tags for the AWS resources of this environment alone (not the shared repositories)",
        aws_rules.tags,
    ),
    Setting("permissions_boundary", "text", "ARN", "IAM policy that bounds the roles", aws_rules.boundary),
    Setting("kms_key_arn", "text", "ARN", "KMS key that encrypts the table; without it, AWS's own", aws_rules.kms_key),
    Setting("create_oidc_provider", "flag", "BOOL", "make the cluster's IAM OIDC provider if there is none"),
    Setting("aws", "text", "WHERE", "what AWS is: an `account`, or an `emulator` put into the cluster", rules.aws),
    Setting("emulator_image", "text", "IMAGE", "image of the emulator, which serves on port 4566", rules.image),
)

SETTINGS: Final = {setting.name: setting for setting in _ALL}
