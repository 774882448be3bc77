"""Community: spaces with posts, self-paced courses, events, paid memberships, messages, points (seed 001).

Its tables live in the PostgreSQL schema `community`; there is one community per deployment (Z-16). Words with two
meanings: a *member* is a row of `community.users`, while a *membership* is a paid subscription, never belonging to an
organization; a *tier* is what a membership pays for, a *level* what points have earned; a *course* is a self-paced
catalogue entry that people enroll in at any time, never the academy's with its cohorts, and so with *modules*,
*lessons* and *enrollments*; an *event* is an entry of the calendar, never a domain event, and an *occurrence* one of
its dates; a *message* goes from member to member and a *notification* tells a member of something; a *report* is a
complaint about content, never a document; *order* is a place in a list, never a purchase.
"""
