"""The actions behind calls to IAM. Source: service authorization reference, AWS Identity and Access Management."""

from tasktool_infra.aws.authorization.rule import Rule

_ACCOUNT = "arn:{partition}:iam::{account}"
_ROLE = f"{_ACCOUNT}:role{{RolePath}}{{RoleName}}"
_NEW_ROLE = f"{_ACCOUNT}:role{{Path}}{{RoleName}}"
_NEW_POLICY = f"{_ACCOUNT}:policy{{Path}}{{PolicyName}}"
_POLICY = "{PolicyArn}"
_PROVIDER = "{OpenIDConnectProviderArn}"
_NEW_PROVIDER = f"{_ACCOUNT}:oidc-provider/{{Url}}"


def _on(resource: str, *actions: str) -> tuple[Rule, ...]:
    return tuple(Rule(f"iam:{action}", resource) for action in actions)


IAM = {
    "add_client_id_to_open_id_connect_provider": _on(_PROVIDER, "AddClientIDToOpenIDConnectProvider"),
    "attach_role_policy": _on(_ROLE, "AttachRolePolicy"),
    "create_open_id_connect_provider": (
        *_on(_NEW_PROVIDER, "CreateOpenIDConnectProvider"),
        Rule("iam:TagOpenIDConnectProvider", _NEW_PROVIDER, when="Tags"),
    ),
    "create_policy": (*_on(_NEW_POLICY, "CreatePolicy"), Rule("iam:TagPolicy", _NEW_POLICY, when="Tags")),
    "create_policy_version": _on(_POLICY, "CreatePolicyVersion"),
    "create_role": (*_on(_NEW_ROLE, "CreateRole"), Rule("iam:TagRole", _NEW_ROLE, when="Tags")),
    "delete_policy": _on(_POLICY, "DeletePolicy"),
    "delete_policy_version": _on(_POLICY, "DeletePolicyVersion"),
    "delete_role": _on(_ROLE, "DeleteRole"),
    "delete_role_policy": _on(_ROLE, "DeleteRolePolicy"),
    "detach_role_policy": _on(_ROLE, "DetachRolePolicy"),
    "get_open_id_connect_provider": _on(_PROVIDER, "GetOpenIDConnectProvider"),
    "get_policy": _on(_POLICY, "GetPolicy"),
    "get_policy_version": _on(_POLICY, "GetPolicyVersion"),
    "get_role": _on(_ROLE, "GetRole"),
    "get_role_policy": _on(_ROLE, "GetRolePolicy"),
    "list_account_aliases": _on("*", "ListAccountAliases"),
    "list_attached_role_policies": _on(_ROLE, "ListAttachedRolePolicies"),
    "list_entities_for_policy": _on(_POLICY, "ListEntitiesForPolicy"),
    "list_instance_profiles_for_role": _on(_ROLE, "ListInstanceProfilesForRole"),
    "list_open_id_connect_providers": _on("*", "ListOpenIDConnectProviders"),
    "list_policies": _on("*", "ListPolicies"),
    "list_policy_tags": _on(_POLICY, "ListPolicyTags"),
    "list_policy_versions": _on(_POLICY, "ListPolicyVersions"),
    "list_role_policies": _on(_ROLE, "ListRolePolicies"),
    "list_role_tags": _on(_ROLE, "ListRoleTags"),
    "list_roles": _on("*", "ListRoles"),
    "put_role_permissions_boundary": _on(_ROLE, "PutRolePermissionsBoundary"),
    "set_default_policy_version": _on(_POLICY, "SetDefaultPolicyVersion"),
    "simulate_principal_policy": _on("{PolicySourceArn}", "SimulatePrincipalPolicy"),
    "tag_open_id_connect_provider": _on(_PROVIDER, "TagOpenIDConnectProvider"),
    "tag_policy": _on(_POLICY, "TagPolicy"),
    "tag_role": _on(_ROLE, "TagRole"),
    "untag_open_id_connect_provider": _on(_PROVIDER, "UntagOpenIDConnectProvider"),
    "update_assume_role_policy": _on(_ROLE, "UpdateAssumeRolePolicy"),
    "update_role": _on(_ROLE, "UpdateRole"),
}
