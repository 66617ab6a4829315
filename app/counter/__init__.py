"""The act of selling: scan, tender, dispense, return, shift; no Qt."""
