"""What happens in the workspace, whoever does it: the Web API, a response URL or a person."""
