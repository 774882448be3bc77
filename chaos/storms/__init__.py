"""Storms: everything at once, while what it stands on is taken away. Listed by name, in the order of playing.

`storm` is all of it under one load; the others are its parts, to be called by name when one of them is looked into.
"""

from chaos.scenario import Contest
from chaos.storms.apis import kill_apis
from chaos.storms.frozen import freeze_briefly, freeze_past_lease
from chaos.storms.postgres import crash_postgres
from chaos.storms.redis import take_redis_away
from chaos.storms.scene import settle, storm
from chaos.storms.workers import kill_workers

STORMS: dict[str, Contest] = {
    "storm": storm(kill_apis, freeze_briefly, kill_workers, freeze_past_lease, take_redis_away, settle, crash_postgres),
}

PARTS: dict[str, Contest] = {
    "storm-workers": storm(kill_workers),
    "storm-frozen": storm(freeze_briefly, freeze_past_lease),
    "storm-apis": storm(kill_apis),
    "storm-redis": storm(take_redis_away),
    "storm-postgres": storm(crash_postgres),
}
