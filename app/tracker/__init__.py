"""Tracker: a church's courses and certifications, kept in step with Planning Center (seed 003)."""
