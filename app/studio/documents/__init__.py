"""Documents: the JSON inside of content, as it is shown, and its schemas as the public reads them (S-CNT-02, Z-195).

What comes in is validated by the shapes of `app/studio/models/shapes.py`; the published schemas are made from those
very shapes, so a client that validates with any library of JSON Schema comes to the same verdict as the API.
"""
