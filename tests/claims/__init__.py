"""Workers outside of our process who share one plan: `terminal.py` is one of them, `watching.py` reads the log."""
