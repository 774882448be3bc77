-- The frozen data set. Names in braces are filled in by bench/data.py; nothing here asks a clock or rolls dice.

CREATE FUNCTION pg_temp.id(kind int, number bigint) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN
    ('0190c5a0-' || lpad(to_hex(kind), 4, '0') || '-7000-8000-' || lpad(to_hex(number), 12, '0'))::uuid;

-- A number below a bound that the seed decides.
CREATE FUNCTION pg_temp.pick(what text, below int) RETURNS int LANGUAGE sql IMMUTABLE RETURN
    ('x' || substr(md5('{seed}:' || what), 1, 7))::bit(28)::int % below;

-- Five of twelve published courses cost nothing, strewn among the others: a page of the catalogue has both.
CREATE FUNCTION pg_temp.is_free(number int) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN
    number % 12 IN (1, 3, 6, 8, 11);

INSERT INTO core.accounts (id, email, name, email_verified_at, locale, timezone)
SELECT pg_temp.id({account}, n), 'person' || n || '@example.com', 'Person ' || n, '2026-05-01T08:00:00Z', 'en-GB',
       'Europe/London'
FROM generate_series(0, {accounts} - 1) n;

INSERT INTO core.auth_sessions (id, account_id, method, device, refresh_hash, expires_at)
SELECT pg_temp.id({login}, n), pg_temp.id({account}, n), 'magic_link', 'Firefox', sha256(n::text::bytea),
       '2099-01-01T00:00:00Z'
FROM generate_series(0, {accounts} - 1) n;

INSERT INTO academy.users (id, email, token_identifier, name, timezone)
SELECT id, email, id::text, name, timezone FROM core.accounts;

INSERT INTO core.organizations (id, name, slug)
SELECT pg_temp.id({organization}, n), 'Guild ' || n, 'guild-' || n FROM generate_series(0, 39) n;

-- Every fourth person belongs to one; the first of each runs it.
INSERT INTO core.organization_memberships (organization_id, account_id, role)
SELECT pg_temp.id({organization}, guild), pg_temp.id({account}, n),
       CASE WHEN row_number() OVER (PARTITION BY guild ORDER BY n) = 1 THEN 'admin' ELSE 'member' END
FROM generate_series(0, {accounts} - 1, 4) n, LATERAL (SELECT pg_temp.pick('guild' || n, 40) AS guild) drawn;

-- After the published ones twelve drafts and archived ones, which nobody may be shown.
INSERT INTO academy.courses (id, title, description, slug, session_type, price_b2c, price_b2b, max_participants,
                             impact_level, capability_level, status, created_at, updated_at)
SELECT pg_temp.id({course}, n), 'Course ' || n,
       repeat('Practice on your own cases, with people who do it for a living. ', 6), 'course-' || n, 'cohort',
       CASE WHEN pg_temp.is_free(n) THEN 0 ELSE 49900 END, 39900, 24, 'L' || level,
       (ARRAY['fundamentals', 'intermediate', 'advanced'])[level],
       CASE WHEN n < {courses} THEN 'published' WHEN n % 2 = 0 THEN 'draft' ELSE 'archived' END, made, made
FROM generate_series(0, {courses} + 11) n,
     LATERAL (SELECT 1 + pg_temp.pick('level' || n, 3) AS level,
                     timestamptz '2026-06-01T09:00:00Z' + n * interval '61 minutes 7.25 seconds' AS made) drawn;

INSERT INTO academy.sessions (id, course_id, title, type, day_number, order_in_day, duration_minutes, description,
                              outcomes)
SELECT pg_temp.id({session}, n * 6 + part), pg_temp.id({course}, n), 'Part ' || part, 'W', 1 + part / 3, 1 + part % 3,
       60, 'What it is about', ARRAY['know', 'can']
FROM generate_series(0, {courses} + 11) n, generate_series(0, 5) part;

-- Eight cohorts for each course that costs something, a fifth of them not open yet.
INSERT INTO academy.cohorts (id, course_id, name, start_date, end_date, max_capacity, status)
SELECT pg_temp.id({paid}, n), pg_temp.id({course}, n % {courses}), 'Paid ' || n, day, day + interval '2 days', 24,
       CASE WHEN pg_temp.pick('open' || n, 5) = 0 THEN 'scheduled' ELSE 'open' END
FROM generate_series(0, 8 * {courses} - 1) n,
     LATERAL (SELECT timestamptz '2031-01-01T09:00:00Z' + pg_temp.pick('day' || n, 300) * interval '1 day' AS day) drawn
WHERE NOT pg_temp.is_free(n % {courses});

-- Those that everybody enrolls in: a thousand over all free courses but the last, and some of the last to be wanted
-- by all at once.
WITH free AS (
    SELECT array_agg(n ORDER BY n) AS courses FROM generate_series(0, {courses} - 1) n WHERE pg_temp.is_free(n)
), planned AS (
    SELECT {cohort} AS kind, n, courses[1 + n % (cardinality(courses) - 1)] AS course, 'Spread ' AS name,
           100000 AS seats
    FROM free, generate_series(0, {spread_cohorts} - 1) n
    UNION ALL
    SELECT {hot}, n, courses[cardinality(courses)], 'Hot ', 1000000 FROM free, generate_series(0, {hot_cohorts} - 1) n
)
INSERT INTO academy.cohorts (id, course_id, name, start_date, end_date, max_capacity, status)
SELECT pg_temp.id(kind, n), pg_temp.id({course}, course), name || n, day, day + interval '2 days', seats, 'open'
FROM planned,
     LATERAL (SELECT timestamptz '2031-01-01T09:00:00Z' + pg_temp.pick(name || n, 300) * interval '1 day' AS day) drawn;
