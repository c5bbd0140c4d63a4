"""The verbs, one file each."""

# Parts of verbs that most calls do not need, and whose imports would make a plain change slow.
PARTS = {
    "checking": "milestone.operations.checking",
    "trusting": "milestone.operations.trusting",
    "proving": "milestone.operations.proving",
    "phase": "milestone.operations.phase",
    "committing": "milestone.operations.committing",
    "claim": "milestone.operations.claim",
    "facts": "milestone.operations.facts",
}
