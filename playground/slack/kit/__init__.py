"""Block Kit as Slack judges it: the documented limits, and slack_sdk's models as a second opinion."""
