"""Knowledge of clients and of programs: one document of each type, with every version it ever had (S-KNW-01, Z-191).

Saving is one verb for the first and for the hundredth version. Who says which version they edited (`If-Match`, "0" for
none yet) overwrites nobody unseen; who does not still loses nothing, because a trigger keeps what was replaced.
The two kinds differ in what they hold: a client's is an open JSON object, a program's is a text with a title.
"""
