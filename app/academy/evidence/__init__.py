"""Evidence: that somebody has shown a competency, or tried to; and what follows from it for their level.

Evidence is never edited silently. A correction or a withdrawal is an entry of its own (`academy.evidence_changes`), and
the levels that rest on it are looked at again. Quiz evidence comes from `quiz_evidence` alone.
"""
