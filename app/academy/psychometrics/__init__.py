"""How good an assessment measures: difficulty and discrimination of its questions, its reliability, and whether what is
asked after a course is what was asked before it.
"""
