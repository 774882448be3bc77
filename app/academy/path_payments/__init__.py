"""Paying for learning paths: bundles bought once, subscriptions, and what Stripe tells us of either.

A purchase knows its money and nothing of its person's progress: whatever changes what it entitles to is announced
(`PathPurchaseChanged`), and `path_enrollments` draws the conclusion. Facts move it only forward, in whatever order and
however often they come; of a subscription the newest word counts, by Stripe's clock.
"""
