"""How work runs: durable, resumable."""

import sys

if sys.modules.get("typing_extensions", sys) is None:  # hidden for a fast start (`__main__`); dbos needs it
    del sys.modules["typing_extensions"]
