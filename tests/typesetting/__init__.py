"""Tests of documents that are set."""
