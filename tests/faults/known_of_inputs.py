"""What is given to us, and where we write."""

from tests.faults.known import Known

OF_INPUTS = (
    Known(
        "a disk without room, a home that can't be written",
        "what needs no file goes on, the rest says what is wrong",
        {
            "system/test_scripts_disk.py": (
                "test_what_needs_no_file_goes_on_without_room_and_without_a_home",
                "test_what_needs_a_file_says_that_there_is_no_room",
                "test_a_full_disk_under_the_output_is_named_and_the_work_comes_to_its_end",
            ),
        },
    ),
    Known(
        "links and drafts that somebody has planted where we write",
        "never written through; private files are 0600",
        {
            "unit/trust/test_files.py": (
                "test_a_private_file_replaces_a_link_and_is_its_owners_alone",
                "test_a_draft_that_somebody_has_planted_is_not_written_through",
                "test_log_and_locks_of_the_sandbox_are_no_links",
            ),
        },
    ),
    Known(
        "secrets in the shell, in a kubeconfig, in the overlay, in the cluster",
        "in no output, plan, log or trace",
        {
            "system/test_secrets_stay.py": (
                "test_a_secret_of_the_overlay_is_made_changed_and_mended_and_never_told",
                "test_the_token_of_a_kubeconfig_is_not_told_when_it_is_refused",
            ),
            "system/test_scripts_output.py": ("test_debug_tells_what_was_sent_and_no_secret",),
        },
    ),
    Known(
        "what terminals act on, in names, policies, annotations and errors",
        "shown as what it is, in every output of every command",
        {
            "system/test_escapes.py": (
                "test_what_somebody_has_written_into_the_clouds_is_shown_as_what_it_is",
                "test_what_an_api_answers_is_shown_as_what_it_is",
            ),
            "unit/report/test_plan_lines.py": ("test_what_a_terminal_would_act_on_is_escaped",),
        },
    ),
    Known(
        "bytes of any sort where a parser of ours reads",
        "read, or refused in words",
        {
            "unit/sandbox/test_sandbox_fuzz.py": (
                "test_no_request_is_a_fault_of_the_sandbox",
                "test_a_selector_is_read_or_refused",
                "test_no_text_is_an_eks_token",
                "test_a_json_patch_is_done_or_refused",
            ),
            "unit/kube/test_managed_fuzz.py": (
                "test_entries_may_lack_anything",
                "test_a_reference_is_an_image_of_ours_or_none",
            ),
            "unit/kube/test_kubeconfig.py": ("test_no_bytes_are_a_fault_of_ours",),
            "unit/settings/test_settings_load.py": ("test_no_file_makes_anything_else",),
            "unit/settings/test_settings_parse.py": ("test_every_text_is_read_or_refused",),
            "unit/engine/test_plan_json.py": ("test_a_character_put_elsewhere_is_refused_or_changes_the_plan",),
            "unit/aws/test_strays.py": ("test_no_text_is_too_odd_for_an_arn",),
            "unit/trust/test_parsers.py": (
                "test_an_answer_of_no_success_is_told",
                "test_an_answer_is_an_object_or_no_answer_at_all",
                "test_a_note_of_kubectl_is_an_object_or_none",
                "test_a_manifest_of_an_image_says_processors_or_nothing",
                "test_what_makes_no_sense_is_refused_in_words",
            ),
        },
    ),
    Known(
        "packages that are not what was locked, files that bring code along",
        "installed by hash only; nothing unsafe is read",
        {
            "unit/trust/test_locked.py": (
                "test_every_requirement_has_its_version_and_hashes",
                "test_nothing_is_read_that_could_bring_code_along",
            ),
        },
    ),
)
