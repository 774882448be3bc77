"""Calibration reports as those who write and teach see them."""

from pydantic import ConfigDict
from pydantic.config import JsonDict

from app.core.http.schema import View

_BIN: JsonDict = {"low": 0.9, "high": 0.95, "count": 24, "mean_confidence": 0.92, "agreement": 0.88}


class AcademyCalibrationBin(View):
    """Grades whose confidence lies in [low, high); the last bin has its upper end."""

    model_config = ConfigDict(json_schema_extra={"examples": [_BIN]})

    low: float
    high: float
    count: int
    mean_confidence: float | None
    agreement: float | None


class AcademyCalibration(View):
    """A model's confidence against what people then said. Only grades that a person looked at count (`count`);
    `unreviewed` are those that nobody did. `suggested_threshold` is null while too few sure grades were looked at.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "count": 24,
                    "unreviewed": 60,
                    "failed": 1,
                    "bins": [_BIN],
                    "brier_score": 0.11,
                    "expected_error": 0.04,
                    "suggested_threshold": 0.95,
                }
            ]
        }
    )

    count: int
    unreviewed: int
    failed: int
    bins: list[AcademyCalibrationBin]
    brier_score: float | None
    expected_error: float | None
    suggested_threshold: float | None
