"""Git as a subprocess, so that nothing a repository brings along is ever executed."""
