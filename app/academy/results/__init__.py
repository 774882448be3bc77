"""Results of an organization's people, together and without names (A-ASM-16, Z-106).

Individual scores are for the learner and those who teach; what an organization sees here are averages, and of fewer
than five people not even those.
"""
