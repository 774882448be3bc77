"""Magic links: proof that somebody reads the mail of an address (A-AUT-02, rule 57).

The token of a link is computed from its row and a key of the server, never stored: the row keeps its hash alone. So
the job that mails the link can make the token again, while a copy of the database opens nothing, and neither the log
of domain events nor a job's payload ever holds a way in. Asking looks at no account, so known and unknown addresses
get the same answer in the same time.
"""
