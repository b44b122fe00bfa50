"""Finds what carries an environment's mark in an account and region and is no longer wanted.

The tagging API tells of everything that has tags, but of no IAM role. So roles are listed by their path and policies by
their names; lists of IAM hold no tags either, which are asked for where nobody wants the name. Source: Resource Groups
Tagging API reference, GetResources and "Services that support"; IAM API reference, ListRoles and ListPolicies.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve, field, frozen

from tasktool_infra.aws import marks, tags
from tasktool_infra.aws.iam_policy import Policy
from tasktool_infra.aws.iam_role import Role
from tasktool_infra.aws.iam_shared import ABSENT
from tasktool_infra.aws.kind import AwsResource
from tasktool_infra.aws.place import Place
from tasktool_infra.aws.stray_kinds import LISTINGS, IamNames, described, is_of_iam
from tasktool_infra.engine.calls import Call, Meaning, Reading
from tasktool_infra.engine.errors import TasktoolError
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.resource import Key, Resource
from tasktool_infra.engine.together import side_by_side
from tasktool_infra.engine.unwanted import Aside, Finder, Stray

SERVICE, TAGGING = "resourcegroupstaggingapi", "tag:GetResources"
DENIED, UNREACHED = Meaning("denied"), Meaning("not reached")
_FORBIDDEN = dict.fromkeys(("AccessDenied", "AccessDeniedException"), DENIED)
# A network may have no way to this one endpoint; nothing of a run depends on it.
_UNREACHED = dict.fromkeys(("NoSuchHost", "Unreachable", "ConnectTimeout", "Timeout"), UNREACHED)


@frozen(kw_only=True)
class Strays(Finder):
    """Looks for everything of one environment but what is ``wanted``.

    ``names`` says how IAM roles and policies of this environment are called; ``outlives`` is what must be gone before.
    """

    owner: Owner
    place: Place
    names: IamNames
    wanted: frozenset[Key] = field(repr=False)
    outlives: tuple[Resource, ...] = field(default=(), repr=False)

    def find(self) -> Reading[tuple[Stray | Aside, ...]]:
        """Ask the tagging API and IAM side by side, then look at what carries the mark and is not wanted."""
        calls = self._calls()
        answers = dict(zip(calls, (yield tuple(calls.values())), strict=True))
        told = [aside for name, answer in answers.items() for aside in self._unseen(name, answer)]
        marked = dict(self._tagged(answers.pop(TAGGING)))
        marked |= yield from self._of_iam(answers)
        told += [self._unknown(arn) for arn, each in marked.items() if each is None]
        found = [each for each in marked.values() if each is not None and each.key not in self.wanted]
        unwanted = sorted(found, key=lambda each: str(each.key))
        lives = yield from side_by_side([each.examine for each in unwanted])
        for each, live in zip(unwanted, lives, strict=True):
            told += [self._failed(each, live)] if isinstance(live, TasktoolError) else []
        return (*self._strays([live for live in lives if isinstance(live, AwsResource)]), *told)

    def _calls(self) -> dict[str, Call]:
        """Give the calls that list, by the action that each needs."""
        ours = {marks.MANAGED_BY: marks.TOOL, marks.APPLICATION: self.owner.application}
        filters = {"TagFilters": [{"Key": key, "Values": [value]} for key, value in ours.items()]}
        tagging = Call(SERVICE, "get_resources", filters, expects=_FORBIDDEN | _UNREACHED, pages=True)
        narrowed = {"list_roles": {"PathPrefix": self.names.path}, "list_policies": {"Scope": "Local"}}
        of_iam = {
            action: Call("iam", each.lists, narrowed.get(each.lists, {}), expects=_FORBIDDEN, pages=each.paged)
            for action, each in LISTINGS.items()
        }
        return {TAGGING: tagging, **of_iam}

    def _tagged(self, answer: Any) -> Iterator[tuple[str, AwsResource | None]]:
        for each in answer["ResourceTagMappingList"] if not isinstance(answer, Meaning) else ():
            found, arn = tags.from_list(each.get("Tags", ())), each["ResourceARN"]
            if marks.carried_by(found, self.owner) and not is_of_iam(arn):
                yield arn, described(arn, self.owner, self.place, shared=bool(marks.users(found)))

    def _of_iam(self, answers: Mapping[str, Any]) -> Reading[dict[str, AwsResource | None]]:
        """Give the roles, policies and providers that carry the mark; asks only for those that nobody wants."""
        looks = {arn: look for action, answer in answers.items() for arn, look in self._candidates(action, answer)}
        if not looks:
            return {}
        found = zip(looks.items(), (yield tuple(call for call, _ in looks.values())), strict=True)
        return {
            arn: described(arn, self.owner, self.place)
            for (arn, (_, where)), answer in found
            if not isinstance(answer, Meaning) and marks.carried_by(_tags_in(answer, where), self.owner)
        }

    def _candidates(self, action: str, answer: Any) -> Iterator[tuple[str, tuple[Call, str]]]:
        listing = LISTINGS[action]
        for each in answer.get(listing.holds, ()) if not isinstance(answer, Meaning) else ():
            resource = described(each["Arn"], self.owner, self.place)
            if resource is not None and resource.key not in self.wanted and self.names.fits(resource):
                call = Call("iam", listing.look, listing.address(each), expects=ABSENT | _FORBIDDEN)
                yield each["Arn"], (call, listing.tags)

    def _strays(self, lives: list[AwsResource]) -> Iterator[Stray]:
        """Give what stands: policies go after the roles that have them, and are detached from any role of ours."""
        roles = tuple(live for live in lives if isinstance(live, Role))
        ours = {key.identity for key in self.wanted if key.kind == Role.kind} | {role.name for role in roles}
        for live in lives:
            if isinstance(live, Policy):
                yield Stray(live=evolve(live, roles=frozenset(ours), outlives=(*self.outlives, *roles)))
            else:
                yield Stray(live=evolve(live, outlives=self.outlives))

    def _unseen(self, action: str, answer: Any) -> Iterator[Aside]:
        if not isinstance(answer, Meaning):
            return
        what = "what is no longer wanted is not looked for everywhere"
        why = f"the caller may not call {action}: allow it" if answer is DENIED else f"{action} was not answered"
        yield Aside(key=Key(self.key.kind, action), layer=self.layer, reason=f"{what}: {why}")

    def _unknown(self, arn: str) -> Aside:
        reason = "it carries the mark of this environment, but is of no kind that is made here: left alone"
        return Aside(key=Key(self.key.kind, arn), layer=self.layer, reason=reason, unwanted=True)

    def _failed(self, resource: AwsResource, error: Any) -> Aside:
        reason = f"no longer wanted, but it can't be looked at, and so is kept: {error.message}"
        return Aside(key=resource.key, layer=self.layer, reason=reason, next_step=error.next_step, unwanted=True)


def _tags_in(answer: Any, where: str) -> Mapping[str, str]:
    for part in where.split("."):
        answer = answer.get(part, {})
    return tags.from_list(answer or ())
