"""People of the academy: profiles of accounts, their role here, and the organizations that buy seats for them.

A profile (`academy.users`) has its account's id and is made on first use. Invariant: whoever is `org_admin` or
`org_member` has an organization, and is a live member of it (A-AUT-05, Z-04).
"""
