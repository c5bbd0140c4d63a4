"""Write into a page what its lines print now: `python tests/acceptance/tour/rewrite.py docs/tutorial/tour.md`.

What is true stays, with its `…`; what is not is replaced as a whole. Read the difference before you commit it.
"""

import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
import transcript  # noqa: E402  the folder of this script is no package of the tests' path


def rewritten(page: str) -> str:
    """Return the page with what each line prints."""
    home = Path(tempfile.mkdtemp(prefix="t", dir="/tmp"))
    (home / "portfolio/src").mkdir(parents=True)
    (home / ".gitconfig").write_text("[user]\n\tname = sarah\n\temail = sarah@example.org\n")
    terminal = transcript.Terminal(home / "portfolio", HERE / "bin")
    lines = page.splitlines()
    shift = 0
    for each in transcript.read(page):
        if isinstance(each, transcript.Scene):
            terminal.set(each)
            continue
        printed = terminal.type(each)
        if transcript.difference(each.expected, printed) is not None:
            at = each.line + shift
            lines[at : at + len(each.expected)] = printed
            shift += len(printed) - len(each.expected)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(rewritten(path.read_text(encoding="utf-8")), encoding="utf-8")
