"""Quiz evidence: what a graded attempt showed of the skills that its questions ask for (A-SKL-14, Z-153).

Once per attempt and competency, corrected when the attempt is graded anew. Pre-assessments and self-assessments give
none: nobody passes or fails them (Z-98), and evidence always does one or the other.
"""
