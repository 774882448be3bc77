"""The seeds' tables as data, and what holds a database against them."""
