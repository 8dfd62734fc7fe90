"""A flow that leaves a mark, for the test of the service."""

from pathlib import Path

from prefect import flow


@flow
async def tick(mark: str) -> None:
    with Path(mark).open("a") as file:
        file.write("tick\n")
