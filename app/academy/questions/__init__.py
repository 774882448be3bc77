"""Questions: what is asked, what is right, and which skills it tests (A-ASM-07, A-ASM-12, A-ASM-14).

Seen by platform admins and by who teaches the course, never by learners: they meet a question in an attempt. Every edit
is a new version; attempts keep the one that they drew. The questions of a post-assessment repeat those of the
pre-assessment that it is paired with (Z-94).
"""
