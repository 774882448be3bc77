"""Learning: certificates given twice, papers that nobody makes, answers that nobody grades."""

from chaos.mutants.mutant import Edit, Mutant

LEARNING = (
    Mutant(
        "certified-twice",
        "of two who ask for one certificate at once both get one, and no index keeps them apart",
        (
            Edit(
                "migrations/versions/2026_11_21_1007_academy_create_credentials.py",
                '"uq_certificates_live",\n        "certificates",\n        ["enrollment_id"],\n        unique=True,\n',
                '"uq_certificates_live",\n        "certificates",\n        ["enrollment_id"],\n',
            ),
            Edit(
                "app/academy/certificates/queries.py",
                ".where(Enrollment.id == enrollment_id)\n        .with_for_update(of=Enrollment, key_share=True)\n",
                ".where(Enrollment.id == enrollment_id)\n",
            ),
        ),
        ("storm-workers",),
        ("certificates",),
    ),
    Mutant(
        "papers-never-asked-for",
        "a certificate is issued, and no job hears that it needs its papers",
        (
            Edit(
                "app/academy/certificates/service.py",
                "    emit(session, CertificateFilesRequested(certificate_id=made.id))\n",
                "",
            ),
        ),
        ("storm-workers",),
        ("certificates",),
    ),
    Mutant(
        "model-asked-once",
        "an answer is left to the review queue when the model is away for a moment",
        (
            Edit(
                "app/academy/ai_grading/jobs.py",
                "raise RetryLater(silence.message, asked_for or job.patience.wait(job.failures)) from silence\n",
                "return\n",
            ),
        ),
        ("storm-workers",),
        ("orphaned work",),
    ),
)
