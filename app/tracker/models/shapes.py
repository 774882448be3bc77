"""What the JSON columns of `tracker` hold, where it is known."""

from pydantic import BaseModel, ConfigDict


class FailedRecord(BaseModel):
    """One record that a sync could not take over. A retry takes only these (C-SYN-06).

    `record_id` is the record's id on the side it came from: Planning Center's for `from_pc`, ours for `to_pc`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    record_id: str
    error: str
