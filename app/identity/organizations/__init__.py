"""Organizations and their members: the boundary between customers (Z-04, P-TAB-03).

Whoever makes an organization is its first admin, and it never loses its last one: changes of its members go one by
one behind the organization's row. What an organization pays for, and its programs, belong to the systems above.
"""
