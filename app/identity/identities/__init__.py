"""Outside logins: which Google account leads to which of ours (A-AUT-01).

Known by issuer and subject. An address alone joins two accounts only when the issuer runs that address (Gmail, or a
Workspace that names its domain); otherwise whoever once had the address could walk in, so a magic link must come
first. An account that begins with an unproven address loses such logins when somebody proves the address.
"""
