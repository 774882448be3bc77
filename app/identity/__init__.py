"""Identity: the one login of each person (Z-03), their devices, and the organizations they belong to (Z-04).

Tables, all in schema `core`: accounts, account_identities, auth_sessions, magic_links, organizations,
organization_memberships. A login is called `auth_session`; a class people attend is a `session` (Z-02).
No password is ever stored: an account is entered by a link sent to its address or through Google. What a person may
do inside a system is kept by that system; the access token says who, never what.
"""
