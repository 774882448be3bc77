"""Tests of app/academy/enrollments and of the seats beneath it."""
