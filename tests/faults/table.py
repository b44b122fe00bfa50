"""Every fault that we know of, what must happen, and the tests that inject it and hold that: to be read line by line.

A test of the tests sees that they are there.
"""

from attrs import frozen

CALLS, SOON, AWS = (f"contract/test_faults_{part}.py" for part in ("calls", "propagation", "aws"))
PAGES, MIXED = (f"contract/test_faults_{part}.py" for part in ("pages", "mixed"))
NETWORK, KEYS, PROXIES = (f"system/test_faults_{part}.py" for part in ("network", "credentials", "proxies"))
BAD, KILL, CRASH = "system/test_scripts_bad_input.py", "system/test_scripts_kill.py", "crash/test_crash_points.py"
KINDS, OBJECTS, TROUBLE = (f"contract/test_{part}.py" for part in ("aws_kinds", "objects_real", "objects_faults"))
POLICIES = "unit/aws/test_iam_policy.py"


@frozen
class Known:
    """A fault, what must happen, and the tests: a file below ``tests`` and the names in it."""

    fault: str
    must: str
    tests: dict[str, tuple[str, ...]]


FAULTS = (
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
        "two provisioners at once",
        "both succeed",
        {KINDS: ("test_a_step_done_twice_does_no_harm",)},
    ),
    Known(
        "an index that somebody else adds at the same time",
        "wait, look again, do what is left",
        {AWS: ("test_an_index_that_somebody_else_is_adding_is_waited_for_and_not_added_twice",)},
    ),
    Known(
        "credentials or an EKS token that end in mid-run",
        "renewed (of the same account only), else stopped so that the next run goes on",
        {
            KEYS: (
                "test_whoever_has_logged_in_again_meanwhile_is_not_stopped",
                "test_credentials_that_end_for_good_leave_what_stands_and_the_next_run_goes_on",
                "test_credentials_of_another_account_are_not_used",
            ),
            TROUBLE: ("test_a_token_that_ends_in_mid_run_is_renewed_once",),
            "unit/kube/test_token.py": ("test_a_token_is_not_kept_beyond_the_credentials",),
        },
    ),
    Known(
        "a teardown that is half done",
        "the next run finishes it",
        {
            AWS: ("test_a_half_done_teardown_is_finished_by_the_next",),
            KILL: ("test_a_killed_teardown_is_finished_by_the_next",),
            CRASH: ("test_what_was_stopped_anywhere_is_finished_by_the_next_run",),
        },
    ),
    Known(
        "a bucket of another account, a resource without marks",
        "refused; adopted only when told",
        {
            BAD: ("test_a_bucket_of_somebody_else", "test_what_carries_no_mark_is_adopted_only_when_told"),
            KINDS: ("test_one_without_marks_is_adopted_only_when_told",),
            AWS: ("test_a_name_that_is_taken_elsewhere_is_told_in_two_minutes",),
        },
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
        "Ctrl-C",
        "no rollback, what stands is said, the next run converges",
        {
            KILL: (
                "test_an_interrupted_provision_says_what_stands",
                "test_an_interrupted_teardown_is_finished_by_the_next",
            )
        },
    ),
    Known(
        "DNS failure",
        "bounded, names the host",
        {
            BAD: ("test_nobody_is_waited_for_endlessly",),
            CALLS: ("test_what_does_not_end_is_told_with_the_call_and_how_often",),
            PROXIES: ("test_a_cluster_that_no_proxy_names_is_reached_directly",),
        },
    ),
    Known(
        "wrong account, region or cluster",
        "no write at all",
        {
            BAD: ("test_what_the_cloud_shows_to_be_wrong",),
            "system/test_scripts_emulators.py": ("test_a_context_of_another_cluster_is_refused",),
        },
    ),
    Known(
        "clock skew (RequestTimeTooSkewed, SignatureDoesNotMatch)",
        "the clock is named, and by how much it is wrong",
        {
            KEYS: ("test_a_wrong_clock_is_told_as_that",),
            "unit/aws/test_skew.py": (
                "test_the_clock_is_told_with_its_error",
                "test_a_clock_that_is_not_at_fault_is_not_blamed",
            ),
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
        "a cluster that can't be reached when planning, or is lost in mid-run",
        "no write at all; what AWS has is kept; an exit code of its own",
        {
            NETWORK: (
                "test_a_cluster_that_does_not_answer_is_named_and_nothing_is_written",
                "test_a_cluster_lost_in_mid_run_leaves_what_aws_has_and_has_its_own_code",
            ),
            TROUBLE: ("test_an_api_server_that_restarts_in_mid_run_is_waited_for",),
        },
    ),
    Known(
        "a CRD or an API version that is missing",
        "fails in the plan, before any write",
        {OBJECTS: ("test_a_kind_that_nobody_brought_is_refused_before_anything_is_written",)},
    ),
    Known(
        "a webhook that denies; a webhook that is down",
        "not tried again; tried again and named",
        {
            TROUBLE: (
                "test_a_webhook_that_denies_is_quoted_and_asked_once",
                "test_a_webhook_that_is_down_is_waited_for_a_while_and_named",
            )
        },
    ),
    Known(
        "a finalizer that is stuck",
        "a time-out that names it",
        {
            TROUBLE: (
                "test_an_object_that_cannot_go_says_what_holds_it",
                "test_a_namespace_that_cannot_go_names_the_object_and_what_holds_it",
            )
        },
    ),
    Known(
        "a conflict of server-side apply",
        "told field by field, with whom",
        {
            OBJECTS: ("test_what_others_changed_is_shown_with_their_name_and_mended",),
            "contract/test_kube_kinds.py": ("test_a_contested_field_is_taken_back_and_said_from_whom",),
        },
    ),
    Known(
        "ImagePullBackOff",
        "fails by the progress deadline, with the pod's reason",
        {"system/test_rollout_real.py": ("test_an_image_that_was_pulled_by_nobody_is_missed_in_the_registry",)},
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
    Known(
        "a corrupt discovery cache",
        "does not matter: none is used",
        {"unit/faults/test_discovery.py": ("test_no_file_that_others_can_write_is_read_to_find_an_api",)},
    ),
    Known(
        "packets swallowed, connections that die in mid-answer or at random, answers in drops, a slow API",
        "ends within its deadline, names the host",
        {
            NETWORK: (
                "test_an_aws_that_does_not_answer_is_named_and_nothing_is_written",
                "test_connections_that_die_at_random_stop_nothing",
                "test_an_answer_in_drops_is_given_up_and_asked_for_again",
                "test_a_slow_api_is_no_fault",
                "test_a_page_to_log_in_from_a_network_is_not_taken_for_an_answer",
            )
        },
    ),
    Known(
        "proxies, and a company's certificate authority",
        "HTTPS_PROXY and NO_PROXY count for both APIs, AWS_CA_BUNDLE for AWS alone",
        {
            PROXIES: (
                "test_both_apis_are_reached_through_the_proxy_and_each_is_trusted_by_its_own_authority",
                "test_the_bundle_does_not_count_for_the_cluster",
                "test_what_no_proxy_names_is_reached_directly",
                "test_a_proxy_that_is_not_there_is_named",
            )
        },
    ),
    Known(
        "all of them at random",
        "what stands in the end is what stands without any fault",
        {
            "crash/test_faults_mixed.py": ("test_whatever_comes_in_between_the_end_is_the_same",),
            MIXED: (
                "test_one_of_each_kind_is_made_and_removed_whatever_comes_in_between",
                "test_objects_are_applied_to_a_real_api_server_whatever_comes_in_between",
            ),
        },
    ),
)
