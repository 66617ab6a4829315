"""Devices: paper, drawers and the other machines that stand beside a till."""
