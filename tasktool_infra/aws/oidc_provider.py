"""The IAM OIDC provider of a cluster: through it AWS believes what the cluster says of its ServiceAccounts."""

from collections.abc import Iterator
from typing import Any, Self

from attrs import evolve, frozen

from tasktool_infra.aws import marks, tags
from tasktool_infra.aws.iam_shared import EXISTS, look, take
from tasktool_infra.aws.irsa import AUDIENCE, host_and_path
from tasktool_infra.aws.kind import AwsResource
from tasktool_infra.engine.calls import GONE, Reading, Step, write
from tasktool_infra.engine.fields import fact, identity, shared
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.resource import Departure, Example, Refusal, Removal
from tasktool_infra.values.frozen import FrozenDict


@frozen(kw_only=True)
class OidcProvider(AwsResource):
    """An IAM OIDC provider. Source: IAM API reference, CreateOpenIDConnectProvider; EKS user guide, IRSA.

    There is one for a cluster, and all who use the cluster share it: an unmarked one is used as it is, other client ids
    are kept, and none is ever deleted. Thumbprints are IAM's own affair. It is made only where ``create`` says so;
    ``cluster`` is the name for the way out.
    """

    kind = "iam_oidc_provider"
    used_unmarked = True

    url: str = identity(converter=host_and_path)
    client_ids: frozenset[str] = shared(default=frozenset({AUDIENCE}), converter=frozenset)
    create: bool = fact(default=False)
    cluster: str = fact(default="")

    @property
    def arn(self) -> str:
        """The ARN, which follows from account and URL."""
        return self.place.iam(f"oidc-provider/{self.url}")

    @property
    def address(self) -> dict[str, Any]:
        """What every call to the provider says."""
        return {"OpenIDConnectProviderArn": self.arn}

    def marked(self, owner: Owner) -> Self:
        """Give this with the tags of what several environments use."""
        return evolve(self, tags=self.tags | marks.shared_marks(owner))

    def as_used(self, live: Self) -> Self:
        """Give this without marks of ours, since it is not ours to mark."""
        return evolve(self, tags=live.tags)

    def read(self) -> Reading[Self | None]:
        """Read the provider, which carries its tags with it."""
        found = yield look("get_open_id_connect_provider", self.address)
        if found is GONE:
            return None
        state = self.tag_state(tags.from_list(found.get("Tags", ())))
        clients = frozenset(found.get("ClientIDList", ()))
        kept = (*state.pop("kept"), *(f"client id {each}" for each in sorted(clients - self.client_ids)))
        return type(self)(
            url=found["Url"],
            client_ids=clients & self.client_ids,
            kept=kept,
            place=self.place,
            **state,
        )

    def refuses(self, live: Self | None) -> Iterator[Refusal]:
        """Refuse to make a provider without being told to: it opens the account to whatever the cluster signs."""
        yield from super().refuses(live)
        if live is None and not self.create:
            name = self.cluster or "NAME"
            yield Refusal(
                f"the cluster's issuer {self.url} has no IAM OIDC provider in this account",
                "Set `create_oidc_provider = true`, or run: eksctl utils associate-iam-oidc-provider"
                f" --cluster {name} --approve",
            )

    def converge(self, live: Self | None) -> Iterator[Step]:
        """Create the provider with its tags, or add the client ids and tags that are missing."""
        if live is None:
            yield write("iam", "create_open_id_connect_provider", self._parameters(), "create it", settles=EXISTS)
            return
        for client in sorted(self.client_ids - live.client_ids):
            parameters = {**self.address, "ClientID": client}
            yield write("iam", "add_client_id_to_open_id_connect_provider", parameters, f"add the client id {client}")
        if missing := self.missing_tags(live):
            parameters = {**self.address, "Tags": tags.to_list(missing)}
            yield write("iam", "tag_open_id_connect_provider", parameters, "put the tags")

    def _parameters(self) -> dict[str, Any]:
        tagging = {"Tags": tags.to_list(self.tags)} if self.tags else {}
        return {"Url": f"https://{self.url}", "ClientIDList": sorted(self.client_ids), **tagging}

    def remove(self, live: Self, removal: Removal) -> Departure:
        """Take off the mark that this environment uses it; the provider stays."""
        stays = "whatever else runs on the cluster may need it"
        ours = sorted(key for key in live.tags if key.startswith(marks.USED_BY))
        if not ours:
            return Departure(stays=stays)
        parameters = {**self.address, "TagKeys": ours}
        return Departure(steps=(take("untag_open_id_connect_provider", parameters, "take off our mark"),), stays=stays)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Give states that differ in everything that can be repaired."""
        wanted = cls(url="https://oidc.eks.ap-northeast-1.amazonaws.com/id/EXAMPLEOFPROVIDERS", create=True)
        more = frozenset({AUDIENCE, "another-audience"})
        return (
            Example(name="as it is", first=wanted, then=wanted),
            Example(name="another audience", first=wanted, then=evolve(wanted, client_ids=more)),
            Example(name="tagged", first=wanted, then=evolve(wanted, tags=FrozenDict({"team": "blue"}))),
        )
