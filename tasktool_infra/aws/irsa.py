"""The trust by which a ServiceAccount of a cluster becomes an IAM role.

Source: Amazon EKS user guide, "Assign IAM roles to Kubernetes service accounts".
"""

from tasktool_infra.aws.documents import Document

AUDIENCE = "sts.amazonaws.com"
"""For whom the tokens of ServiceAccounts are issued; the same in every partition."""


def host_and_path(issuer: str) -> str:
    """Give an issuer as IAM names it: without ``https://`` and without a slash at the end."""
    return issuer.removeprefix("https://").rstrip("/")


def irsa_trust(provider_arn: str, issuer_host_path: str, namespace: str, service_account: str) -> Document:
    """Give the trust document for exactly one ServiceAccount.

    Takes the ARN of the cluster's OIDC provider, the cluster's issuer, and the ServiceAccount.
    """
    issuer = host_and_path(issuer_host_path)
    claims = {f"{issuer}:aud": AUDIENCE, f"{issuer}:sub": f"system:serviceaccount:{namespace}:{service_account}"}
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        # Without the subject every Pod of the cluster could take the role; a pattern would let others in.
        "Condition": {"StringEquals": claims},
    }
    return Document.parse({"Version": "2012-10-17", "Statement": [statement]})
