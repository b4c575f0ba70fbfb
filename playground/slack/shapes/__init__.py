"""The JSON of each kind of object, as Slack gives it."""
