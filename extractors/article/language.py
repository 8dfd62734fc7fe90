"""Which language is this text in?

Text and what its publisher declares -> ISO 639-1 code, or "und". The text decides where it is long enough to tell, since
templates declare wrongly; the declaration decides for short texts. Pure; the model is a data file of py3langid.
"""

import re
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

#: Characters that are looked at. A sentence is enough for most texts; each thousand more costs 1 ms.
SAMPLE = 1_500
#: And those of a first look. Where they are surely in the language that is declared, no more of the text would tell another.
GLANCE = 500
#: The probability at which the text overrules its declaration, and that at which it stands without one. A sentence of
#: news reaches 0.85 and more in its language; names, numbers and single words stay under 0.3.
OVERRULES, STANDS = 0.9, 0.6

#: Codes of the model that are varieties of a written standard, and codes that stand for no language.
_SAME = {"nb": "no", "nn": "no", "pcm": "en", "zxx": "", "iw": "he", "in": "id", "mo": "ro", "sh": "sr"}
_CODE = re.compile(r"\s*([A-Za-z]{2,3})(?:[-_].{0,40})?\s*", re.DOTALL)
_NO_WORDS = re.compile(r"https?://\S{1,300}|[\d\W_]+")


def language(text: str, declared: str = "") -> str:
    """The language of a text.

    Args:
        declared: a language tag from a feed, an archive or a page ("en", "en-GB", "pt_BR"), or "".
    """
    claimed = declared_language(declared)
    if claimed and _told(text[:GLANCE], OVERRULES) == claimed:
        return claimed
    return _told(text[:SAMPLE], OVERRULES if claimed else STANDS) or claimed or "und"


def _told(text: str, least: float) -> str:
    """The language that a text is in, if it is so probable; else empty."""
    sample = _NO_WORDS.sub(" ", text)
    if not sample.strip():
        return ""
    found, probability = _identifier().classify(sample)
    found = _SAME.get(found, found)
    return found if len(found) == 2 and probability >= least else ""


def declared_language(tag: str) -> str:
    """The two-letter code of a language tag; empty where there is none."""
    match = _CODE.fullmatch(tag[:60])
    code = match[1].lower() if match else ""
    code = _SAME.get(code, code)
    return code if len(code) == 2 else ""


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
