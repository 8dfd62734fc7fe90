"""Text to a fingerprint, and fingerprints to a verdict: copy, update or original."""
