"""Text to attributed statements, and each figure to its speaker."""
