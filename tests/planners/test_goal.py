"""Reading a goal: its object and deed, in any language."""

import pytest

from milestone.agents.planners.goal import read_goal


@pytest.mark.parametrize(
    ("text", "subject", "deed"),
    [
        ("Add a contact form with spam protection", "contact form", "make"),
        ("Set up development environment", "development environment", "make"),
        ("We want to migrate the customer table from MySQL to PostgreSQL", "customer table", "move"),
        ("Add support for dark mode", "dark mode", "make"),
        ("Organise a conference for 200 beekeepers", "conference", "organise"),
        ("Research which heat pump fits our house", "heat pump", "decide"),
        ("Get rid of the old barn", "old barn", "remove"),
        ("Kayak", "Kayak", "make"),
        ("Kontaktformular mit Spamschutz hinzufügen", "Kontaktformular", "make"),
        ("Mettre en place l'authentification des utilisateurs", "authentification des utilisateurs", "make"),
        ("Создать систему аутентификации пользователей", "систему аутентификации пользователей", "make"),
        ("实现用户登录功能", "用户登录功能", "make"),
        ("将订单数据从MySQL迁移到PostgreSQL", "订单数据", "move"),
        ("ユーザー認証を実装する", "ユーザー認証", "make"),
        ("사용자 인증 시스템 구현", "사용자 인증 시스템", "make"),
        ("إنشاء نظام تسجيل الدخول", "نظام تسجيل الدخول", "make"),
        ("สร้างระบบจองห้องประชุม", "ระบบจองห้องประชุม", "make"),
        ("kullanıcı giriş sistemi oluştur", "kullanıcı giriş sistemi", "make"),
    ],
)
def test_the_object_is_found_as_it_stands_in_the_goal(text: str, subject: str, deed: str) -> None:
    goal = read_goal(text)

    assert (goal.object, goal.deed) == (subject, deed)
    assert subject in goal.title


def test_what_the_goal_names_besides_its_object_are_its_parts() -> None:
    goal = read_goal("Create a REST API with authentication, search and payments")

    assert goal.parts == ("authentication", "search", "payments")


def test_a_page_is_read_for_its_intention_its_list_and_its_numbers() -> None:
    page = (
        "Our bakery has sold bread over the counter since 1931, and the queue on Saturdays reaches the corner of "
        "the street, which neighbours and the fire brigade both complain about every month.\n\n"
        "We want to build an ordering page so that people can pick up what they reserved.\n\n"
        "- Opening hours per branch\n- Reserve until 18:00\n- Printed list for the bakers\n\n"
        "At most 200 orders a day. A page must load within 2 seconds on an old phone."
    )

    goal = read_goal(page)

    assert goal.object == "ordering page"
    assert goal.title == "Build an ordering page so that people can pick up what they reserved"
    assert goal.parts == ("opening hours per branch", "reserve until 18:00", "printed list for the bakers")
    assert any("2 seconds" in text for text in goal.measures)


def test_a_short_first_sentence_is_no_headline() -> None:
    goal = read_goal(
        "We run a small museum.\n\nWe want to build a ticket shop.\n\n- school classes\n- winter hours\n"
    )

    assert goal.object == "ticket shop"


@pytest.mark.parametrize("text", ["", "   ", "!!!", "\x1b[31m\x1b[0m"[:1]])
def test_a_goal_without_words_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="no words"):
        read_goal(text)


def test_control_characters_never_reach_a_title() -> None:
    goal = read_goal("Add a \x1b[31mred\x07 button --rm\u202e")

    assert not any(ord(c) < 32 for c in goal.title)
