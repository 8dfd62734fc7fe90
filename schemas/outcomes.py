"""Closed vocabularies that are stored with rows: bounds, roles, relations, kinds and the outcome of each stage.

Every item ends each stage in exactly one outcome. Expected results are outcomes, returned and stored;
exceptions (errors.py) mean "could not".
"""

from enum import StrEnum


class Bound(StrEnum):
    """How a text limits a number."""

    EXACT = "exact"
    APPROX = "approx"  # about, roughly, some, an estimated
    AT_LEAST = "at_least"  # at least, no fewer than
    MORE_THAN = "more_than"  # over, more than
    AT_MOST = "at_most"  # up to, as many as, no more than
    LESS_THAN = "less_than"  # under, nearly, almost, fewer than
    RANGE = "range"


class Role(StrEnum):
    """What a figure does in its text."""

    LEVEL = "level"  # how much there is or was at the time of the report
    CHANGE = "change"  # rose by 300, up 20 percent
    BACKGROUND = "background"  # an older or unrelated period, a withdrawn number
    FORECAST = "forecast"  # may reach, is expected to, plans to


class Relation(StrEnum):
    """What an article is to the articles known before it."""

    ORIGINAL = "original"
    DUPLICATE = "duplicate"  # carries a known text and no figure that differs
    UPDATE = "update"  # carries a known text with figures that differ or sentences with new ones


class ShiftKind(StrEnum):
    """Why a shift is worth telling."""

    INCREASE = "increase"
    DECREASE = "decrease"
    CONFLICT = "conflict"  # another speaker gives an incompatible number for the same time
    CORRECTION = "correction"  # the publisher or the text withdraws the old number


class FetchOutcome(StrEnum):
    """How one poll of a source or one fetch of a page ended."""

    FETCHED = "fetched"
    NOT_MODIFIED = "not_modified"
    NOT_A_FEED = "not_a_feed"  # HTML, or anything else that no reader of feeds understands
    HTTP_ERROR = "http_error"
    UNREACHABLE = "unreachable"
    NAME_UNKNOWN = "name_unknown"  # no name server knows the host, or none answers
    REFUSED = "refused"  # the address may not be dialled, robots.txt, or the scheme is not http(s)
    TOO_LARGE = "too_large"
    KNOWN = "known"  # stood in a sitemap before the watch began: kept in mind, not fetched


class ArticleOutcome(StrEnum):
    """What became of a page's bytes."""

    STORED = "stored"
    UNCHANGED = "unchanged"  # a revision of a known URL with the same text
    NO_TEXT = "no_text"
    NOT_HTML = "not_html"
    CONSENT = "consent"  # a consent dialogue in the article's place
    BLOCKED = "blocked"  # a check for robots, a call for JavaScript, or a refusal in its place
    GONE = "gone"  # a page that says that there is none at this address, whatever its status
    PAYWALL = "paywall"  # the first lines of an article for subscribers
    LISTING = "listing"  # a home, section, topic or author page: teasers of many articles
    MEDIA = "media"  # a video, a sound or pictures with a caption
    FAILED = "failed"  # the analysis raised, or its worker died; kept for another try
    TOO_SLOW = "too_slow"  # the analysis took more time than any page may; quarantined at once


class FigureOutcome(StrEnum):
    """What became of an article's figures and claims."""

    EXTRACTED = "extracted"
    IN_PART = "in_part"  # of a text longer than any article, or with a number beyond all bounds: the rest is extracted
    NONE_FOUND = "none_found"
    COPY = "copy"  # a duplicate's figures are its parent's
    OTHER_LANGUAGE = "other_language"


class SeriesOutcome(StrEnum):
    """What an article's figures did to the series."""

    OBSERVED = "observed"
    SHIFTED = "shifted"
    NOTHING_NEW = "nothing_new"  # a copy, or no figures


class DeliveryState(StrEnum):
    """pending -> sending -> sent, or pending again after a try that failed, or dead after the last; recorded in a replay."""

    PENDING = "pending"  # waits for its time, or for another try
    SENDING = "sending"  # a try is under way; found so after a crash, it may or may not have arrived
    SENT = "sent"
    DEAD = "dead"  # given up; figurewatch alerts retry makes it pending
    DROPPED = "dropped"  # before it went out the shift was withdrawn, acknowledged or its series muted
    RECORDED = "recorded"  # would have gone out


class Severity(StrEnum):
    """How much an alert matters, lowest first; quiet hours and digests hold only what lies below a channel's `urgent`."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for the lowest."""
        return list(Severity).index(self)
