"""Reviews of pull requests.

docs.github.com/rest/pulls/reviews
"""

from typing import Any

from aiohttp import web

from playground.github.actions import reviews as actions
from playground.github.actions.reviews import Verdict
from playground.github.calls import Call, optional_text
from playground.github.endpoints.pulls import find_pull
from playground.github.endpoints.review_comments import read_remark
from playground.github.failures import VALIDATION_FAILED, ApiFailure, invalid, not_found
from playground.github.records import Pull, Review
from playground.github.replies import answer, page
from playground.github.shapes.pulls import review as shape
from playground.github.shapes.pulls import review_comment as comment_shape

RESOURCE = "PullRequestReview"
STATES = {"COMMENT": "COMMENTED", "APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED"}
OWN_APPROVAL = "Can not approve your own pull request"
OWN_CHANGES = "Can not request changes on your own pull request"


def _find_review(call: Call) -> Review:
    number = call.number("review_id")
    found = next((review for review in find_pull(call).reviews if review.id == number), None)
    if found is None:
        raise not_found()
    return found


async def list_reviews(call: Call) -> web.Response:
    """`GET .../pulls/{number}/reviews`: oldest first."""
    return page(call, find_pull(call).reviews, lambda review: shape(call.world.links, review))


async def get_review(call: Call) -> web.Response:
    """`GET .../pulls/{number}/reviews/{review_id}`."""
    return answer(call, shape(call.world.links, _find_review(call)))


async def list_comments(call: Call) -> web.Response:
    """`GET .../pulls/{number}/reviews/{review_id}/comments`."""
    review = _find_review(call)
    found = [comment for comment in review.pull.review_comments if comment.review is review]
    return page(call, found, lambda comment: comment_shape(call.world.links, comment))


async def create_review(call: Call) -> web.Response:
    """`POST .../pulls/{number}/reviews`: submitted at once (this server keeps no pending drafts)."""
    pull, data = find_pull(call), await call.json()
    verdict = await _read_verdict(call, pull, data)
    _refuse_own(call, pull, verdict.state)
    review = actions.submit(call.world, call.person, pull, verdict)
    return answer(call, shape(call.world.links, review))


async def _read_verdict(call: Call, pull: Pull, data: dict[str, Any]) -> Verdict:
    event, body = data.get("event", "COMMENT"), optional_text(data, "body", RESOURCE) or ""
    remarks = [read_remark(item) for item in data.get("comments") or [] if isinstance(item, dict)]
    if event not in STATES:
        raise invalid(RESOURCE, "event")
    if event != "APPROVE" and not body and not (remarks and event == "COMMENT"):
        raise invalid(RESOURCE, "body", "missing_field")
    places = [await actions.place(call.world, pull, remark) for remark in remarks]
    commit = str(data.get("commit_id") or pull.head_sha)
    return Verdict(STATES[event], body, commit, list(zip(remarks, places, strict=True)))


def _refuse_own(call: Call, pull: Pull, state: str) -> None:
    if pull.issue.user is call.person and state != "COMMENTED":
        raise ApiFailure(422, VALIDATION_FAILED, [OWN_APPROVAL if state == "APPROVED" else OWN_CHANGES])
