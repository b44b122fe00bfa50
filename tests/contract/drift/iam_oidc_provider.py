"""What somebody does to an OIDC provider behind our back."""

from typing import Any

from tasktool_infra.aws.oidc_provider import OidcProvider
from tests.contract.drift import drift, of_module

SERVICE = "iam"


@drift(
    "audience removed",
    "client_ids[another-audience]",
    writes=("add_client_id_to_open_id_connect_provider",),
    only="another audience",
)
def audience_removed(iam: Any, provider: OidcProvider) -> None:
    iam.remove_client_id_from_open_id_connect_provider(
        OpenIDConnectProviderArn=provider.arn, ClientID="another-audience"
    )


@drift("foreign audience", kept=("client id others",))
def foreign_audience(iam: Any, provider: OidcProvider) -> None:
    iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=provider.arn, ClientID="others")


@drift("mark of use removed", "tags[UsedBy/test]", writes=("tag_open_id_connect_provider",))
def use_removed(iam: Any, provider: OidcProvider) -> None:
    iam.untag_open_id_connect_provider(OpenIDConnectProviderArn=provider.arn, TagKeys=["UsedBy/test"])


@drift("foreign tag", kept=("tag cost",))
def foreign_tag(iam: Any, provider: OidcProvider) -> None:
    iam.tag_open_id_connect_provider(OpenIDConnectProviderArn=provider.arn, Tags=[{"Key": "cost", "Value": "9"}])


DRIFTS = of_module(globals())
