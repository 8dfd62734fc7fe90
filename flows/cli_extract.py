"""The commands `figurewatch extract ...`: the pure part by itself, as JSON or as a page to look at."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from schemas.errors import UsageError

extract_app = typer.Typer(
    no_args_is_help=True, help="The pure part by itself: a page's article, a text's figures and claims, as JSON or marked."
)

Html = Annotated[
    Path | None,
    typer.Option("--html", help="Write a page with the figures and claims marked, instead of JSON.", show_default=False),
]


@extract_app.command("article")
def extract_article(
    file: Annotated[
        Path | None, typer.Argument(help="An HTML file, or .jsonl of {id, url, html}; default: standard input.")
    ] = None,
    url: Annotated[str, typer.Option("--url", help="The page's address.")] = "",
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Read lines of {id, url, html}; one line out a line in.")] = False,
    html: Html = None,
) -> None:
    """A page's url, title, authors, published, language and text, and the places of the page that they are from.

    With --jsonl a line that cannot be read comes out with its "error", the others as ever, and the exit code is 1.

    Example: figurewatch extract article page.html --url https://paper.example/story --html marked.html
    """
    from flows import extract

    _each(
        file,
        jsonl,
        html,
        extract.page,
        extract.article_of_line,
        lambda text: extract.article(text, url),
        lambda text: extract.marked_article(text, url),
    )


@extract_app.command("figures")
def extract_figures(
    file: Annotated[Path | None, typer.Argument(help="A text file, or .jsonl of {id, text}; default: standard input.")] = None,
    published: Annotated[
        str, typer.Option("--published", help='When the text appeared, ISO 8601: dates such as "last month" count from it.')
    ] = "",
    title: Annotated[str, typer.Option("--title", help="The headline.")] = "",
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Read lines of {id, text, title, published}; one line out a line in.")
    ] = False,
    html: Html = None,
) -> None:
    """A text's figures and claims.

    With --jsonl a line that cannot be read comes out with its "error", the others as ever, and the exit code is 1.

    Example: echo "Officials said about 6,700 containers were shipped." | figurewatch extract figures
    """
    from flows import extract

    at = extract.moment(published)
    if published and at is None:
        raise UsageError(f"--published {published}: not a date", mend="write it as 2026-03-31")
    _each(
        file,
        jsonl,
        html,
        extract.text,
        extract.figures_of_line,
        lambda text: extract.figures(text, title=title, published=at),
        lambda text: extract.marked_figures(text, title=title, published=at),
    )


def _each(
    file: Path | None,
    jsonl: bool,
    html: Path | None,
    read: Callable[[Path | None], str],
    of_line: Callable[[str], dict[str, Any]],
    of_text: Callable[[str], dict[str, Any]],
    marked: Callable[[str], str],
) -> None:
    from flows.extract import as_json, lines, many

    if jsonl or (file is not None and file.suffix == ".jsonl"):
        if html is not None:
            raise UsageError("--html marks one text, --jsonl reads many", mend="name one text file, or leave --html out")
        broken = False
        for number, row in enumerate(many(lines(file), of_line), 1):
            sys.stdout.write(as_json(row) + "\n")
            sys.stdout.flush()
            if "error" in row:
                broken = True
                sys.stderr.write(f"figurewatch: {file or 'standard input'}, line {number}: {row['error']}\n")
        if broken:
            raise typer.Exit(1)
    elif html is not None:
        page = marked(read(file))
        try:
            html.write_text(page, encoding="utf-8")
        except OSError as error:
            raise UsageError(
                f"{html}: {(error.strerror or str(error)).lower()}", mend="name a file that can be written"
            ) from None
        sys.stderr.write(f"{html} written\n")
    else:
        sys.stdout.write(json.dumps(of_text(read(file)), ensure_ascii=False, indent=1) + "\n")
