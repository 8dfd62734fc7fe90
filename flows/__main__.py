"""The `figurewatch` command."""

import os
import signal
import sys
import traceback

from schemas.errors import FigurewatchError


def _terminated(*_: object) -> None:
    sys.exit(128 + signal.SIGTERM)


def main() -> None:
    """Run the command line; what a user can get wrong ends in one clear line."""
    from flows.cli import app, err
    from flows.log import masked, verbose

    # The default would cut workers and leases off; this way everything that is open is closed.
    signal.signal(signal.SIGTERM, _terminated)
    try:
        app(prog_name="figurewatch")
    except FigurewatchError as error:
        err.print(f"figurewatch: {error.message}", style="red", markup=False, soft_wrap=True)
        if error.mend:
            err.print(f"  mend: {error.mend}", style="yellow", markup=False, soft_wrap=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        err.print("figurewatch: stopped")
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output went away (| head): nothing is wrong, and nothing more is to be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        # A fault of ours, which no user can mend by reading our sources.
        if verbose():
            err.print(masked(traceback.format_exc()), markup=False, soft_wrap=True)
        words = f"{type(error).__name__}: {error}".splitlines()[0][:300]
        err.print(f"figurewatch: this should not happen: {masked(words)}", style="red", markup=False, soft_wrap=True)
        err.print("  mend: please report it, with what figurewatch --log prints before this line", style="yellow", markup=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
