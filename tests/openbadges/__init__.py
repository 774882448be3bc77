"""Tests of the formats of Open Badges."""
