"""What is refused about certificates."""

from app.core.constraints import refuse_constraint
from app.core.errors import Conflict


class CertificateNotEarned(Conflict):
    """Not yet, or no longer, entitled to a certificate; `errors` lists every reason (Z-87)."""

    code = "academy.certificate_not_earned"
    title = "This enrollment has not earned a certificate"


class PathNotCompleted(Conflict):
    """A path certificate is for a path that was completed."""

    code = "academy.path_not_completed"
    title = "This path is not completed"


class CertificateIssuedMeanwhile(Conflict):
    """Somebody else has issued it at this very moment: it is there now."""

    code = "academy.certificate_issued_meanwhile"
    title = "The certificate was issued a moment ago"


refuse_constraint("uq_certificates_live", CertificateIssuedMeanwhile)
refuse_constraint("uq_path_certificates_live", CertificateIssuedMeanwhile)
