"""Chapters: the parts of a program, in their order.

`order_index` is the order, and only this room and the database know it; `number` is a label that people read. Both are
unique in a program at every moment: their keys look at what a statement leaves behind (S-HIE-03, Z-193).
"""
