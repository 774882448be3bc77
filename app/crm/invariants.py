"""What the CRM promises of its rows (reliability rule 64), as statements that find what breaks it."""

from app.core.invariants import Invariant, Kind

INVARIANTS = (
    Invariant(
        "crm.places_kept",
        "no program has more people enrolled than places, unless places were taken away after the last of them came",
        "P-ENR-02",
        # A completion that was taken back needs a place like anybody else.
        """
        SELECT program.id AS subject, format('%s enrolled, %s places', count(*), max_participants) AS detail
        FROM crm.programs program JOIN crm.program_participation participation
          ON participation.program_id = program.id AND participation.status = 'enrolled'
        GROUP BY program.id
        HAVING count(*) > max_participants AND NOT EXISTS (
            SELECT FROM crm.audit_entries entry
            WHERE entry.subject_id = program.id AND entry.action = 'program_changed'
              AND entry.changes ? 'max_participants'
              AND entry.created_at >= max(greatest(participation.enrolled_at, participation.reopened_at)))
        """,
    ),
    Invariant(
        "crm.completed_have_not_begun_anew",
        "nobody who has completed a program has a live participation in it beside that",
        "P-ENR-04",
        """
        SELECT live.id AS subject, format('%s beside a completed one', live.status) AS detail
        FROM crm.program_participation live JOIN crm.program_participation completed USING (program_id, user_id)
        WHERE live.status IN ('pending', 'enrolled') AND completed.status = 'completed'
        """,
    ),
    Invariant(
        "crm.completions_are_announced",
        "every completion of the last day was announced once more often than it was taken back",
        "P-PRV-02",
        """
        SELECT participation.id AS subject, format('%s told, %s taken back', told, taken_back) AS detail
        FROM crm.program_participation participation
        CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE kind = 'crm.participation_completed') AS told,
                   count(*) FILTER (WHERE kind = 'crm.participation_reopened') AS taken_back
            FROM core.outbox event WHERE event.key = participation.id
        ) said
        WHERE status = 'completed' AND completed_at > now() - interval '1 day'
          AND participation.created_at > now() - interval '1 day' AND told <> taken_back + 1
        """,
    ),
    Invariant(
        "crm.enrollments_are_announced",
        "every participation of the last day that was ever enrolled was announced as that, once",
        "P-PRV-02",
        """
        SELECT participation.id AS subject, format('%s, told %s times', status, told) AS detail
        FROM crm.program_participation participation
        CROSS JOIN LATERAL (
            SELECT count(*) AS told FROM core.outbox event
            WHERE event.key = participation.id AND event.kind = 'crm.participation_enrolled'
        ) said
        WHERE enrolled_at IS NOT NULL AND participation.created_at > now() - interval '1 day' AND told <> 1
        """,
    ),
    Invariant(
        "crm.changes_are_audited",
        "every event of the last day about a program, a participation or an event has its audit entry",
        "P-PRV-02",
        # A wish for a slug changes nothing yet.
        """
        SELECT event.id AS subject, event.kind AS detail FROM core.outbox event
        WHERE event.kind LIKE 'crm.%' AND event.kind <> 'crm.program_slug_requested'
          AND event.created_at > now() - interval '1 day'
          AND NOT EXISTS (SELECT FROM crm.audit_entries entry
                          WHERE entry.subject_id = event.key AND 'crm.' || entry.action = event.kind
                            AND entry.created_at > now() - interval '2 days')
        """,
    ),
    Invariant(
        "crm.former_slugs_are_former",
        "no program has its present slug among its former ones",
        "Z-22",
        """
        SELECT former.id AS subject, former.slug AS detail
        FROM crm.program_slugs former JOIN crm.programs program
          ON program.id = former.program_id AND program.slug = former.slug
        """,
    ),
    Invariant(
        "crm.slugs_are_settled",
        "no program waits for the slug of its name for over fifteen minutes after an import",
        "Z-21",
        """
        SELECT id AS subject, slug AS detail FROM crm.programs
        WHERE slug = 'import-' || id AND created_at < now() - interval '15 minutes'
        """,
        Kind.late,
    ),
    Invariant(
        "crm.participants_belong",
        "nobody takes part in a program whose organization they left over fifteen minutes ago",
        "P-ENR-01",
        """
        SELECT participation.id AS subject, participation.status AS detail FROM crm.program_participation participation
        WHERE status IN ('pending', 'enrolled') AND NOT EXISTS (
            SELECT FROM core.organization_memberships place
            WHERE place.organization_id = participation.organization_id AND place.account_id = participation.user_id
              AND (place.ended_at IS NULL OR place.ended_at > now() - interval '15 minutes'))
        """,
        Kind.late,
    ),
    Invariant(
        "crm.attendance_completes",
        "nobody is still enrolled in an active program fifteen minutes after the attendance that completes it",
        "P-CMP-05",
        """
        SELECT participation.id AS subject, format('%s of %s', count(*), completion_required_count) AS detail
        FROM crm.program_participation participation
        JOIN crm.programs program ON program.id = participation.program_id
        JOIN crm.program_events link ON link.program_id = program.id
        JOIN crm.events event ON event.id = link.event_id AND event.cancelled_at IS NULL
        JOIN crm.event_attendance attendance ON attendance.event_id = event.id
         AND attendance.user_id = participation.user_id AND attendance.status IN ('attended', 'partial')
        WHERE participation.status = 'enrolled' AND program.status = 'active'
          AND completion_criteria_type = 'attendance_count'
        GROUP BY participation.id, program.id
        HAVING count(*) + coalesce(manual_attendance_count, 0) >= completion_required_count
           AND max(attendance.updated_at) > greatest(participation.enrolled_at, participation.reopened_at)
           AND max(attendance.updated_at) < now() - interval '15 minutes'
        """,
        Kind.late,
    ),
)
