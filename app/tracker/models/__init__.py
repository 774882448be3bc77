"""The tables of `tracker`, one file per aggregate."""
