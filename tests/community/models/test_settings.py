"""The settings: one row."""

import pytest

from app.community.models import CommunitySettings
from tests.community.models.conftest import Hand, without
from tests.factories import community


@pytest.mark.req("T-TAB-23")
async def test_there_is_no_second_row_of_settings(hand: Hand) -> None:
    assert await hand.refused(CommunitySettings(name="Guild")) is None
    assert await hand.refused(CommunitySettings(name="Another")) == "uq_community_settings_only_row"


async def test_a_domain_is_written_in_lower_case(hand: Hand) -> None:
    shouting = CommunitySettings(name="Guild", custom_domain="Guild.example")
    assert await hand.refused(shouting) == "ck_community_settings_custom_domain"


async def test_pictures_that_vanish_are_no_longer_shown(hand: Hand) -> None:
    logo, favicon = await hand.save(community.stored_file()), await hand.save(community.stored_file())
    settings = CommunitySettings(name="Guild", logo_storage_id=logo.id, favicon_storage_id=favicon.id)
    await hand.save(settings)
    await hand.session.execute(without(logo))
    await hand.session.execute(without(favicon))
    await hand.session.refresh(settings)
    assert (settings.logo_storage_id, settings.favicon_storage_id) == (None, None)
