"""What can go wrong, as one tree. The docstring is the default message; identifiers are attributes.

FigurewatchError
├── UsageError            what the user typed or wrote: exit code 2
│   └── SettingsError
└── OperationError        could not be done now: exit code 1
    ├── DatabaseUnavailable
    ├── DatabaseNewer
    ├── DiskFull
    ├── FetchError        address refused, connection failed, too large; carries its outcome
    └── DeliveryError
"""

from schemas.outcomes import FetchOutcome


class FigurewatchError(Exception):
    """Something went wrong."""

    exit_code = 1

    def __init__(self, message: str = "", *, mend: str = "") -> None:
        self.message = message or (type(self).__doc__ or "").strip()
        self.mend = mend
        super().__init__(f"{self.message} {mend}".strip())


class UsageError(FigurewatchError):
    """That command or setting is not understood."""

    exit_code = 2


class SettingsError(UsageError):
    """The settings are not understood."""


class OperationError(FigurewatchError):
    """That could not be done now."""


class DatabaseUnavailable(OperationError):
    """The database does not answer."""


class DatabaseNewer(OperationError):
    """The database was made by a newer figurewatch."""


class DiskFull(OperationError):
    """There is no space left to write."""


class FetchError(OperationError):
    """The address could not be fetched."""

    def __init__(self, message: str, *, outcome: FetchOutcome, mend: str = "") -> None:
        super().__init__(message, mend=mend)
        self.outcome = outcome


class DeliveryError(OperationError):
    """The channel did not take the message."""

    def __init__(
        self,
        message: str = "",
        *,
        permanent: bool = False,
        unsure: bool = False,
        wait_seconds: float | None = None,
        mend: str = "",
    ) -> None:
        super().__init__(message, mend=mend)
        self.permanent = permanent  #: trying again later is of no use
        self.unsure = unsure  #: it may have arrived all the same: the connection broke before the answer came
        self.wait_seconds = wait_seconds  #: how long the channel asks to be left alone
