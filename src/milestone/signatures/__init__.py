"""Signatures of people: public keys as `team.yaml` lists them, and how a person makes one."""
