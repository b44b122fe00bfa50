"""What happens to a whole run: others beside it, its credentials, its clock, its network, its end."""

from tests.faults.known import AWS, BAD, CALLS, CRASH, KEYS, KILL, KINDS, LOGIN, MIXED, NETWORK, PROXIES, TROUBLE, Known

OF_RUNS = (
    Known(
        "two runs at once: two provisioners, two teardowns, a provision beside a teardown",
        "both of a kind succeed; each tells the truth, and one more run of either reaches its end",
        {
            KINDS: ("test_a_step_done_twice_does_no_harm",),
            AWS: ("test_a_table_that_is_made_again_while_it_is_removed_is_removed_again_and_not_waited_for",),
            TROUBLE: ("test_what_is_made_again_while_it_is_removed_is_removed_again_and_not_waited_for",),
            "crash/test_two_at_once.py": (
                "test_two_of_a_kind_both_end_well",
                "test_provision_beside_teardown_tells_the_truth_and_one_more_run_settles_it",
            ),
            "system/test_two_at_once.py": (
                "test_on_a_real_api_server_both_end_well_and_one_more_run_settles_what_came_between",
                "test_two_provisions_and_two_teardowns_both_end_well",
                "test_provision_beside_teardown_says_what_came_between_and_one_more_run_settles_it",
            ),
            "unit/aws/test_iam_policy_changing.py": (
                "test_a_policy_that_goes_while_it_is_read_is_gone",
                "test_a_default_version_that_shows_late_is_looked_at_again",
            ),
        },
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
            LOGIN: (
                "test_a_login_that_ends_is_told_with_what_to_do_and_the_next_run_goes_on",
                "test_whoever_logs_in_again_in_another_terminal_is_not_stopped",
                "test_a_login_that_can_be_renewed_is_renewed",
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
        "something that others attach to or mark as theirs in the middle of its removal",
        "kept, and told as kept with the reason",
        {
            AWS: ("test_a_policy_that_somebody_attaches_while_it_is_removed_is_told_as_kept",),
            "unit/engine/test_carry_out.py": (
                "test_what_somebody_else_has_taken_in_the_middle_of_its_removal_is_not_told_as_deleted",
            ),
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
            "unit/kube/test_kube_transport.py": ("test_a_clock_that_is_wrong_is_told_to_whom_the_cluster_turns_down",),
            "unit/aws/test_skew.py": (
                "test_the_clock_is_told_with_its_error",
                "test_a_clock_that_is_not_at_fault_is_not_blamed",
            ),
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
            "system/test_faults_connect.py": (
                "test_an_aws_that_takes_no_connection_is_named",
                "test_a_cluster_that_takes_no_connection_is_named_and_nothing_is_written",
            ),
            NETWORK: (
                "test_an_aws_that_does_not_answer_is_named_and_nothing_is_written",
                "test_connections_that_die_at_random_stop_nothing",
                "test_an_answer_in_drops_is_given_up_and_asked_for_again",
                "test_a_slow_api_is_no_fault",
                "test_a_page_to_log_in_from_a_network_is_not_taken_for_an_answer",
            ),
            "system/test_faults_killed.py": (
                "test_scripts_whose_connections_are_killed_tell_the_truth_and_come_to_the_end",
            ),
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
                "test_a_proxy_that_is_not_there_is_named_without_its_password",
            )
        },
    ),
    Known(
        "a bundle of authorities that can't be read, a program without credentials, a code with no terminal",
        "told at once, with what to do",
        {
            "unit/aws/test_answers.py": (
                "test_a_bundle_that_cannot_be_read_is_told_at_once",
                "test_an_answer_without_a_reason_is_told_as_that",
            ),
            "unit/aws/test_connection.py": (
                "test_a_program_that_gives_no_credentials_is_told",
                "test_nobody_is_asked_for_a_code_where_there_is_no_terminal",
            ),
        },
    ),
    Known(
        "a kill before or after any call",
        "the next run ends as an undisturbed one",
        {
            CRASH: ("test_what_was_stopped_anywhere_is_finished_by_the_next_run",),
            "crash/test_lives_on_servers.py": (
                "test_what_is_stopped_on_ministack_is_finished_there",
                "test_what_is_stopped_on_a_real_api_server_is_finished_there",
            ),
            KILL: ("test_a_killed_provision_is_finished_by_the_next",),
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
