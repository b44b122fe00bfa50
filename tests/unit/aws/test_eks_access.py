"""A caller whom a cluster does not know: who that is for EKS, and the commands that let exactly this one in."""

from typing import Any

import pytest

from tasktool_infra.aws.eks_access import Introducer, Principal, introduction, principal
from tasktool_infra.aws.eks_cluster import Cluster
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.errors import ApiError
from tests.answers import error, feed

ARN = "arn:aws:eks:ap-northeast-1:111122223333:cluster/mz-k8s"
SESSION = "arn:aws:sts::111122223333:assumed-role/{}/me@example.com"
SSO = "AWSReservedSSO_Admin_0123456789abcdef"
SSO_ROLE = f"arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/{SSO}"
POLICY = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"


def cluster(mode: str) -> Cluster:
    return Cluster(name="mz-k8s", arn=ARN, authentication_mode=mode)


def test_a_user_is_known_by_its_own_arn() -> None:
    arn = "arn:aws:iam::111122223333:user/team/me"
    assert feed(principal(arn), {}) == Principal(arn)


def test_a_caller_by_sso_is_its_role_with_the_path() -> None:
    answer = {"Role": {"Arn": SSO_ROLE}}
    assert feed(principal(SESSION.format(SSO)), {"get_role": answer}) == Principal(SSO_ROLE)


@pytest.mark.parametrize("code", ["AccessDenied", "NoSuchEntity"])
def test_a_role_that_can_not_be_looked_up_is_guessed_and_said_to_be(code: str) -> None:
    plain = feed(principal(SESSION.format("Deployer")), {"get_role": error(code)})
    assert plain == Principal("arn:aws:iam::111122223333:role/Deployer", sure=False)
    guess = feed(principal(SESSION.format(SSO)), {"get_role": error(code)})
    assert guess.arn == f"arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/{SSO}"
    assert f"aws iam get-role --role-name {SSO} --query Role.Arn" in introduction(cluster("API"), guess)


@pytest.mark.parametrize("mode", ["API", "API_AND_CONFIG_MAP"])
def test_where_access_entries_count_one_is_proposed(mode: str) -> None:
    said = introduction(cluster(mode), Principal(SSO_ROLE))
    about = f"--region ap-northeast-1 --cluster-name mz-k8s --principal-arn {SSO_ROLE}"
    assert (
        f"aws eks create-access-entry {about} && aws eks associate-access-policy {about}"
        f" --policy-arn {POLICY} --access-scope type=cluster"
    ) in said
    assert "eksctl" not in said


def test_where_only_the_config_map_counts_its_line_is_proposed_without_the_path() -> None:
    said = introduction(cluster("CONFIG_MAP"), Principal(SSO_ROLE))
    assert (
        "eksctl create iamidentitymapping --region ap-northeast-1 --cluster mz-k8s"
        f" --arn arn:aws:iam::111122223333:role/{SSO} --username {SSO} --group system:masters"
    ) in said
    assert "access-entry" not in said


def test_where_nobody_says_what_counts_both_are_proposed() -> None:
    said = introduction(cluster(""), Principal("arn:aws:iam::111122223333:user/me"))
    assert said.index("create-access-entry") < said.index("or, where") < said.index("eksctl")
    assert "--arn arn:aws:iam::111122223333:user/me " in said


def test_the_policy_is_of_the_clusters_partition() -> None:
    china = Cluster(name="c", arn=ARN.replace("arn:aws:", "arn:aws-cn:"), authentication_mode="API")
    assert "arn:aws-cn:eks::aws:cluster-access-policy/" in introduction(china, Principal("arn"))


def test_a_context_that_is_named_by_the_clusters_arn_names_the_cluster() -> None:
    found = Cluster.of(ARN)
    assert found is not None
    assert (found.name, found.home.region) == ("mz-k8s", "ap-northeast-1")
    assert Cluster.of("minikube") is None


class Iam:
    def __init__(self, answer: Any) -> None:
        self.answer, self.calls = answer, 0

    def send(self, call: Call) -> Any:
        self.calls += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_it_is_found_out_once_and_only_when_asked() -> None:
    iam = Iam({"Role": {"Arn": SSO_ROLE}})
    introduce = Introducer(iam, cluster("API"), SESSION.format(SSO))
    assert iam.calls == 0
    assert introduce() == introduce()
    assert SSO_ROLE in introduce()
    assert iam.calls == 1


def test_an_iam_that_can_not_be_asked_leaves_a_guess() -> None:
    lost = ApiError("Timeout", "no answer", call="iam.get_role")
    assert "may be another" in Introducer(Iam(lost), cluster("API"), SESSION.format("Deployer"))()
