"""What a Kubernetes API server and what runs in a cluster do to a run."""

from tests.faults.known import NETWORK, OBJECTS, TROUBLE, Known

OF_THE_CLUSTER = (
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
        "a kubeconfig that is broken, a plugin that gives no credentials",
        "told as that, without what is secret in the file",
        {
            "unit/kube/test_kubeconfig.py": (
                "test_what_is_wrong_with_it_is_told",
                "test_a_plugin_that_gives_no_credentials_is_told_with_what_it_says",
                "test_whatever_is_bent_in_it_nothing_but_an_error_for_people_comes_of_it",
            ),
        },
    ),
)
