"""What a network can do is data: every value of it is coherent, every rule has its source."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from social.contracts import COMMENT, DIRECT
from social.logins import Asked
from social.providers.registry import CAPABILITIES, PROVIDERS
from social.refusals import Action, rule_for
from tests.contracts.frame import FIXTURES, INVENTED, Subject, codes_of, samples, subjects

ASKED = Asked(state="etat & plus", challenge="defi", redirect_uri="https://flow.example/retour")
ABILITIES = {"direct", "comments", "private_replies", "automation"}
WAITING = {Action.RETRY, Action.PAUSE_ACCOUNT, Action.PAUSE_PROVIDER}


def test_every_network_is_looked_at() -> None:
    assert set(subjects()) == {*PROVIDERS, INVENTED}
    assert all((FIXTURES / name).is_dir() and samples(name) for name in PROVIDERS)


def test_every_kind_of_account_belongs_to_one_network() -> None:
    kinds = [kind for provider in PROVIDERS.values() for kind in provider.capabilities]

    assert len(kinds) == len(set(kinds)) == len(CAPABILITIES)


def test_what_an_account_can_do_is_coherent(subject: Subject) -> None:
    for can in subject.provider.capabilities.values():
        assert can.direct_messages or can.comments
        assert (can.text_limit > 0) >= can.direct_messages
        assert (can.comment_limit > 0) is can.comments
        assert can.comments or not can.private_reply_days
        if can.human_window_hours is not None:
            assert can.reply_window_hours is not None
            assert can.human_window_hours > can.reply_window_hours
        assert can.messages_per_window is None or can.reply_window_hours is not None
        assert can.within(DIRECT) == can
        assert can.within(COMMENT).text_limit == can.comment_limit
        assert can.within(COMMENT).reply_window_hours is None


def test_the_suite_plays_every_kind_of_account(subject: Subject) -> None:
    played = {account.kind for account in subject.accounts}

    assert played == set(subject.provider.capabilities)


def test_every_rule_says_what_it_means_and_who_says_so(subject: Subject) -> None:
    rules = subject.provider.rules
    assert rules
    for rule in rules:
        assert rule.codes
        assert rule.meaning.strip()
        assert rule.source.strip()
        assert bool(rule.lacks) is (rule.action is Action.LACKS), rule
        assert rule.lacks in ABILITIES | {""}
        assert rule.wait is None or rule.wait > 0
        assert not rule.name or re.fullmatch(r"[a-z][a-z0-9_]{2,59}", rule.name), rule
        assert all(len(code) <= 60 for code in codes_of(rule))


def test_no_code_has_two_rules(subject: Subject) -> None:
    rules = subject.provider.rules
    codes = [code for rule in rules for code in rule.codes]

    assert len(codes) == len(set(codes))
    for rule in rules:
        for code in codes_of(rule):
            found = rule_for(rules, code)
            assert found is rule, (code, found)


def test_a_login_brings_accounts_that_the_network_has(subject: Subject) -> None:
    provider = subject.provider
    names = [login.name for login in provider.logins]
    assert len(names) == len(set(names))
    for login in provider.logins:
        assert set(login.kinds) <= set(provider.capabilities)
        assert str(login.label)
        scopes = [scope.name for scope in login.scopes]
        assert len(scopes) == len(set(scopes))
        assert any(scope.needed for scope in login.scopes)
        assert all(str(scope.why).strip() for scope in login.scopes)
        assert all(set(scope.unlocks) <= ABILITIES for scope in login.scopes)
        if login.refresh is not None:
            assert login.refresh_ahead > timedelta(0)


def test_the_consent_page_is_told_where_to_come_back_and_with_which_state(
    subject: Subject,
) -> None:
    for login in subject.provider.logins:
        assert login.is_set_up()
        query = parse_qs(urlsplit(login.address(ASKED)).query)
        told = {value for values in query.values() for value in values}

        assert {ASKED.state, ASKED.redirect_uri} <= told
        asked_for = " ".join(told).replace(",", " ").split()
        assert {scope.name for scope in login.scopes} <= set(asked_for)


def test_streams_are_of_accounts_that_the_network_has(subject: Subject) -> None:
    provider = subject.provider
    names = [stream.name for stream in provider.streams]
    assert len(names) == len(set(names))
    assert (provider.parse_page is not None) >= bool(names)
    for stream in provider.streams:
        assert set(stream.kinds) <= set(provider.capabilities)
        assert 0 < len(stream.name) <= 30
        assert 0 < stream.shortest <= stream.longest
        assert stream.ability in ABILITIES | {""}


def test_limits_count_something_of_somebody(subject: Subject) -> None:
    for limit in subject.provider.limits:
        assert limit.calls > 0
        assert limit.seconds > 0
        assert limit.per in {"account", "app"}
        assert limit.source.strip()


def test_what_an_account_lacks_is_an_ability(subject: Subject) -> None:
    lacking = subject.provider.lacking
    if lacking is None:
        return
    for login in subject.provider.logins:
        every = tuple(scope.name for scope in login.scopes)
        for kind in login.kinds:
            for granted in (every, every[:1], every[1:]):
                lacks = lacking(kind, granted, {})
                assert set(lacks) <= ABILITIES
                assert all(reason for reason in lacks.values())
