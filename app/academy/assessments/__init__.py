"""Assessments: what is tested, by which rules, and whether it is fit to be taken (A-ASM-01, A-ASM-14).

An assessment begins withdrawn and is published once its checks pass; from then on no edit may break them. Its questions
have a feature of their own, and so have the attempts at it.
"""
