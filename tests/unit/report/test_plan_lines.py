"""What a plan looks like to those who read it."""

import pytest

from tasktool_infra.engine.differences import FieldChange
from tasktool_infra.engine.plan import Action, Plan
from tasktool_infra.report.layout import laid_out
from tasktool_infra.report.lines import columns
from tasktool_infra.report.palette import plain
from tasktool_infra.report.plan_lines import plan_lines
from tests.unit.report.plans import EVERYTHING, READ, TABLE_ARN, WRITE, change, large, plan

EXPECTED = f"""\
Provision of prod
  account  123456789012 (mamezou-dev)
  region   ap-northeast-1
  caller   arn:aws:iam::123456789012:user/ann
  cluster  arn:aws:eks:ap-northeast-1:123456789012:cluster/mz-k8s
Note: AWS_REGION is eu-west-1

AWS
  ~ s3_bucket.reports (adopt)
      versioning: false → true
      tags[team]: blue
      tags[Owner]: ann → bob
      notes: - a, + d (2 unchanged)
      (7 fields unchanged)
      removes the statement Old
      kept: tag cost-centre, statement Audit
  + dynamodb_table.tasks
      tags: Application=task-tool, Environment=prod
      hash_key: {{name: task_id, type: S}}
      indexes[by_user]: {{hash_key: user}}
      api_token: <-- value not shown (#3)
  ~ iam_policy.Tasks
      document.Statement.Action: + dynamodb:PutItem (2 unchanged)
  = iam_role.Theirs: kept: it exists and does not carry our mark
  ! iam_role.Odd: path is /x/, wanted /app/
      Delete it.

Application
  ~ deployment.prod/web
      .spec.replicas: 2 → 3
      .spec.template.spec.containers[0].env[1].value: <-- value not shown (#1) → <-- value not shown (#2)
      will not be waited for: no nodes
      kept: annotation a/b
  … job.a
  … job.b
      the tag 1 is absent
      Push it:
        docker push x

Permissions gained (+) and lost (-)
  iam_policy.Tasks
    - Allow dynamodb:GetItem, dynamodb:Query
        on {TABLE_ARN}
    + Allow dynamodb:GetItem, dynamodb:PutItem, dynamodb:Query
        on {TABLE_ARN}
  iam_policy.Old
    - all that it allows, as it is deleted

To be deleted
  - config_map.prod/old
  - iam_policy.Old: nobody wants it any more

  (2 unchanged)
  + create, ~ change, - delete, ! refused, … waiting
Plan: 1 to add, 3 to change, 2 to destroy, 1 refused, 2 waiting
"""


def text(shown: Plan, width: int | None = None) -> str:
    return plain(laid_out(plan_lines(shown), width))


def test_everything_that_a_plan_can_hold_is_shown() -> None:
    assert text(EVERYTHING) == EXPECTED


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize("shown", [EVERYTHING, large(300)], ids=["everything", "large"])
def test_no_line_is_wider_than_the_terminal_but_commands(shown: Plan, width: int) -> None:
    for each in laid_out(plan_lines(shown), width):
        assert each.whole or columns(each.text) <= width


@pytest.mark.parametrize("width", [40, 60, 200])
def test_breaking_lines_loses_nothing(width: int) -> None:
    assert "".join(text(EVERYTHING, width).split()) == "".join(EXPECTED.split())


def test_of_300_resources_only_those_that_change_are_listed() -> None:
    lines = text(large(300)).splitlines()
    assert len(lines) < 75
    assert "  (270 unchanged)" in lines


def test_nothing_to_do_is_one_sentence() -> None:
    same, other = change("iam_role.Fine", Action.NONE), change("iam_role.Other", Action.NONE)
    assert text(plan(same, other)).endswith("\nNo changes. prod is as wanted: all 2 resources.\n")
    assert text(plan(same)).endswith("\nNo changes. prod is as wanted: its one resource.\n")
    gone = plan(change("iam_role.Fine", Action.NONE, reason="already gone"), command="teardown")
    assert text(gone).endswith("\nNo changes. Nothing of prod is left to remove.\n")
    assert "iam_role" not in text(gone)


def test_an_alias_or_a_cluster_that_is_not_known_is_left_out() -> None:
    shown = text(plan(alias="", caller=""))
    assert "account  123456789012\n" in shown
    assert "caller" not in shown


def test_statements_that_come_and_go_are_shown_whole() -> None:
    fields = (FieldChange("document.Statement", READ, None), FieldChange("document.Statement", None, WRITE))
    shown = text(plan(change("iam_policy.Tasks", Action.UPDATE, *fields)))
    assert f"      document.Statement: - Allow dynamodb:GetItem, dynamodb:Query on {TABLE_ARN}\n" in shown
    assert (
        f"      document.Statement: + Allow dynamodb:GetItem, dynamodb:PutItem, dynamodb:Query on {TABLE_ARN}" in shown
    )


def test_what_a_terminal_would_act_on_is_escaped() -> None:
    fields = FieldChange("tags[x]", "\x1b[2J", "\x07")
    shown = text(plan(change("iam_role.R", Action.UPDATE, fields, kept=("\x1b]0;title",), reason="a\rb")))
    assert "\x1b" not in shown
    assert "\\x1b[2J → \\x07" in shown
