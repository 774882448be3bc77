"""The tables of app/tracker/models: what they refuse, what deleting does, and the trail that every change leaves."""
