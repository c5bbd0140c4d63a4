"""Settings with their origin, and the people of a project."""

from milestone.config.loading import load_people, load_settings
from milestone.config.settings import Setting, Settings

__all__ = ["Setting", "Settings", "load_people", "load_settings"]
