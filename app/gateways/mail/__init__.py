"""Mail: sign-in links through Resend, everything else through Brevo, files in the state folder when no key is set."""
