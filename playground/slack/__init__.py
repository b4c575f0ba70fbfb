"""A pretend Slack workspace on one port: Web API, events, interactivity, Socket Mode, and people to play."""
