"""Bytes to an article: feeds, sitemaps, canonical URLs, text, language."""
