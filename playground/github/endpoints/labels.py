"""The labels of a repository."""

from aiohttp import web

from playground.github.calls import Call, optional_text, text
from playground.github.failures import invalid, not_found
from playground.github.records import Label
from playground.github.replies import answer, created, nothing, page
from playground.github.shapes.issues import label as shape


def _find(call: Call) -> Label:
    label = call.repository.labels.get(call.path("name").lower())
    if label is None:
        raise not_found()
    return label


async def list_labels(call: Call) -> web.Response:
    """`GET .../labels`."""
    labels = list(call.repository.labels.values())
    return page(call, labels, lambda label: shape(call.world.links, call.repository, label))


async def get_label(call: Call) -> web.Response:
    """`GET .../labels/{name}`."""
    return answer(call, shape(call.world.links, call.repository, _find(call)))


async def create_label(call: Call) -> web.Response:
    """`POST .../labels`."""
    data = await call.json()
    name = text(data, "name", "Label")
    if name.lower() in call.repository.labels:
        raise invalid("Label", "name", "already_exists")
    color = str(data.get("color") or "ededed").lstrip("#")
    label = call.world.store.add_label(
        call.repository, name, color, optional_text(data, "description", "Label")
    )
    return created(call, shape(call.world.links, call.repository, label))


async def delete_label(call: Call) -> web.Response:
    """`DELETE .../labels/{name}`: off every issue too."""
    label = _find(call)
    del call.repository.labels[label.name.lower()]
    for issue in call.repository.issues.values():
        issue.labels = [kept for kept in issue.labels if kept is not label]
    return nothing()
