"""What the tests of flows share: worker processes, and a way to do by hand what no query of ours does."""

import pytest

from flows import db
from flows.analyser import Analyser


@pytest.fixture(scope="session")
def analyser():
    """One worker process for the whole run: starting it costs seconds."""
    opened = Analyser(1)
    yield opened
    opened.close()


@pytest.fixture
def execute(database_url):
    """Runs a statement on the test's database, committed at once."""

    def run(statement):
        with db.connect(database_url, autocommit=True) as connection:
            connection.execute(statement)

    return run
