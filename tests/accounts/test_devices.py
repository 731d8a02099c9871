"""Browsers, programs and networks as people recognise them."""

import pytest

from accounts.devices import device_in_words, short_address

CHROME = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36"
WINDOWS, PHONE = "Windows NT 10.0; Win64; x64", "Linux; Android 10; K"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) Version/19.1 Safari/604.1"


@pytest.mark.parametrize(
    ("device", "words"),
    [
        (CHROME.format(WINDOWS), "Chrome, Windows"),
        (CHROME.format(WINDOWS) + " Edg/143.0.0.0", "Edge, Windows"),
        (CHROME.format(PHONE), "Chrome, Android"),
        (SAFARI, "Safari, iPhone"),
        ("curl/8.5.0", "curl"),
        ("python-requests/2.32 (Linux)", "python-requests, Linux"),
        ("Mozilla/5.0", "appareil inconnu"),
        ("", "appareil inconnu"),
        ("<b>x</b>", "appareil inconnu"),
    ],
)
def test_a_device_is_told_in_words(device: str, words: str) -> None:
    assert device_in_words(device) == words


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("203.0.113.7", "203.0.113.x"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ("", "inconnu"),
        ("unix:", "inconnu"),
    ],
)
def test_a_network_address_is_shortened(address: str, shown: str) -> None:
    assert short_address(address) == shown
