"""The contract's own fixtures: the document as it is now, and its operations."""

from typing import Any

import pytest
from fastapi import FastAPI

from tests.contract.operations import Operation, operations


@pytest.fixture(scope="session")
def document(app: FastAPI) -> dict[str, Any]:
    """What `/openapi.json` serves."""
    return app.openapi()


@pytest.fixture(scope="session")
def every_operation(document: dict[str, Any]) -> list[Operation]:
    """All operations of the document."""
    return operations(document)
