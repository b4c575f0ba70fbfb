"""How records look on the wire: each function turns a record into an object of GitHub's REST description."""
