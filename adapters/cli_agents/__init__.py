"""Agents that are command lines, and the streams they print."""
