"""The contract's own fixtures: the document as it is now, its operations, and a stage to try them on."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.contract.operations import Operation, operations
from tests.contract.stage import Stage, open_stage
from tests.support.client import Contract
from tests.support.twins import Twins


@pytest.fixture(scope="session")
def document(app: FastAPI) -> dict[str, Any]:
    """What `/openapi.json` serves."""
    return app.openapi()


@pytest.fixture(scope="session")
def every_operation(document: dict[str, Any]) -> list[Operation]:
    """All operations of the document."""
    return operations(document)


@pytest_asyncio.fixture(scope="module")
async def stage(
    app: FastAPI, engine: AsyncEngine, contract: Contract, running_twins: Twins, state: Path
) -> AsyncIterator[Stage]:
    """One world for all tests of a module; each request is undone."""
    running_twins.calm()
    async with open_stage(app, engine, contract, running_twins.url, state) as opened:
        yield opened
