"""Figures to observations of a series, and observations to shifts."""
