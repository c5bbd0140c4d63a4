"""The command lines a project's shared settings bring: executors, worktrees, CI."""

from collections.abc import Iterator
from typing import Any

from milestone.config.settings import Setting
from milestone.digests import sha256
from milestone.domain import tasks
from milestone.domain.commands import HARMLESS, Command, named, of_milestone
from milestone.domain.document import Document
from milestone.operations import means
from milestone.workspace.base import Workspace

SHARED = ("project", "local")  # layers that lie in the project's own folder
WORKTREES = ("worktree.dir", "worktree.setup", "worktree.copy", "worktree.link")
LAUNCHING = ("command", "args", "permissions")  # what of an executor decides what is started


def of_worktrees(workspace: Workspace) -> Iterator[Command]:
    """Yield what preparing worktrees would run, and where it would reach."""
    for key in WORKTREES:
        setting = workspace.settings.origin(key)
        if setting is not None and setting.source in SHARED:
            for text in _texts(setting.value):
                yield _command(setting, text if key == "worktree.setup" else f"{key}: {text}", (text,))


def of_executor(workspace: Workspace, name: str) -> Iterator[Command]:
    """Yield the command line of an executor, where the project's own settings decide it."""
    if name in means.ALWAYS:
        return
    found = means.entry(workspace, name)
    parts = tuple(text for key in LAUNCHING for text in _texts(found.get(key)))
    for key in (*(f"executors.{name}.{key}" for key in LAUNCHING), "executors"):
        for setting in workspace.settings.layers:
            if setting.key == key and setting.source in SHARED and parts and _concerns(setting, name):
                words = [text for key in ("command", "args") for text in _texts(found.get(key))]
                rights = f" (permissions: {found['permissions']})" if found.get("permissions") else ""
                yield _command(setting, f"executor {name}: {' '.join(words) or name}{rights}", parts)
                return


def of_run(workspace: Workspace, document: Document, executor: str | None) -> Iterator[Command]:
    """Yield everything that executing a milestone here would start."""
    yield from of_milestone(document)
    yield from of_worktrees(workspace)
    usual = workspace.settings.origin("executor")
    if executor is None and usual is not None and usual.source in SHARED and usual.value not in HARMLESS:
        yield _command(usual, named(usual.value), (str(usual.value),))
    said = [executor or (usual.value if usual else None)]
    own = {str(t.get("executor") or "") for t in tasks.of(document.body)}
    for name in dict.fromkeys(str(each) for each in (*said, *sorted(own)) if each):
        yield from of_executor(workspace, name)


def of_channel(workspace: Workspace, name: str, address: str) -> Iterator[Command]:
    """Yield where a channel would send what happens here; the address itself is not shown."""
    for key in (f"channels.{name}.url", "channels", "integrations.slack_webhook"):
        setting = workspace.settings.origin(key)
        if setting is not None and setting.source in SHARED and address in _all_texts(setting.value):
            shown = f"channel {name}: {address.partition('://')[0]}://… ({sha256(address.encode())[:12]})"
            yield _command(setting, shown, (address,))
            return


def of_setting(workspace: Workspace, key: str) -> Iterator[Command]:
    """Yield the command line a single key holds."""
    setting = workspace.settings.origin(key)
    if setting is not None and setting.source in SHARED:
        for text in _texts(setting.value):
            yield _command(setting, text, (text,))


def _command(setting: Setting, text: str, parts: tuple[str, ...]) -> Command:
    return Command(text=text, where=f"config {setting.key}", file=setting.file, parts=parts)


def _concerns(setting: Setting, name: str) -> bool:
    return setting.key != "executors" or (isinstance(setting.value, dict) and name in setting.value)


def _all_texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _all_texts(each)]
    return _texts(value)


def _texts(value: Any) -> list[str]:
    if isinstance(value, list | tuple):
        return [str(each) for each in value]
    return [str(value)] if value else []
