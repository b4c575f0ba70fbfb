"""REST endpoints: each reads a request, checks it in GitHub's order, lets an action happen, and shapes the answer."""
