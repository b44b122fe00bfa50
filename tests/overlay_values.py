"""The values of two environments, as tests of the manifests want them."""

from attrs import evolve

from tasktool_infra.kube.overlay import TUTORIAL_EMAIL, TUTORIAL_HOST, OverlayValues

PROD = OverlayValues(
    name="prod",
    namespace="prod",
    account="123456789012",
    region="ap-northeast-1",
    partition="aws",
    repositories=("mamezou-tech/task-service", "mamezou-tech/task-web", "mamezou-tech/task-reporter"),
    image_tag="1.0.0",
    table="task-tool-prod-tasks",
    bucket="task-tool-prod-completed-task-report-bucket",
    domain=TUTORIAL_HOST,
    email=TUTORIAL_EMAIL,
    ingress_class="nginx",
)
"""Those that the files have by themselves."""

STAGING = evolve(
    PROD,
    name="staging",
    namespace="testing",
    account="210987654321",
    region="cn-north-1",
    partition="aws-cn",
    repositories=("team/blue/task-web", "task-reporter", "other/thing", "team/task-service"),
    image_tag="2.1.0-rc.1",
    table="tasks-of-staging",
    bucket="reports.of.staging",
    domain="tasks.example.org",
    email="ops+tasks@example.org",
    ingress_class="internal.example.org",
)
"""Others in every place."""
