"""Promises of the query: every line is understood, whatever is typed."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from broadsheet.index.query import LONGEST, parse, phrases, said, stem, words
from broadsheet.types import Filter, Query


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from('":-() authoridcfe0123456789')), max_size=200))
def test_no_line_is_refused(line: str) -> None:
    query = parse(line)
    assert all(word.strip() for word in query.words)


def test_free_words_keep_their_order_and_spelling() -> None:
    assert parse("Normalization makes Momentum shrink").words == ("Normalization", "makes", "Momentum", "shrink")


def test_operators_are_taken_out_of_the_words() -> None:
    line = 'graphs "scale invariant" -survey author:Heo title:slow cat:cs.LG has:code after:2020 before:2021-03 id:2006.08217'
    assert replace(parse(line), parts=()) == Query(
        text=line,
        free="graphs",
        words=("graphs",),
        phrases=("scale invariant",),
        excluded=("survey",),
        authors=("Heo",),
        titles=("slow",),
        ids=("2006.08217",),
        filter=Filter(after=date(2020, 1, 1), before=date(2021, 3, 31), categories=("cs.LG",), has_code=True),
    )


def test_what_a_query_says_keeps_the_signs_between_its_words() -> None:
    query = parse('What is self-attention? Who, in 2017, "first used" it? cat:cs.LG -survey')
    assert said(query, {"2017"}) == "What is self-attention? Who, in , it? first used"
    assert said(replace(query, corrected=(("used", "uses"), ("it", "them"))), ()).endswith("2017, them? first used")


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from('":-() authoridcfe0123456789')), max_size=200))
def test_a_query_says_its_words_and_phrases(line: str) -> None:
    query = parse(line)
    assert words(said(query, ())) == words(" ".join((*query.words, *query.phrases, *query.titles)))


def test_a_quoted_value_may_contain_blanks() -> None:
    assert parse('author:"Jane Doe" title:"dark matter"').authors == ("Jane Doe",)
    assert parse('author:"Jane Doe" title:"dark matter"').titles == ("dark matter",)


def test_an_operator_that_makes_no_sense_is_words() -> None:
    assert parse("after:yesterday has:cake cats:many").words == ("after", "yesterday", "has", "cake", "cats", "many")
    assert parse("after:2020-13-45").filter == Filter()


def test_an_open_quote_ends_with_the_line() -> None:
    assert parse('large "language mod').phrases == ("language mod",)


def test_in_a_pasted_text_quotes_and_minus_signs_are_its_own() -> None:
    pasted = 'We ask what "scale invariance" of a layer -or two- means ' + "for the training of networks " * 4
    query = parse(pasted + "cat:cs.LG")
    assert (query.phrases, query.excluded) == ((), ())
    assert {"scale", "invariance", "or", "two"} <= set(query.words)
    assert query.filter.categories == ("cs.LG",)


def test_of_two_days_the_narrower_one_counts() -> None:
    base = Filter(after=date(2021, 1, 1), before=date(2022, 12, 31))
    narrower = parse("after:2020 before:2022-05-05", base).filter
    assert (narrower.after, narrower.before) == (date(2021, 1, 1), date(2022, 5, 5))


def test_a_pasted_book_is_read_only_as_far_as_a_query_can_be() -> None:
    assert len(parse("word " * 100_000).text) <= LONGEST


def test_words_with_one_stem_are_one_word() -> None:
    assert stem("Normalization") == stem("normalizations") == stem("NORMALIZATION")
    assert stem("café") == stem("cafe")


def test_phrases_are_every_two_words_in_a_row_whatever_their_form() -> None:
    assert phrases("Learning models, learned models!").tolist() == phrases("models learn: models").tolist()
    assert phrases("Learning models, learned models!").tolist() == sorted(
        int(each) for several in ("learn model", "models learn") for each in phrases(several)
    )
    assert len(set(phrases("learn models").tolist()) ^ set(phrases("model learning").tolist())) == 2
    assert phrases("one").tolist() == phrases("").tolist() == []


def test_what_stands_for_a_phrase_stands_for_no_other_whatever_their_words() -> None:
    words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    pairs = {(a, b): phrases(f"{a} {b}").tolist() for a in words for b in words}
    assert all(len(each) == 1 for each in pairs.values())
    assert len({each[0] for each in pairs.values()}) == len(words) ** 2
