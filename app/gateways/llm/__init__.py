"""Language models behind any OpenAI-compatible endpoint. `twin.py` is a small, gullible one for this machine."""
