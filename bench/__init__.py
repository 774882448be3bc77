"""The measured promise of speed: the product beside a ceiling of the same run, on the same data, doing the same work.

`python -m bench` (or `make bench`) measures, `python -m bench --profile <job>` explains. Ratios are the result;
requests per second say more about the machine than about the code.
"""
