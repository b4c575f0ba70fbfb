"""The Web API's methods, one function each. docs.slack.dev/reference/methods"""
