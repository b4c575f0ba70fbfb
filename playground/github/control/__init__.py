"""The control door `/_playground`, JSON in and out: what no REST has, for tests, demos and people.

Everything a person does on the real site goes through REST with that person's token.
"""
