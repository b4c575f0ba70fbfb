"""Webhooks and their delivery logs on the wire; a secret shows as stars."""

import json
from typing import Any
from urllib.parse import parse_qs

from playground.github.links import Links
from playground.github.records import Delivery, Hook, Repository

HIDDEN_SECRET = "********"


def config(hook: Hook) -> dict[str, Any]:
    """`webhook-config`."""
    shape = {"content_type": hook.content_type, "insecure_ssl": hook.insecure_ssl, "url": hook.url}
    return shape | ({"secret": HIDDEN_SECRET} if hook.secret else {})


def hook(links: Links, repository: Repository, record: Hook) -> dict[str, Any]:
    """`hook`."""
    url = f"{links.repository(repository)}/hooks/{record.id}"
    code, status, message = record.last_response
    return {
        "type": "Repository",
        "id": record.id,
        "name": "web",
        "active": record.is_active,
        "events": record.events,
        "config": config(record),
        "updated_at": record.updated_at,
        "created_at": record.created_at,
        "url": url,
        "test_url": f"{url}/test",
        "ping_url": f"{url}/pings",
        "deliveries_url": f"{url}/deliveries",
        "last_response": {"code": code, "status": status, "message": message},
    }


def delivery_item(record: Delivery) -> dict[str, Any]:
    """`hook-delivery-item`."""
    return {
        "id": record.id,
        "guid": record.guid,
        "delivered_at": record.delivered_at,
        "redelivery": record.is_redelivery,
        "duration": record.duration_seconds,
        "status": record.status,
        "status_code": record.status_code,
        "event": record.event,
        "action": record.action,
        "installation_id": None,
        "repository_id": record.repository_id,
        "throttled_at": None,
    }


def delivery(record: Delivery, url: str) -> dict[str, Any]:
    """`hook-delivery`: with what was sent and answered."""
    fields = parse_qs(record.body.decode()) if record.body.startswith(b"payload=") else {}
    payload = json.loads(fields["payload"][0] if fields else record.body)
    request = {"headers": record.request_headers, "payload": payload}
    response = {"headers": record.response_headers, "payload": record.response_body}
    return delivery_item(record) | {"url": url, "request": request, "response": response}
