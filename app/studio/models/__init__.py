"""The tables of `studio`, one file per aggregate."""
