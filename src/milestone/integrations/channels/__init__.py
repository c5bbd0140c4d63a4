"""Where people are told what happened: base.py and one file per way of sending. `SENDERS` names them."""

SENDERS = {"apprise": "milestone.integrations.channels.apprise:Apprise"}
