"""Headers for a delivery sent by hand: `python -m playground.sign BODY-FILE | curl -H @- --data-binary @BODY-FILE URL`.

The secret is read from a file, so that it is in nobody's argument list. When a playground keeps that file, it is shown
the body first: on GitHub a comment is there before its delivery is.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import hmac
import json
import sys
import uuid
from pathlib import Path

import httpx

SECRET_FILE = Path("data/playground/webhook-secret")
UNREADABLE = "reading {path}: {why}{hint}\n"
START = "; `make run` makes it, or name another with --secret-file"
READY = "ready.json"  # beside the secret of a playground
SAID_SECONDS = 5.0
EMPTY = "reading {path}: there is no secret in it\n"


def headers(body: bytes, secret: bytes, event: str) -> dict[str, str]:
    """As GitHub sends them. https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers"""
    return {
        "Content-Type": "application/json",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": str(uuid.uuid4()),
        "X-Hub-Signature-256": f"sha256={hmac.new(secret, body, hashlib.sha256).hexdigest()}",
    }


def have_said(body: bytes, ready: Path) -> None:
    """Have the playground of `ready` hold the comment that `body` is about; nothing without one, or when it cannot."""
    with contextlib.suppress(OSError, ValueError, KeyError, httpx.HTTPError):
        url = json.loads(ready.read_bytes())["control_url"] + "/said"
        httpx.post(url, content=body, headers={"Content-Type": "application/json"}, timeout=SAID_SECONDS)


def main() -> int:
    """Print one header a line. 0; or 2 with one line that says which file cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m playground.sign", description=__doc__)
    parser.add_argument("body", type=Path, help="file with the exact bytes that will be sent")
    parser.add_argument("--event", default="issue_comment", help="the event's name (default: issue_comment)")
    parser.add_argument("--secret-file", type=Path, default=SECRET_FILE, help=f"default: {SECRET_FILE}")
    args = parser.parse_args()
    try:
        body = args.body.read_bytes()
        secret = args.secret_file.read_bytes().strip()
    except OSError as error:
        hint = START if error.filename == str(args.secret_file) else ""
        parser.exit(2, UNREADABLE.format(path=error.filename, why=error.strerror, hint=hint))
    if not secret:
        parser.exit(2, EMPTY.format(path=args.secret_file))
    if args.event == "issue_comment":
        have_said(body, args.secret_file.with_name(READY))
    for name, value in headers(body, secret, args.event).items():
        sys.stdout.write(f"{name}: {value}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
