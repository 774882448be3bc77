"""Tests of the studio's bundles."""
