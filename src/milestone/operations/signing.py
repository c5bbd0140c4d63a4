"""Sign with a person's own key: where it lies, whether it may be used, and its passphrase."""

import stat
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from milestone import errors
from milestone.config import files
from milestone.domain.document import Event
from milestone.signatures import keys, own_key, service_key, ssh_keygen
from milestone.uids import uid_from_name
from milestone.workspace.base import Workspace

SETTING = "approvals.key"
FILE = "approval.key"
SERVICE_KEY = "MILESTONE_RECEIPT_KEY"  # the file of the key a service signs receipts with
SHORTEST = 8  # characters of a passphrase
Ask = Callable[[str], str]  # a question to the person at the terminal, answered without being shown


class Signer(msgspec.Struct, frozen=True, kw_only=True):
    """Whose key may sign, and how the person is asked."""

    path: Path
    ask: Ask
    environ: Mapping[str, str]

    def sign(self, messages: Sequence[bytes]) -> list[str]:
        """Return the signature of each message.

        Raises:
            NotPermitted: there is no key, everybody could use it, or the passphrase is another.
        """
        data = _guarded(self.path)
        kept = own_key.read(data)
        try:
            if kept is None:
                return [ssh_keygen.sign(self.path, message, self.environ) for message in messages]
            return own_key.sign(kept, self.ask(f"Passphrase of {self.path.name}: "), list(messages))
        except own_key.WrongPassphrase as error:
            raise _refused(self.path, str(error), "try again") from error
        except ssh_keygen.NotUsable as error:
            raise _refused(self.path, str(error), "milestone config new-key --mine") from error


class ServiceSigner(msgspec.Struct, frozen=True, kw_only=True):
    """The key of a service (CI): nobody types a passphrase there, so it signs receipts and never approvals."""

    path: Path

    def sign(self, messages: Sequence[bytes]) -> list[str]:
        """Return the signature of each message. Raises NotPermitted when the file holds no usable key."""
        try:
            return service_key.sign(_guarded(self.path), messages)
        except ValueError as error:
            raise _refused(self.path, str(error), "give it an Ed25519 key without a passphrase") from error


def signer(workspace: Workspace, environ: Mapping[str, str], ask: Ask) -> Signer:
    """Return what signs for the person at the terminal.

    Raises:
        NotPermitted: an agent acts, or a run, or the key lies inside the project.
    """
    check_person(workspace)
    path = place(workspace, environ)
    if path.resolve().is_relative_to(workspace.root.parent.resolve()):
        raise _refused(path, "it lies inside the project, where every run works", "move it to your home folder")
    return Signer(path=path, ask=ask, environ=environ)


def receipt_signer(workspace: Workspace, environ: Mapping[str, str], ask: Ask) -> "Signer | ServiceSigner":
    """Return what signs receipts: a person's own key, or the key that a service was given as a file.

    Raises:
        NotPermitted: an agent or a run asks, or there is no usable key.
    """
    if workspace.actor.kind != "service" or workspace.in_run:
        return signer(workspace, environ, ask)
    if not environ.get(SERVICE_KEY):
        raise _refused(Path(f"${SERVICE_KEY}"), "it names no file", "set it to the key of the service")
    return ServiceSigner(path=Path(environ[SERVICE_KEY]))


def place(workspace: Workspace, environ: Mapping[str, str]) -> Path:
    """Return where the person's key lies: `approvals.key` of the user's own settings, else beside these.

    What a project says about it does not count: a clone must not choose which key its reader signs with.
    """
    own = (layer for layer in workspace.settings.layers if layer.key == SETTING)
    said = next((layer.value for layer in own if layer.source in ("environment", "user")), None)
    home = Path(environ.get("HOME") or "~").expanduser()
    if said:
        return home / str(said).removeprefix("~/")
    return files.user_file(environ).parent / FILE


def new_key(workspace: Workspace, environ: Mapping[str, str], ask: Ask) -> dict[str, Any]:
    """Make the person's own key and return `{key, value, file, changed}`; `value` is the line for `team.yaml`.

    Raises:
        NotPermitted: an agent asks, or a run.
        Refused: there is a key already, or the passphrase is short or was not repeated.
    """
    check_person(workspace)
    path = signer(workspace, environ, ask).path
    said = {"key": FILE, "value": None, "file": str(path), "changed": False}
    if path.exists():
        raise errors.Refused(
            f"There is a key in {path} already.", why="a new one would make the old one's owner unknown",
            hint="move it away first, and take its line out of config/team.yaml", code="key_exists",
        )  # fmt: skip
    if workspace.options.dry_run:
        return said
    made = own_key.make(path, _new_passphrase(ask))
    event = Event(kind="key.rotated", document="project", uid=uid_from_name("project"), data={"key": made.name})
    workspace.write(lambda _txn, _ctx: [event])
    return said | {"value": made.line, "changed": True}


def check_person(workspace: Workspace) -> None:
    """Refuse whoever is no person. Raises NeedsAPerson."""
    if workspace.actor.kind != "person" or workspace.in_run:
        raise errors.NeedsAPerson(
            "Only a person signs, and makes a key.",
            why="agents and runs approve nothing and change no keys",
            hint="a person types it at a terminal",
        )


def _new_passphrase(ask: Ask) -> str:
    first = ask("A passphrase for your approval key: ")
    if len(first) < SHORTEST:
        raise errors.Refused(
            f"A passphrase has {SHORTEST} characters at least.",
            why="the file alone must open no gate", code="passphrase_too_short",
            next=["milestone config new-key --mine"],
        )  # fmt: skip
    if ask("Once more: ") != first:
        raise errors.Refused(
            "The two passphrases differ.", why="one of them was mistyped",
            next=["milestone config new-key --mine"], code="passphrases_differ",
        )  # fmt: skip
    return first


def _guarded(path: Path) -> bytes:
    """Return the bytes of a key file that only its owner can read."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        data = path.read_bytes()
    except OSError as error:
        raise _refused(path, f"it cannot be read: {error.strerror}", "milestone config new-key --mine") from error
    if mode & 0o077:
        raise _refused(path, "others may read it", f"chmod 600 {path}")
    return data


def _refused(path: Path, why: str, way: str) -> errors.NotPermitted:
    return errors.NotPermitted(
        f"{path} cannot sign an approval.", why=why, next=[way] if way.startswith("milestone") else [],
        hint="" if way.startswith("milestone") else way, code="key_not_usable",
    )  # fmt: skip


def name_of(line: str) -> str | None:
    """Return the name of a listed key; None for one that is not understood."""
    found = keys.read(line)
    return found.name if found else None
