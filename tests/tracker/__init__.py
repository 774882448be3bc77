"""Tests of app/tracker."""
