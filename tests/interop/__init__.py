"""Others' software judges our credentials: `make interop`. Not in the ordinary suite: it fetches packages."""
