"""Skill profiles: what somebody has reached in each skill, and what shows it (A-SKL-01).

Who sees how much of it is decided in one statement (`queries.get_view`): the learner, who teaches them and platform
admins all of it; managers of their organization what its permissions and the learner's wishes allow, with a line in the
access log; everybody else the badges of a learner who shows them to everybody.
"""
