"""Attempts: beginning an assessment, answering it, handing it in, and what its learner may see of it when.

What was drawn is frozen when an attempt begins: questions in their versions, their order, the order of answers. The
server's clock alone says when time is over (A-ASM-02). An answer that was accepted is graded: saving and handing in
lock the attempt's row, so one comes before the other.
"""
