"""The tables of `community`, one file per aggregate."""
