"""Which language is this text in?

Text and what its publisher declares -> ISO 639-1 code, or "und". The text decides where it is long enough to tell, since
templates declare wrongly; the declaration decides for short texts. Pure; the model is a data file of py3langid.
"""

import re
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

#: Characters that are looked at. A sentence is enough for most texts; each thousand more costs 1 ms.
SAMPLE = 1_500
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
    sample = _NO_WORDS.sub(" ", text[:SAMPLE])
    if not sample.strip():
        return claimed or "und"
    found, probability = _identifier().classify(sample)
    found = _SAME.get(found, found)
    if not found or len(found) != 2:
        return claimed or "und"
    if claimed:
        return found if probability >= OVERRULES else claimed
    return found if probability >= STANDS else "und"


def declared_language(tag: str) -> str:
    """The two-letter code of a language tag; empty where there is none."""
    match = _CODE.fullmatch(tag[:60])
    code = match[1].lower() if match else ""
    code = _SAME.get(code, code)
    return code if len(code) == 2 else ""


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
