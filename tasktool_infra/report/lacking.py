"""What a caller lacks of the permissions that a command needs: each by name, then what to add, ready to be copied."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import asdict

from tasktool_infra.aws.authorization.rule import Need
from tasktool_infra.kube.rbac import Right
from tasktool_infra.least_privilege.checking import AWS, CLUSTER, Checked
from tasktool_infra.report.console import console
from tasktool_infra.report.lines import BLANK, Line, line, paragraph
from tasktool_infra.report.words import unheard


@unheard()
def show_lacking(found: Checked) -> None:
    """Print what the caller lacks, what nobody can say, what could not be asked, and how it stands in all."""
    colour = "green" if found.problem is None else "red"
    console().show([*_lines(found), line(_sum(found), style=colour)])


def _lines(found: Checked) -> Iterator[Line]:
    for where, why in found.unchecked.items():
        yield from (line(f"Not asked of {where}: {why.said}"), *paragraph(why.fix), BLANK)
    denied = [f"{need.action} on {need.resource}: {said}" for need, said in found.denied.items()]
    yield from _listed("Lacking in AWS", denied)
    yield from _json("Add to the caller's policies", [each.to_dict() for each in found.policies])
    yield from _listed("Lacking in the cluster", [_told(right) for right in found.rights])
    if found.rights:
        group = found.roles["items"][0]["metadata"]["name"]
        yield from _json(f"Apply, and put the caller into the group {group}", [found.roles])
    doubts = [f"{need.action} on {need.resource}: {said}" for need, said in found.doubtful.items()]
    yield from _listed("Nobody can say beforehand", doubts)


def _listed(title: str, rows: list[str]) -> Iterator[Line]:
    if rows:
        yield from (line(f"{title}:"), *(line(row, indent=2) for row in sorted(rows)), BLANK)


def _json(title: str, documents: list[object]) -> Iterator[Line]:
    for each in documents:
        text = json.dumps(each, indent=2, ensure_ascii=False)
        yield from (line(f"{title}:"), *(line(row, whole=True) for row in text.splitlines()), BLANK)


def _told(right: Right) -> str:
    kind = f"{right.resource}.{right.group}" if right.group else right.resource
    name = f" {right.name}" if right.name else ""
    where = f"in the namespace {right.namespace}" if right.namespace else "in the whole cluster"
    return f"{right.verb} {kind}{name}, {where}"


def _sum(found: Checked) -> str:
    parts = {
        AWS: (len(found.grant.needs), len(found.denied), "actions in AWS"),
        CLUSTER: (len(found.grant.rights), len(found.rights), "rights in the cluster"),
    }
    counted = [
        f"{total - lacking} of {total} {what}"
        for where, (total, lacking, what) in parts.items()
        if where not in found.unchecked
    ]
    unasked = f"; not asked: {', '.join(found.unchecked)}" if found.unchecked else ""
    about = f"for {found.grant.command} of {found.grant.environment}"
    return f"{found.caller} has {' and '.join(counted) or 'nothing that is known'} {about}{unasked}."


def lacking_data(found: Checked) -> dict[str, Any]:
    """Give the record of what the caller lacks, for machines."""
    return {
        "type": "lacking",
        "environment": found.grant.environment,
        "for": found.grant.command,
        "caller": found.caller,
        "ok": found.problem is None,
        "actions": _actions(found.denied),
        "doubtful": _actions(found.doubtful),
        "rights": [asdict(right) for right in sorted(found.rights, key=_told)],
        "not_asked": [{"of": of, "why": why.said, "next_step": why.fix} for of, why in found.unchecked.items()],
        "policies": [policy.to_dict() for policy in found.policies],
        "roles": found.roles if found.rights else {},
    }


def _actions(judged: Mapping[Need, str]) -> list[dict[str, str]]:
    return [{**asdict(need), "why": why} for need, why in judged.items()]
