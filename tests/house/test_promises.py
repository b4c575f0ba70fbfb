"""What Bellhop promises, and which tests prove it: whoever takes one of them away has to name another."""

from __future__ import annotations

import ast

import pytest

from tests.house.tree import ROOT

PROMISES = {
    "no addressed message goes unanswered, also on bad days": (
        "tests/e2e/test_answered.py::test_every_delivery_has_its_disposition_and_every_addressed_one_an_answer",
        "tests/e2e/test_golden.py::test_every_recorded_delivery_ends_as_reviewed",
        "tests/e2e/test_slack_recorded.py::test_every_delivery_has_its_disposition",
        "tests/e2e/test_slack_recorded.py::test_every_delivery_that_asks_us_something_is_answered",
        "tests/e2e/test_slack_recorded.py::test_with_no_redis_and_nobody_at_work_somebody_answers",
    ),
    "one job, every surface": (
        "tests/e2e/test_chat.py::test_one_job_from_both_sides",
        "tests/e2e/test_chat.py::test_what_was_asked_in_slack_is_stopped_on_github",
        "tests/e2e/test_slack_questions.py::test_a_job_of_the_forge_is_seen_and_stopped_from_here",
    ),
    "with the requester's rights, never the bot's": (
        "tests/bot/test_rights_matrix.py::test_on_a_forge",
        "tests/bot/test_rights_matrix.py::test_from_a_chat",
        "tests/e2e/test_rights.py::test_people_repositories_and_verbs",
        "tests/e2e/test_rights.py::test_another_name_changes_nothing_and_the_old_one_is_nobodys",
        "tests/e2e/test_slack_questions.py::test_another_name_changes_nothing",
    ),
    "in help exactly when not denied": (
        "tests/bot/test_rights_matrix.py::test_help_offers_what_is_done_or_answered_and_nothing_else",
        "tests/e2e/test_rights.py::test_people_repositories_and_verbs",
    ),
    "a cancel that cancels": (
        "tests/faults/test_cancel.py::test_an_agent_that_ignores_signals_is_stopped",
        "tests/faults/test_cancel.py::test_a_cancel_works_when_worker_and_horse_were_killed_just_before",
        "tests/faults/test_cancel.py::test_a_cancel_works_when_redis_was_restarted_in_between",
        "tests/faults/test_cancel.py::test_a_queued_job_that_is_cancelled_never_starts",
        "tests/faults/test_cancel_publishing.py::test_what_a_killed_worker_had_published_is_taken_back",
    ),
    "one card a job": (
        "tests/bot/test_courier.py::test_two_hundred_events_are_one_create_and_few_edits",
        "tests/faults/test_pace.py::test_two_hundred_events_in_twenty_seconds_are_one_comment_and_few_edits",
        "tests/e2e/test_chat.py::test_a_mention_is_seen_and_becomes_one_message_that_is_edited",
    ),
    "loop-proof": (
        "tests/e2e/test_verbs.py::test_nothing_that_was_said_makes_a_job_when_it_comes_back",
        "tests/e2e/test_chat.py::test_nothing_the_bot_says_makes_a_job_when_it_comes_back",
        "tests/adapters/platforms/slack/test_markup.py::test_what_we_say_is_never_obeyed_when_it_comes_back",
    ),
    "safe output": (
        "tests/bot/test_safety.py::test_no_mention_leaves_in_words",
        "tests/bot/test_safety.py::test_no_line_commands_anybody",
        "tests/bot/test_safety.py::test_no_keyword_closes_an_issue",
        "tests/bot/test_safety_html.py::test_nothing_is_loaded_and_no_html_is_left",
        "tests/adapters/platforms/slack/test_markup.py::test_nothing_an_agent_says_acts",
        "tests/adapters/platforms/slack/test_markup.py::test_no_secret_leaves",
        "tests/faults/test_secrets.py::test_a_secret_an_agent_prints_is_masked_in_card_and_pull_request",
    ),
    "dry replay": (
        "tests/handlers/cli/test_deliveries.py::test_a_dry_run_tells_the_plan_and_calls_nobody",
        "tests/e2e/test_tools.py::test_a_dry_replay_beside_the_playground_says_what_would_be_done",
    ),
    "an offline playground": (
        "tests/e2e/test_offline.py::test_the_demo_comes_off_without_a_network",
        "tests/e2e/test_offline.py::test_the_demo_asks_nobody_outside",
    ),
    "a visible queue": (
        "tests/bot/test_cards.py::test_the_place_in_line_names_the_nearest_before",
        "tests/bot/test_order.py::test_the_next_in_line_is_told_and_all_see_their_new_place",
        "tests/e2e/test_continuing.py::test_two_jobs_of_one_issue_stand_in_line",
        "tests/jobs/test_worker.py::test_the_next_in_line_starts_by_itself",
    ),
    "an audit from the delivery to the pull request": (
        "tests/bot/test_trail.py::test_a_request_is_followed_to_its_pull_request",
    ),
}
#: A chat, row by row: how it is asked, that it is seen, the card, what is told alone, what is known, how it is stopped.
CHAT = {
    "doors": (
        "tests/e2e/test_slack_column.py::test_a_cell",
        "tests/e2e/test_slack_column.py::test_slack_takes_no_command_in_a_thread_and_the_app_hears_of_none",
        "tests/e2e/test_chat_verbs.py::test_every_verb_is_answered_where_it_was_said",
        "tests/e2e/test_slack_questions.py::test_other_kinds_of_conversation_are_like_a_channel",
    ),
    "seen": ("tests/e2e/test_slack_column.py::test_what_was_written_is_seen",),
    "card": (
        "tests/e2e/test_chat.py::test_a_mention_is_seen_and_becomes_one_message_that_is_edited",
        "tests/faults/test_slack_faults.py::test_a_deleted_card_is_told_again_at_the_end",
    ),
    "private": (
        "tests/e2e/test_slack_questions.py::test_a_denial_is_told_alone",
        "tests/e2e/test_slack_questions.py::test_a_mistyped_verb_is_asked_back",
        "tests/e2e/test_slack_questions.py::test_which_repository_is_asked_alone_and_the_answer_is_what_goes_on",
        "tests/e2e/test_slack_questions.py::"
        "test_who_is_not_linked_is_asked_alone_at_every_door_and_all_of_it_goes_on_once",
        "tests/e2e/test_slack_questions.py::test_what_was_told_alone_is_told_again_by_why",
        "tests/faults/test_slack_faults.py::test_a_whisper_that_has_no_place_becomes_a_direct_message",
    ),
    "context": (
        "tests/e2e/test_chat.py::test_the_thread_is_told_to_the_agent_and_the_channels_chatter_is_not",
        "tests/e2e/test_attachments.py::test_a_file_sent_with_the_mention_reaches_the_agent",
    ),
    "stop": (
        "tests/e2e/test_chat.py::test_a_running_job_is_stopped_by_its_button",
        "tests/e2e/test_chat.py::test_a_running_job_is_stopped_by_words_and_only_by_who_may",
    ),
}
PROOFS = sorted({proof for proofs in (*PROMISES.values(), *CHAT.values()) for proof in proofs})


@pytest.mark.parametrize("proof", PROOFS)
def test_what_proves_it_is_there_and_runs(proof: str) -> None:
    path, _, name = proof.partition("::")
    found = [
        node
        for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name
    ]
    assert len(found) == 1, proof
    assert not [each for each in found[0].decorator_list if "skip" in ast.unparse(each)]
