"""Doing: Prefect flows and tasks, HTTP, Postgres, Apprise, the command line."""
