"""Turn a goal into a draft plan."""
