"""Other people's software judges our credentials: `make interop`. Not part of the ordinary suite: it fetches packages."""
