"""Deciding: pure functions from values to values. No clock, no network, no database, no log."""
