"""What AWS does to a call, and to what was made by it."""

from tests.faults.known import AWS, BAD, CALLS, KINDS, MIXED, NETWORK, PAGES, POLICIES, SOON, Known

OF_AWS = (
    Known(
        "throttle storms and 500/503",
        "jittered back-off to a deadline, then a named error",
        {
            CALLS: (
                "test_a_storm_of_a_minute_is_sat_out",
                "test_faults_of_the_service_in_reads_and_writes_are_overcome",
                "test_what_does_not_end_is_told_with_the_call_and_how_often",
            )
        },
    ),
    Known(
        "30 % of all calls throttled",
        "done, with at most twice the calls",
        {
            CALLS: ("test_with_a_third_of_all_calls_throttled_nothing_costs_more_than_twice_the_calls",),
            MIXED: ("test_a_storm_of_429_from_a_real_api_server_costs_less_than_twice_the_calls",),
            "crash/test_faults_mixed.py": (
                "test_with_a_third_of_all_calls_throttled_all_is_done_at_once_and_for_at_most_twice_the_calls",
            ),
        },
    ),
    Known(
        "time-out after CreateTable or CreatePolicyVersion has worked; any write lost before or after its work",
        "read again and converge, no duplicate",
        {
            CALLS: (
                "test_a_table_and_a_version_whose_answer_was_lost_are_made_once",
                "test_a_teardown_of_which_writes_are_lost_ends_with_nothing_left",
            ),
            KINDS: ("test_with_the_first_of_each_write_lost_everything_is_done_and_nothing_twice",),
            NETWORK: ("test_writes_that_are_lost_on_their_way_are_made_once",),
        },
    ),
    Known(
        "a role invisible for 90 s, an invalid principal for 60 s",
        "tried for up to two minutes; for good: the exact cause",
        {
            SOON: (
                "test_a_role_that_nobody_sees_for_90_seconds_is_made_once",
                "test_an_invalid_principal_is_tried_for_two_minutes",
                "test_a_principal_that_stays_invalid_is_the_cause_that_is_told",
            )
        },
    ),
    Known(
        "S3 reads that are stale after a put, a policy that is lost, tables and repositories that show late",
        "two stable reads; put once more; nothing made twice",
        {
            SOON: (
                "test_stale_reads_of_a_bucket_make_no_write_twice",
                "test_a_bucket_policy_that_was_lost_is_put_once_more",
                "test_a_bucket_that_is_not_known_everywhere_yet_is_tried_again",
                "test_what_was_created_may_show_late",
            )
        },
    ),
    Known(
        "OperationAborted, LimitExceeded 'simultaneously', ResourceInUse, ConcurrentModification, DeleteConflict",
        "tried again; a hard quota is told at once",
        {AWS: ("test_what_is_in_use_by_another_call_is_tried_again", "test_a_quota_is_told_at_once")},
    ),
    Known(
        "tables and indexes that stay CREATING or UPDATING, backups that are being enabled",
        "waited for, one change at a time",
        {AWS: ("test_a_table_and_indexes_that_take_their_time_are_waited_for",)},
    ),
    Known(
        "an index that somebody else adds at the same time",
        "wait, look again, do what is left",
        {AWS: ("test_an_index_that_somebody_else_is_adding_is_waited_for_and_not_added_twice",)},
    ),
    Known(
        "drift by hand on each field",
        "exactly one write, then none",
        {KINDS: ("test_changed_by_hand",), "contract/test_kube_kinds.py": ("test_changed_by_hand",)},
    ),
    Known(
        "five policy versions with a default in their middle, a foreign default version",
        "the default is never deleted; repaired",
        {
            KINDS: ("test_changed_by_hand",),
            POLICIES: ("test_removal_detaches_our_own_roles_and_never_deletes_the_default_version",),
            PAGES: ("test_lists_that_come_one_by_one_are_read_to_their_end",),
        },
    ),
    Known(
        "AccessDenied on a read",
        "the exact action is told; never taken for absence",
        {AWS: ("test_a_denied_read_is_never_absence_and_names_the_action",)},
    ),
    Known(
        "AccessDenied in the middle",
        "that branch stops; what is done and not done is listed",
        {AWS: ("test_a_denial_in_the_middle_stops_its_branch_and_the_result_lists_all",)},
    ),
    Known(
        "another key schema or encryption",
        "refused, nothing is deleted",
        {
            BAD: ("test_a_table_with_another_key_schema",),
            "unit/aws/test_dynamodb_phases.py": ("test_refusals_name_both_values_and_the_way_out",),
        },
    ),
    Known(
        "DeleteObjects that leaves some: Object Lock, denials, passing errors",
        "foretold where it can be, all else goes, what stays is told with its reason, no success",
        {
            AWS: (
                "test_what_object_lock_holds_is_foretold_and_told_and_all_else_goes",
                "test_what_stays_is_told_with_what_would_hold_it_even_so",
            ),
            "unit/aws/test_s3_emptying.py": (
                "test_what_cannot_be_deleted_is_passed_by_and_all_of_it_is_told",
                "test_a_passing_error_of_one_object_is_tried_again",
            ),
        },
    ),
    Known(
        "deletion protection on teardown",
        "kept and said, unless data is to be deleted",
        {"system/test_scripts_life.py": ("test_a_teardown_asks_and_keeps_what_may_hold_data",)},
    ),
    Known(
        "two pages on every list",
        "nothing is missed",
        {
            PAGES: (
                "test_lists_that_come_one_by_one_are_read_to_their_end",
                "test_all_pages_of_a_bucket_are_emptied",
                "test_whatever_aws_gives_in_pages_is_asked_for_in_all_pages",
            )
        },
    ),
)
