"""Storylines with gold labels, for training and for measuring without a database.

A storyline's articles come with their gold figures placed in the text, or with extracted figures matched to them by the rule
of the score; shifts and series are then counted as the score counts them.
"""
