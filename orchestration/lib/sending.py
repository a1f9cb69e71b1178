"""How a message leaves: by which way, and what is said when it does not."""

import requests

TIMEOUT_SECONDS = 10


def send(text: str, webhook: str | None) -> str | None:
    """Post a message; an unreachable receiver is told, never raised."""
    if not webhook:
        return None
    try:
        requests.post(webhook, json={"text": text}, timeout=TIMEOUT_SECONDS).raise_for_status()
    except requests.RequestException as error:
        return f"the alert could not be sent: {type(error).__name__}"
    return None
