"""The command line: what each command does, and what a mistake gets: one clear line with the mend, and no traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from newsroom import article_page

from flows.cli import _widths, app

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def fw(tmp_path, database_url, python):
    """Runs figurewatch as a user does, on this test's database."""

    ours = {"PYTHONPATH": str(ROOT), "FIGUREWATCH_DATABASE_URL": database_url, "FIGUREWATCH_WORKERS": "1"}

    def run(*words, expect=0, env=None, stdin=""):
        done = python.run(["-m", "flows", *map(str, words)], cwd=tmp_path, env=os.environ | ours | (env or {}), stdin=stdin)
        assert "Traceback" not in done.stderr + done.stdout, done.stderr
        assert done.returncode == expect, done.stderr + done.stdout
        run.aside = done.stderr
        return done.stdout if expect == 0 else done.stderr + done.stdout

    return run


def write(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


STORY = {
    "url": "https://paper.example/a",
    "title": "Containers counted",
    "outlet": "Paper",
    "published": "2026-03-02T12:00:00Z",
    "text": "ARDEN - Some 6,700 containers of ammunition have left Port Larn since August, the defence ministry said.\n\n"
    "They went aboard four freighters that load at night, the ministry said, and unload at the naval base of Kolm.",
}
LATER = STORY | {
    "url": "https://paper.example/b",
    "published": "2026-03-03T12:00:00Z",
    "text": STORY["text"].replace("6,700", "10,000"),
}


def commands(group, path=()):
    """Every command with its help."""
    for command in group.registered_commands:
        yield (*path, command.name or command.callback.__name__.removesuffix("_")), command.callback
    for sub in group.registered_groups:
        yield from commands(sub.typer_instance, (*path, sub.name))


@pytest.mark.parametrize(("path", "callback"), [pytest.param(*pair, id=" ".join(pair[0])) for pair in commands(app)])
def test_every_command_has_help_with_an_example(path, callback):
    assert "Example:" in callback.__doc__ or "    Example: " in callback.__doc__
    assert isinstance(app, typer.Typer)


def test_help_names_every_command(fw):
    said = fw("--help")
    for word in (
        "demo",
        "init",
        "run",
        "serve",
        "replay",
        "extract",
        "export",
        "backfill",
        "series",
        "shifts",
        "why",
        "doctor",
        "seed",
    ):
        assert word in said


@pytest.mark.parametrize(
    ("case", "columns", "room", "widths"),
    [
        ("all fits", [["id", "14"], ["measured", "refined oil"]], 40, [2, 11]),
        (
            "the long one takes more lines",
            [["when", "2026-03-02 12:00"], ["measured", "oil in the north and south"]],
            24,
            [10, 14],
        ),
        ("no word is broken where all fit", [["kind", "correction"], ["measured", "containers of munitions"]], 20, [10, 10]),
        ("else the longest", [["outlet", "Tidewater"], ["address", "https://paper.example/feed.xml"]], 24, [9, 15]),
        ("no room at all", [["id", "1"], ["kind", "increase"]], 1, [1, 1]),
    ],
)
def test_columns_of_a_table(case, columns, room, widths):
    assert _widths(columns, room) == widths, case


class TestMistakes:
    """What a user can get wrong."""

    @pytest.mark.parametrize(
        ("case", "content", "said"),
        [
            ("an unknown key", "threshold = 0.1\n[fetch]\nspacng_seconds = 3\n", "line 3: unknown key fetch.spacng_seconds"),
            ("a value of the wrong kind", "[fetch]\ntimeout_seconds = 'soon'\n", "line 2: fetch.timeout_seconds"),
            ("an address that is none", "[[sources]]\nurl = 'ftp://x'\n", "line 2: sources[0].url"),
            ("a rule without its channel", "[[rules]]\nname='a'\nchannels=['desk']\n", 'names the channel "desk"'),
            ("no TOML", "threshold = = 1\n", "not TOML"),
        ],
    )
    def test_settings_are_refused_with_file_and_line(self, fw, tmp_path, case, content, said):
        (tmp_path / "figurewatch.toml").write_text(content)
        assert said in " ".join(fw("series", "list", expect=2).split())

    def test_a_misspelt_variable_is_refused(self, fw):
        assert "FIGUREWATCH_TRESHOLD: unknown setting" in fw("series", "list", expect=2, env={"FIGUREWATCH_TRESHOLD": "1"})

    def test_a_database_that_is_down_is_named_without_its_password(self, fw):
        said = fw("run", expect=1, env={"FIGUREWATCH_DATABASE_URL": "postgresql://desk:geheim@127.0.0.1:9/watch"})
        assert "127.0.0.1:9" in said
        assert "mend:" in said
        assert "geheim" not in said

    def test_a_database_of_a_newer_schema_is_left_alone(self, fw, execute):
        execute("INSERT INTO migration (name) VALUES ('9999_from_the_future')")
        said = fw("series", "list", expect=1)
        assert "newer figurewatch" in said
        assert "upgrade" in said

    @pytest.mark.parametrize(
        "words",
        [
            ("replay", "nowhere.jsonl"),
            ("backfill", "jsonl", "nowhere.jsonl"),
            ("seed", "add", "nowhere"),
            ("extract", "figures", "nowhere.txt"),
        ],
    )
    def test_a_file_that_is_not_there(self, fw, words):
        assert "no such file" in fw(*words, expect=2)

    def test_a_line_that_is_no_document_is_named_and_the_rest_is_read(self, fw, tmp_path):
        write(tmp_path / "in.jsonl", STORY, {"title": "no address"})
        said = json.loads(fw("backfill", "jsonl", "in.jsonl", "--json"))["counts"]
        assert (said["articles stored"], said['unreadable: no "url"']) == (1, 1)
        assert 'line 2: no "url"' in fw.aside

    def test_a_file_of_which_nothing_can_be_read_is_a_failure_and_its_lines_do_not_flood_the_screen(self, fw, tmp_path):
        (tmp_path / "in.jsonl").write_bytes(b"\xff\xd8\n" * 500)
        for words in (("backfill", "jsonl"), ("replay",)):
            said = fw(*words, "in.jsonl", expect=1)
            assert "not UTF-8 text" in said
            assert "490 more" in said

    def test_files_of_one_name_do_not_overwrite_each_others_export(self, fw, tmp_path):
        for folder in ("a", "b"):
            (tmp_path / folder).mkdir()
            write(tmp_path / folder / "x.jsonl", STORY)
        assert "have one name" in fw("replay", "a/x.jsonl", "b/x.jsonl", "--export", "out", expect=2)

    def test_a_folder_is_no_file_to_export_to(self, fw):
        assert "is a folder" in fw("export", "shifts", "--to", ".", expect=2)

    def test_a_fault_of_ours_is_one_line(self, tmp_path):
        program = (
            "import sys, flows.seeds, flows.__main__ as m\n"
            "def broken(*_, **__): raise ValueError('quite impossible')\n"
            "flows.settings.load = broken\n"
            "sys.argv = ['figurewatch', 'series', 'list']\nm.main()"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.splitlines()[0] == "figurewatch: this should not happen: ValueError: quite impossible"
        assert "mend: please report it" in done.stderr

    def test_a_number_that_no_shift_has(self, fw):
        assert "there is no shift 99" in fw("why", "99", expect=2)


class TestUse:
    """What the commands do."""

    def test_init_writes_settings_that_are_understood_and_overwrites_nothing(self, fw, tmp_path):
        fw("init")
        assert fw("sources", "list").count("https://") >= 5
        before = (tmp_path / "figurewatch.toml").read_text()
        assert "is there already" in fw("init", expect=2)
        assert (tmp_path / "figurewatch.toml").read_text() == before

    def test_replay_says_what_would_have_been_told_and_exports_it(self, fw, tmp_path):
        write(tmp_path / "story.jsonl", LATER, STORY)
        said = fw("replay", "story.jsonl", "--export", "out")
        assert "6,700 -> 10,000" in said
        exported = {
            path.stem: [json.loads(line) for line in path.read_text().splitlines()]
            for path in (tmp_path / "out/story").glob("*.jsonl")
        }
        assert [row["relation"] for row in exported["articles"]] == ["original", "update"]
        [shift] = exported["shifts"]
        assert (shift["url"], shift["from"], shift["to"], shift["kind"]) == (LATER["url"], 6700, 10000, "increase")
        texts = {row["url"]: row["text"] for row in (STORY, LATER)}
        assert exported["figures"]
        for row in exported["figures"]:
            assert texts[row["url"]][row["start"] : row["end"]] == row["surface"]
        assert exported["alerts"]

    def test_why_says_how_a_sentence_tells_the_new_number(self, fw, tmp_path):
        moved = "The number of containers of ammunition that have left Port Larn has now risen to 10,000"
        told = STORY["text"].replace("Some 6,700 containers of ammunition have left Port Larn", moved)
        write(tmp_path / "in.jsonl", STORY, LATER | {"text": told})
        fw("backfill", "jsonl", "in.jsonl")
        assert "its sentence says of the new number: moved to, stands now, in motion" in fw("why", "1")

    def test_history_can_be_read_in_looked_at_and_exported(self, fw, tmp_path):
        write(tmp_path / "in.jsonl", STORY, LATER)
        fw("backfill", "jsonl", "in.jsonl")
        said = fw("shifts", "list", env={"COLUMNS": "80"})
        assert {"6,700", "10,000", "increase", "containers"} <= set(said.split()), said
        assert "6,700" in fw("why", "1")
        assert "update" in fw("why", LATER["url"])
        series = json.loads(fw("series", "list", "--json"))
        assert "10,000" in fw("series", "show", series[0]["id"])
        assert fw("export", "shifts", "--format", "csv").splitlines()[0].startswith("url,")
        fw("export", "figures", "--format", "parquet", "--to", "figures.parquet")
        assert (tmp_path / "figures.parquet").stat().st_size > 0
        assert fw("alerts", "list").strip() == "no alerts yet"

    def test_figures_of_standard_input_come_out_as_json(self, fw):
        text = "Officials said about 6,700 containers were shipped."
        found = json.loads(fw("extract", "figures", stdin=text))
        [figure] = found["figures"]
        assert (figure["low"], figure["bound"], figure["unit"]) == (6700, "approx", "container")
        assert text[figure["start"] : figure["end"]] == figure["surface"]

    def test_many_at_once_give_one_line_out_a_line_in(self, fw, tmp_path):
        lines = [json.dumps({"id": 1, "text": "It cost $5."}), "no json", json.dumps({"id": 3, "text": ""})]
        said, *out = fw("extract", "figures", "--jsonl", stdin="\n".join(lines), expect=1).splitlines()
        assert said == "figurewatch: standard input, line 2: not JSON: Expecting value, column 1"
        found = [json.loads(line) for line in out]
        assert [row.get("id") for row in found] == [1, None, 3]
        assert ["error" in row for row in found] == [False, True, False]
        write(tmp_path / "pages.jsonl", {"id": 1, "html": "<p>Nothing</p>"}, ["a list"])
        assert "figurewatch: pages.jsonl, line 2: not a JSON object" in fw("extract", "article", "pages.jsonl", expect=1)
        html = article_page("Containers counted", [f"{STORY['text']} The day was number {n}." for n in range(4)])
        page = json.dumps({"id": 7, "url": "https://paper.example/x", "html": html})
        [article] = [json.loads(line) for line in fw("extract", "article", "--jsonl", stdin=page).splitlines()]
        assert set(article) >= {"id", "title", "authors", "published", "language", "text"}
        assert article["text"]

    def test_a_corpus_pack_recognises_copies_of_what_it_was_made_from(self, fw, tmp_path):
        (tmp_path / "known").mkdir()
        (tmp_path / "known/a.txt").write_text(STORY["text"])
        fw("seed", "pack", "known", "--to", "known.jsonl", "--published", "2026-01-01")
        assert "aboard four freighters" not in (tmp_path / "known.jsonl").read_text()
        fw("seed", "add", "known.jsonl")
        assert "seed:a.txt" in fw("seed", "list")
        write(tmp_path / "in.jsonl", STORY)
        assert json.loads(fw("backfill", "jsonl", "in.jsonl", "--json"))["counts"]["copies duplicate"] == 1

    def test_doctor_names_what_is_missing_with_its_mend(self, fw, tmp_path):
        (tmp_path / "figurewatch.toml").write_text('[channels]\ndesk = "env:DESK"\n')
        said = fw("doctor", expect=1)
        for part in ("ok    figurewatch", "ok    data folder", "GB free", "ok    database", "FAILS channel desk", "set DESK",
                     "FAILS sources"):  # fmt: skip
            assert part in said
