"""Mirrors, trees and agent homes on this host, all touched through `adapters/git.py` and nothing else.

DATA/repos/<host>/<owner>/<repo>.git   bare mirror, fetched incrementally under a lock that holds across processes
DATA/work/<job>-<attempt>/tree         the agent's plain tree, with a throw-away `.git` of its own
DATA/work/<job>-<attempt>/git          our GIT_DIR for it: own index, own refs, objects borrowed from the mirror
DATA/work/<job>-<attempt>/attachments  files that came with the request, for the agent to read
DATA/work/<job>-<attempt>/lock         held while the job uses the folder, so that a sweep knows
DATA/homes/<key>                       the agent's home, one a conversation
"""
