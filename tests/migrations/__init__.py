"""Migrations: up, down, and true to the models."""
