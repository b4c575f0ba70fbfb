"""The rules of block elements. docs.slack.dev/reference/block-kit/block-elements"""

from __future__ import annotations

from playground.slack.kit.rules import (
    PLAIN,
    Rule,
    anything,
    boolean,
    both,
    exactly_one,
    integer,
    items,
    one_of,
    string,
    text,
    thing,
    typed,
)

ACTION_ID = string(255, 1)
STYLE = one_of("primary", "danger")
CONFIRM = thing(
    {"title": text(100, PLAIN), "text": text(300), "confirm": text(30, PLAIN), "deny": text(30, PLAIN)},
    {"style": STYLE},
)
# docs.slack.dev/reference/block-kit/composition-objects/option-object: selects take plain text only
OPTION = thing(
    {"text": text(75, PLAIN), "value": string(150, 1)}, {"description": text(75, PLAIN), "url": string(3000)}
)
RICH_OPTION = thing({"text": text(75), "value": string(150, 1)}, {"description": text(75)})
GROUP = thing({"label": text(75, PLAIN), "options": items(100, OPTION, 1)})
CHOICES = {"options": items(100, OPTION, 1), "option_groups": items(100, GROUP, 1)}
COMMON = {"action_id": ACTION_ID, "confirm": CONFIRM, "focus_on_load": boolean}
SELECT = COMMON | {"placeholder": text(150, PLAIN)}
MULTI = SELECT | {"max_selected_items": integer}
BUTTON = thing(
    {"text": text(75, PLAIN)},
    {
        "action_id": ACTION_ID,
        "url": string(3000),
        "value": string(2000),
        "style": STYLE,
        "confirm": CONFIRM,
        "accessibility_label": string(75),
    },
)
IMAGE = both(
    thing({"alt_text": string(2000)}, {"image_url": string(3000), "slack_file": anything}),
    exactly_one("image_url", "slack_file"),
)
DISPATCH = thing({"trigger_actions_on": items(2, one_of("on_enter_pressed", "on_character_entered"), 1)})
INPUT = COMMON | {"placeholder": text(150, PLAIN), "dispatch_action_config": DISPATCH}


def _select(**more: Rule) -> Rule:
    return thing({}, SELECT | more)


def _multi(**more: Rule) -> Rule:
    return thing({}, MULTI | more)


SELECTS: dict[str, Rule] = {
    "static_select": both(_select(**CHOICES, initial_option=OPTION), exactly_one("options", "option_groups")),
    "external_select": _select(min_query_length=integer, initial_option=OPTION),
    "users_select": _select(initial_user=string(30)),
    "conversations_select": _select(
        initial_conversation=string(30),
        default_to_current_conversation=boolean,
        response_url_enabled=boolean,
        filter=anything,
    ),
    "channels_select": _select(initial_channel=string(30), response_url_enabled=boolean),
    "multi_static_select": both(
        _multi(**CHOICES, initial_options=items(100, OPTION)), exactly_one("options", "option_groups")
    ),
    "multi_external_select": _multi(min_query_length=integer, initial_options=items(100, OPTION)),
    "multi_users_select": _multi(initial_users=anything),
    "multi_conversations_select": _multi(initial_conversations=anything, filter=anything),
    "multi_channels_select": _multi(initial_channels=anything),
}
CHOOSERS: dict[str, Rule] = {
    "checkboxes": thing(
        {"options": items(10, RICH_OPTION, 1)}, COMMON | {"initial_options": items(10, RICH_OPTION, 1)}
    ),
    "radio_buttons": thing({"options": items(10, RICH_OPTION, 1)}, COMMON | {"initial_option": RICH_OPTION}),
    "datepicker": thing({}, INPUT | {"initial_date": string(10, 10)}),
    "timepicker": thing({}, INPUT | {"initial_time": string(5, 5), "timezone": string(100)}),
}
INTERACTIVE: dict[str, Rule] = (
    SELECTS
    | CHOOSERS
    | {
        "button": BUTTON,
        "overflow": thing({"options": items(5, OPTION, 1)}, {"action_id": ACTION_ID, "confirm": CONFIRM}),
        "workflow_button": anything,
    }
)
INPUTS: dict[str, Rule] = (
    SELECTS
    | CHOOSERS
    | {
        "plain_text_input": thing(
            {},
            INPUT
            | {
                "initial_value": string(3000),
                "multiline": boolean,
                "min_length": integer,
                "max_length": integer,
            },
        ),
        "email_text_input": thing({}, INPUT | {"initial_value": string()}),
        "url_text_input": thing({}, INPUT | {"initial_value": string()}),
        "number_input": anything,
        "rich_text_input": anything,
        "file_input": anything,
        "datetimepicker": anything,
    }
)
ACCESSORY = typed(INTERACTIVE | {"image": IMAGE})
IN_ACTIONS = typed(INTERACTIVE | {"rich_text_input": anything})
IN_CONTEXT = typed({"image": IMAGE, "plain_text": text(3000), "mrkdwn": text(3000)})
IN_INPUT = typed(INPUTS)
SUGGESTIONS = both(
    thing({}, {"options": items(100, OPTION), "option_groups": items(100, GROUP)}),
    exactly_one("options", "option_groups"),
)
