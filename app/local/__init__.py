"""The services of one machine, and the supervisor that keeps Lyceum running on it.

When `DATABASE_URL` or `REDIS_URL` is not set, this room starts a PostgreSQL and a Valkey from the
binaries that the extra `embedded` installs, keeps their data in the state folder and stops them again.
It also supervises the processes of `lyceum run`. Nothing else imports it but the command line and the
tests: the service itself never knows where its database came from.

What holds here:
- one state folder has at most one PostgreSQL and one Valkey, however many processes ask for them at once;
- whoever leaves last stops them; a killed process leaves nothing that the next start cannot adopt or end;
- acknowledged writes survive a crash (`durable=True`), except in the servers of the tests;
- nothing listens on the network, no foreign folder is changed, and no server runs as root.
"""
