"""Participation: who takes part in a program, how they came in, and how it ended.

Invariants: never more enrolled than there are places at that moment, and one live participation of a person in a
program (P-ENR-02, P-ENR-04). `seats.py` alone lets anybody in: under the lock of the program, which every way takes
first. A participation that has ended stays as it is; whoever comes back gets a new one (Z-27).
"""
