"""Grading by a language model: a proposal with a confidence, never more trusted than its confidence (A-ASM-09).

The learner's answer is data. It goes into a message of its own between marks that are random per call, and the model
has nothing to act with. What comes back is believed only as far as it fits the rubric; points are added up here. No
usable answer, no budget or no model: then a person grades, as with everything that still waits.
"""
