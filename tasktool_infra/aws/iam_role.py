"""An IAM role: whom it trusts, what it may do, and nothing that others added to it."""

from collections.abc import Iterator
from typing import Any, Self

from attrs import evolve, frozen

from tasktool_infra.aws import iam_role_steps as steps
from tasktool_infra.aws import tags
from tasktool_infra.aws.documents import TRUST_SIZE, Document
from tasktool_infra.aws.iam_policy import Policy
from tasktool_infra.aws.iam_shared import EXISTS, look, take, to_document
from tasktool_infra.aws.iam_trust import trust_parts
from tasktool_infra.aws.irsa import irsa_trust
from tasktool_infra.aws.kind import AwsResource
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.calls import GONE, Call, Reading, Step, write
from tasktool_infra.engine.claims import ABSENT, Claim, by_field, claim
from tasktool_infra.engine.fields import exclusive, fact, identity, immutable
from tasktool_infra.engine.resource import Departure, Example, Refusal, Removal
from tasktool_infra.values.frozen import FrozenDict


@frozen(kw_only=True)
class Role(AwsResource):
    """An IAM role. Source: IAM API reference, CreateRole and the other operations on roles.

    ``policies`` and ``permissions_boundary`` are ARNs; ``policy/NAME`` stands for a policy of the own account. A
    boundary where none is wanted is an administrator's restriction and kept; a description is nobody's and kept too.
    """

    kind = "iam_role"
    hardening = frozenset({"permissions_boundary"})

    name: str = identity()
    path: str = immutable("Delete the role, or choose another name.", default="/")
    trust: Document = exclusive(converter=to_document)
    policies: frozenset[str] = exclusive(default=frozenset(), converter=frozenset)
    inline_policies: frozenset[str] = exclusive(default=frozenset(), converter=frozenset)
    permissions_boundary: str | None = None
    max_session_duration: int = 3600
    description: str = fact(default="", repr=False)
    instance_profiles: frozenset[str] = fact(default=frozenset())

    @property
    def arn(self) -> str:
        """The ARN, which follows from account, path and name."""
        return self.place.iam(f"role{self.path}{self.name}")

    @property
    def address(self) -> dict[str, Any]:
        """What every call to the role says."""
        return {"RoleName": self.name}

    def at(self, place: Place) -> Self:
        """Give this at a place, with whole ARNs."""
        placed = super().at(place)
        boundary = self.permissions_boundary and _arn(self.permissions_boundary, placed.place)
        policies = frozenset(_arn(policy, placed.place) for policy in self.policies)
        return evolve(placed, policies=policies, permissions_boundary=boundary)

    def read(self) -> Reading[Self | None]:
        """Read the role and what is attached to it in one batch."""
        live, _ = yield from self._looked()
        return live

    def examine(self) -> Reading[Self | None]:
        """Read the role and, in the same batch, the instance profiles that hold it."""
        profiles = look("list_instance_profiles_for_role", self.address, pages=True)
        live, (answer,) = yield from self._looked(profiles)
        names = frozenset(each["InstanceProfileName"] for each in _listed(answer, "InstanceProfiles"))
        return live and evolve(live, instance_profiles=names)

    def _looked(self, *besides: Call) -> Reading[tuple[Self | None, tuple[Any, ...]]]:
        """Give the role, and the answers to what else is asked of it."""
        found, attached, inline, *more = yield (
            look("get_role", self.address),
            look("list_attached_role_policies", self.address, pages=True),
            look("list_role_policies", self.address, pages=True),
            *besides,
        )
        if found is GONE:
            return None, tuple(more)
        listed = _listed(attached, "AttachedPolicies"), _listed(inline, "PolicyNames")
        return self._live(found["Role"], *listed), tuple(more)

    def _live(self, found: Any, attached: list[Any], inline: list[str]) -> Self:
        boundary = found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        state = self.tag_state(tags.from_list(found.get("Tags", ())))
        if boundary and self.permissions_boundary is None:
            state["kept"] = (*state["kept"], f"permissions boundary {boundary}")
        return type(self)(
            name=found["RoleName"],
            path=found["Path"],
            trust=Document.parse(found["AssumeRolePolicyDocument"]),
            policies=frozenset(each["PolicyArn"] for each in attached),
            inline_policies=frozenset(inline),
            # Where none is wanted, one that is there is kept, and so it is no difference.
            permissions_boundary=None if self.permissions_boundary is None else boundary,
            max_session_duration=found["MaxSessionDuration"],
            description=found.get("Description", ""),
            place=self.place,
            **state,
        )

    def claims(self, live: Self) -> Iterator[Claim]:
        """Claim the fields, and of the trust each element: without an audience it works, and is loose."""
        yield from by_field(self, live, without={"trust"})
        for part in trust_parts(self.trust, live.trust):
            loose = part.name == "aud" and (part.ok or part.found == ABSENT)
            yield claim(self, evolve(part, name=f"trust-{part.name}"), hardening=loose)

    def refuses(self, live: Self | None) -> Iterator[Refusal]:
        """Give the immutable fields that differ, and say when the trust is too long for IAM."""
        yield from super().refuses(live)
        size = self.trust.size()
        if size > TRUST_SIZE:
            yield Refusal(f"its trust has {size} characters, and IAM takes {TRUST_SIZE}", "Trust fewer principals.")

    def converge(self, live: Self | None) -> Iterator[Step]:
        """Create the role with boundary and tags, or repair its settings; then attach and detach."""
        if live is None:
            yield write("iam", "create_role", steps.creation(self), "create the role", settles=EXISTS)
            live = evolve(self, policies=frozenset())
        yield from steps.settings(self, live)
        yield from steps.attachments(self, live)
        if missing := self.missing_tags(live):
            yield write("iam", "tag_role", {**self.address, "Tags": tags.to_list(missing)}, "put the tags")

    def remove(self, live: Self, removal: Removal) -> Departure:
        """Delete the role with all that is attached to it; it stays while an instance profile holds it."""
        if live.instance_profiles:
            profiles = ", ".join(sorted(live.instance_profiles))
            return Departure(stays=f"it is in the instance profile {profiles}; take it out there, then run again")
        return Departure(
            steps=(
                *(steps.detach(self, arn) for arn in sorted(live.policies)),
                *(steps.delete_inline(self, name) for name in sorted(live.inline_policies)),
                take("delete_role", self.address, "delete the role"),
            )
        )

    def outputs(self) -> Iterator[tuple[str, str]]:
        """Give the ARN."""
        yield f"role {self.name}", self.arn

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Give states that differ in everything that can be repaired."""
        reading, writing = (_example_policy(action) for action in ("GetObject", "PutObject"))
        wanted = cls(
            name="examples-of-roles",
            path="/app/",
            trust=_example_trust("wanted"),
            policies=frozenset({f"policy/{reading.name}"}),
            requires=(reading,),
        )
        loose = evolve(wanted, trust=_example_trust("other"), max_session_duration=7200)
        both = frozenset(f"policy/{policy.name}" for policy in (reading, writing))
        bound = evolve(wanted, permissions_boundary=f"policy/{reading.name}")
        around = (reading, writing)
        return (
            Example(name="as it is", first=wanted, then=wanted, around=around),
            Example(name="another trust", first=loose, then=wanted, around=around),
            Example(name="more policies", first=wanted, then=evolve(wanted, policies=both), around=around),
            Example(name="fewer policies", first=evolve(wanted, policies=both), then=wanted, around=around),
            Example(name="bounded", first=wanted, then=bound, around=around),
            Example(name="tagged", first=wanted, then=evolve(wanted, tags=FrozenDict({"team": "blue"})), around=around),
        )


def _arn(policy: str, place: Place) -> str:
    return place.iam(policy) if policy.startswith("policy/") else policy


def _listed(answer: Any, key: str) -> list[Any]:
    return [] if answer is GONE else list(answer.get(key, ()))


def _example_policy(action: str) -> Policy:
    statement = {"Effect": "Allow", "Action": f"s3:{action}", "Resource": "arn:aws:s3:::examples-of-buckets/*"}
    return Policy(name=f"examples-of-roles-{action}", document={"Version": "2012-10-17", "Statement": [statement]})


def _example_trust(service_account: str) -> Document:
    issuer = "oidc.eks.ap-northeast-1.amazonaws.com/id/EXAMPLE"
    return irsa_trust(Place("123456789012").iam(f"oidc-provider/{issuer}"), issuer, "examples", service_account)
