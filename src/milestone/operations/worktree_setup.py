"""What would make this project's worktrees usable, proposed from the lock files beside its records."""

from pathlib import Path

from milestone.workspace.base import Workspace

# lock file -> the command that installs just what it says
COMMANDS = {
    "uv.lock": "uv sync --frozen",
    "pnpm-lock.yaml": "pnpm install --frozen-lockfile",
    "package-lock.json": "npm ci",
    "Cargo.lock": "cargo fetch --locked",
    "go.sum": "go mod download",
    "Gemfile.lock": "bundle install",
}


def proposed(top: Path) -> dict[str, str]:
    """Return lock file -> command for the lock files in a folder; one for each package manager."""
    found = {name: line for name, line in COMMANDS.items() if (top / name).is_file()}
    if "pnpm-lock.yaml" in found:
        found.pop("package-lock.json", None)
    return found


def hint(workspace: Workspace) -> str:
    """Return the words that propose a set-up; empty where there is one, or nothing to propose."""
    get = workspace.settings.get
    if get("worktree.setup") or get("worktree.link") or get("worktree.copy") or not get("hints"):
        return ""
    found = proposed(workspace.root.parent)
    if not found:
        return ""
    lock, line = next(iter(found.items()))
    return f'Worktrees get no dependencies yet ({lock}): milestone config set worktree.setup "{line}"'
