"""Contests: many against one thing, with nobody killed. Listed by name, in the order in which they are played."""

from chaos.contests import (
    aborted,
    capacity,
    crowded_pool,
    offers,
    oversell,
    rolling_restart,
    slow_clients,
    stripe_orders,
    waitlist_order,
)
from chaos.scenario import Contest

CONTESTS: dict[str, Contest] = {
    "oversell": oversell.run,
    "capacity": capacity.run,
    "offers": offers.run,
    "waitlist_order": waitlist_order.run,
    "stripe_orders": stripe_orders.run,
    "slow_clients": slow_clients.run,
    "crowded_pool": crowded_pool.run,
    "aborted": aborted.run,
    "rolling_restart": rolling_restart.run,
}
