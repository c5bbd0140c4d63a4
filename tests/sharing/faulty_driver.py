"""A merge driver with a fault, run by git in place of ours: it forgets what both sides came from."""

import sys

from milestone.cli import merge_driver
from milestone.storage import merged_text
from milestone.storage.versions import Version

JOINED = merged_text.joined


def forgetful(_base: object, one: Version, other: Version) -> Version:
    """Merge two versions without the one both came from."""
    return JOINED(None, one, other)


if __name__ == "__main__":
    merged_text.joined = forgetful
    sys.exit(merge_driver.run(sys.argv[1:]))
