"""Text to reported quantities: value, bound, unit, rate, role and what is measured."""
