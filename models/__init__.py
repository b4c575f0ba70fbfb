"""The nouns: frozen, comparable, round-tripping through JSON. They know nothing but each other."""
