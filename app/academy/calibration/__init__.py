"""Calibration: is a model as sure as it is right? Its confidence against what people then said.

A confidence is a self-report, no probability. Where people had to correct grades that a model was sure of, a platform
admin raises the question's threshold (`questions`); nothing here lowers one.
"""
