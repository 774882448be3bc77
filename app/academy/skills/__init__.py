"""The taxonomy of skills: what can be learned here, from which level to which, and what has to be begun before.

Read by everybody, written by platform admins. Invariants: neither parents nor prerequisites form a cycle, and an active
skill builds on active skills only. Whoever changes a link holds the lock of the whole taxonomy, so that two changes
which are harmless apart cannot break either together. A skill is archived and never deleted: badges name it.
"""
