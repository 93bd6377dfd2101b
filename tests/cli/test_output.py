from __future__ import annotations

import pytest

from ngio_collections.cli._output import count, safe


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("Größe 細胞 µm", "Größe 細胞 µm"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("two\nlines\r\t", r"two\nlines\r\t"),
        ("bell\x07 nul\x00 c1\x9b", r"bell\x07 nul\x00 c1\x9b"),
        ("lone \ud800", r"lone \ud800"),
        ("right to left \u202eabc", r"right to left \u202eabc"),
        ("zero\u200bwidth\u2028line", r"zero\u200bwidth\u2028line"),
        ("[red]markup[/red]", "[red]markup[/red]"),
    ],
)
def test_what_is_not_plainly_visible_is_written_as_an_escape(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_characters_that_the_encoding_lacks_are_written_as_escapes() -> None:
    assert safe("Größe 細", "ascii") == r"Gr\xf6\xdfe \u7d30"
    assert safe("Größe 細", "latin-1") == r"Größe \u7d30"


def test_a_very_long_text_is_cut_and_says_so() -> None:
    shown = safe("x" * 12_000)
    assert len(shown) < 2_100
    assert shown.endswith("... (10000 more characters)")


def test_numbers_agree_with_their_nouns() -> None:
    assert [count(n, "document") for n in (0, 1, 2)] == ["0 documents", "1 document", "2 documents"]
