"""Chat, mail and webhooks through Apprise: one address format for more than a hundred services."""

import logging
import re
from typing import Any

import apprise

from milestone.integrations.channels.base import Message, NotSent

# A plain web address takes what Slack's incoming webhooks take, as Mattermost, Rocket.Chat and others do.
AS_SLACK = "?:message=text&:title=&:type=&:version=&:attachments="
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)


class Apprise:
    """Sends to whatever Apprise knows: `slack://`, `discord://`, `msteams://`, `mailto://`, `json://`, …"""

    def check(self, address: str) -> None:
        """Let an address pass that Apprise knows."""
        _service(address)

    def send(self, address: str, message: Message) -> None:
        """Send; a plain `http(s)://` address gets `{"text": …}`."""
        text = f"{message.title}\n{message.text}".strip() if _is_plain(address) else message.text or message.title
        title = "" if _is_plain(address) or not message.text else message.title
        heard = _Heard()
        logger = logging.getLogger("apprise")
        logger.addHandler(heard)
        try:
            taken = _service(address).notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT)
        except Exception as fault:  # a service's own code: whatever it meets, the message did not arrive
            raise NotSent(_without_addresses(f"{type(fault).__name__}: {fault}")) from None
        finally:
            logger.removeHandler(heard)
        if not taken:
            raise NotSent(_without_addresses(heard.last) or "the service did not take it")


class _Heard(logging.Handler):
    """Keeps what the library last complained of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.last = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.last = record.getMessage()


def _service(address: str) -> Any:
    found = apprise.Apprise.instantiate(address, suppress_exceptions=True)
    if found is None and _is_plain(address):
        scheme, _, rest = address.partition("://")
        found = apprise.Apprise.instantiate(f"{'jsons' if scheme == 'https' else 'json'}://{rest}{AS_SLACK}")
    if found is None:
        raise NotSent("this is no address of a service Apprise knows")
    return found


def _is_plain(address: str) -> bool:
    known = address.startswith(("http://", "https://"))
    return known and apprise.Apprise.instantiate(address, suppress_exceptions=True) is None


def _without_addresses(text: str) -> str:
    return ADDRESS.sub("(address)", text)[:200]
