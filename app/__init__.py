"""Yaogui, the pharmacy counter that never stops."""

__version__ = "0.1.0"
