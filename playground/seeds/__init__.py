"""The play that every pretend platform stages: people, and small repositories with a bug and a failing test."""
