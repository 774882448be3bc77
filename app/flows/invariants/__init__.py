"""Every promise of every room, looked at together: by the worker every ten minutes, and by `lyceum doctor`.

The rooms say what has to be true (`invariants.py` in each); here they are asked in one snapshot, the answers are kept
in `core.invariant_checks` for the metrics, and what is broken is announced. Nothing is repaired.
"""
