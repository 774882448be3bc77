"""The tables of `crm`, one file per aggregate."""
