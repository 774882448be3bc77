#!/bin/sh
# Writes the one account that may pass, from the environment, and becomes PgBouncer.
set -eu
umask 077
printf '"lyceum_app" "%s"\n' "$LYCEUM_APP_PASSWORD" >/tmp/userlist.txt
unset LYCEUM_APP_PASSWORD
exec pgbouncer /deploy/pgbouncer.ini
