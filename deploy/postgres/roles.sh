#!/bin/sh
# Runs once, when the database is first started: the owner of the tables, the role that the service connects as, and
# their database. Migrations need no more rights than the owner's, and grant the service its own.
set -eu

# psql reads its passwords from the environment, so that no command line shows them.
psql --no-psqlrc --set=ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
\getenv owner_password LYCEUM_OWNER_PASSWORD
\getenv app_password LYCEUM_APP_PASSWORD

CREATE ROLE lyceum LOGIN PASSWORD :'owner_password';
CREATE ROLE lyceum_app LOGIN PASSWORD :'app_password';

-- On the role rather than the session, so that they hold behind PgBouncer.
ALTER ROLE lyceum_app SET statement_timeout = '5s';
ALTER ROLE lyceum_app SET lock_timeout = '2s';
ALTER ROLE lyceum_app SET idle_in_transaction_session_timeout = '10s';

CREATE DATABASE lyceum OWNER lyceum;
REVOKE ALL ON DATABASE lyceum FROM PUBLIC;
GRANT CONNECT ON DATABASE lyceum TO lyceum_app;
SQL
