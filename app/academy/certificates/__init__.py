"""Certificates of courses and of whole paths: who has earned one, its number, and the papers that the worker makes.

Invariant: one certificate that counts per enrollment, whoever asks for it and how often. What was revoked stays.
"""
