"""Where an emulator can't do what AWS does: each test that it spoils, by name, with the reason.

An entry that is no longer needed fails, and so does one that names no test.
"""

GONE = "test_from_absent_to_gone"
HAND = "test_changed_by_hand"

BY_REASON = {
    "moto answers AddClientIDToOpenIDConnectProvider and RemoveClientIDFromOpenIDConnectProvider by a fault": (
        f"{GONE}[moto-iam_oidc_provider-another_audience]",
        f"{HAND}[moto-iam_oidc_provider-audience_removed]",
        f"{HAND}[moto-iam_oidc_provider-foreign_audience]",
    ),
    "moto drops the tags that a bucket is created with: one whose creation was not answered looks like a stranger's": (
        "test_with_the_first_of_each_write_lost_everything_is_done_and_nothing_twice[after-moto]",
    ),
    "moto ignores a change of the key of a table": (f"{GONE}[moto-dynamodb_table-own_key]",),
    "moto gives a table no id": (
        "test_a_table_that_is_made_again_while_it_is_removed_is_removed_again_and_not_waited_for[moto]",
    ),
    "moto judges every request for an object by the bucket's policy, and speaks no TLS": (
        f"{HAND}[moto-s3_bucket-full_of_objects]",
    ),
    "The sandbox reads no list of objects: it holds DeleteObjects against all of the bucket, in all their versions": (
        "test_of_many_objects_each_is_judged_by_itself",
    ),
    "moto's tagging API tells of no repositories": (
        "test_a_shared_repository_loses_our_mark_of_use_and_goes_with_the_last[moto]",
    ),
    "MiniStack has no SetDefaultPolicyVersion": (
        f"{HAND}[ministack-iam_policy-another_default,_ours_still_there]",
        f"{HAND}[ministack-iam_policy-five_versions_and_a_foreign_default]",
    ),
    "MiniStack can neither tag an OIDC provider nor change its client ids": (
        f"{GONE}[ministack-iam_oidc_provider-as_it_is]",
        f"{GONE}[ministack-iam_oidc_provider-another_audience]",
        f"{GONE}[ministack-iam_oidc_provider-tagged]",
        f"{HAND}[ministack-iam_oidc_provider-audience_removed]",
        f"{HAND}[ministack-iam_oidc_provider-foreign_audience]",
        f"{HAND}[ministack-iam_oidc_provider-mark_of_use_removed]",
        f"{HAND}[ministack-iam_oidc_provider-foreign_tag]",
    ),
    "MiniStack ignores the exclusions of a repository's immutable tags": (
        f"{GONE}[ministack-ecr_repository-movable_tags]",
    ),
}
GAPS = {test: reason for reason, tests in BY_REASON.items() for test in tests}
