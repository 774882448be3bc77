"""Outside services, each behind a typed interface that knows no domain, with a twin on this machine."""
