"""Where learners stand in skills: the leaderboard of a skill, and what somebody could begin next.

Both read `user_skill_progress` and write nothing. Invariant: a leaderboard names only those who let it (Z-120), and
gives no address.
"""
