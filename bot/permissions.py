"""One policy function: may this person run this verb here. Chat, buttons and API ask it alike.

Allowed means the verb's need, met by the *requester's* own right on that repository, read live. Bellhop's
right never counts.
"""

from __future__ import annotations

from models.identity import Decision, Role

NEEDS = "needs {needs} on {place}, you have {has}"
STRANGER = "needs {needs} on {place}, where you have no role"
OPEN = "open to everybody who can see this place"
HELD = "needs {needs}, has {has}"
JOBS_NEED = Role.WRITE  # to have the agent work, and still when it begins


def decide(needs: Role, role: Role, place: str) -> Decision:
    """The decision about somebody with `role` on `place`. Pure: whoever asks has fetched the role, just now."""
    if role >= needs:
        reason = HELD.format(needs=needs.label, has=role.label) if needs else OPEN
        return Decision(is_allowed=True, reason=reason, needs=needs, has=role)
    text = NEEDS if role else STRANGER
    return Decision(
        is_allowed=False,
        reason=text.format(needs=needs.label, place=place, has=role.label),
        needs=needs,
        has=role,
    )
