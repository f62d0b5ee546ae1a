import json
import random
import time

import pytest
from coco_caption import CASE, FLICKR8K, FLICKR8K_VALUES, digest, read_flickr8k

from seq2seq.evaluation.captions.ptb import ptb_tokenize

CASES = {
    "contractions": [
        ("I'll go, he's gone, they'd've gone", "i 'll go he 's gone they 'd 've gone"),
        ("can't won't don't CAN’T ain't", "ca n't wo n't do n't ca n't ai n't"),
        ("cannot Cannot gonna wanna gotta lemme gimme", "can not can not gon na wan na got ta lem me gim me"),
        ("dont isnt dunno", "dont isnt dunno"),
        ("the dogs' tails, the dog's tail, dog 's", "the dogs tails the dog 's tail dog 's"),
        ("ma'am o'clock O'Brien d'Arc y'all c'mon", "ma'am o'clock o'brien d'arc y' all c'mon"),
        ("'tis 'twas 'em 'til 'bout", "'t is 't was 'em 'til bout"),
        ("rock 'n' roll in the '90s, the 90's", "rock 'n' roll in the '90s the 90 's"),
    ],
    "punctuation": [
        ("a dog , a cat ; end.", "a dog a cat end"),
        ("\"hi\" 'hi' ``hi'' “hi” ‘hi’ «hi»", "hi hi hi hi hi hi"),
        ("wait... wait … wait -- wait – wait — wait - wait", "wait wait wait wait wait wait wait"),
        ("what?! wow!!! no!", "what ?! wow !!! no"),
        ("two (2) men [sic] {x}", "two -lrb- 2 -rrb- men -lsb- sic -rsb- -lcb- x -rcb-"),
        ("end.The dog", "end.the dog"),
        ("a:b a;b a,b :)", "a b a b a b :-rrb-"),
        ("* # & % @ ~ | = + < >", "* # & % @ ~ | = + < >"),
        ("_ __ ** ## ^", "_ __ ** ## ^"),
    ],
    "hyphens and slashes": [
        ("well-dressed t-shirt T-Shirt jack-o'-lantern", "well-dressed t-shirt t-shirt jack-o lantern"),
        ("-a a- a--b mid- anti- pro-choice", "a a a b mid anti- pro-choice"),
        ("and/or w/ w/o black/white/red a / b a/", "and/or w / w/o black/white/red a / b a /"),
        ("a_b _a a__b", "a_b _ a a __ b"),
    ],
    "numbers": [
        ("3,000 3.5 10:30 24/7 1960s 20-year-old 3rd", "3,000 3.5 10:30 24/7 1960s 20-year-old 3rd"),
        ("$5.00 £5 5€ 50% #12 5¢ US$5", "$ 5.00 # 5 5 $ 50 % # 12 5 cents us$ 5"),
        ("1/2 1 1/2 ½", "1/2 1\N{NO-BREAK SPACE}1/2 1/2"),
        ("-1 +1 a-1 1-2 5.", "-1 +1 a-1 1-2 5"),
        ("5:30pm 3.5mm 5'2\" 2x4", "5:30 pm 3.5 mm 5 2 2x4"),
    ],
    "abbreviations": [
        ("Mr. Smith, Dr. No, St. Louis, no. 5, No. Go", "mr. smith dr. no st. louis no. 5 no go"),
        ("the U.S. at 5 p.m. in L.A.", "the u.s. at 5 p.m. in l.a."),
        ("Washington D.C.", "washington d.c."),
        ("J. K. Rowling", "j. k. rowling"),
        ("plan B. The end", "plan b the end"),
        ("etc. vs. ft. min. lb.", "etc. vs. ft. min lb"),
        ("R&B, AT&T, b&w", "r&b at&t b & w"),
    ],
    "unicode": [
        ("Café NAÏVE Ünïcode ÑANDÚ", "café naïve ünïcode ñandú"),
        ("cafe\N{COMBINING ACUTE ACCENT}", "cafe\N{COMBINING ACUTE ACCENT}"),
        ("a😀b 😀 👍🏽", "a b"),
        ("Привет, мир", "привет мир"),
        ("a™ b© ☺", "a ™ b © ☺"),
        ("soft\N{SOFT HYPHEN}hyphen no\N{NO-BREAK SPACE}break\ttab", "softhyphen no break tab"),
        ("R&amp;B &lt;3 &quot;x&quot;", "r&b < 3 x"),
    ],
    "markup and addresses": [
        ("<unk> <b>bold</b> a < b > c", "<unk> <b> bold </b> a < b > c"),
        (
            "www.example.com https://example.com/a?b=c. me@example.com",
            "www.example.com https://example.com/a?b=c me@example.com",
        ),
        ("@home #tag", "@home #tag"),
    ],
    "scripts without spaces": [
        ("一只狗。two dogs.", "一 只 狗 。 two dogs"),
        ("犬がボールで", "犬 が ボ ー ル で"),
        ("หมา", "ห ม า"),
        ("मैं घर, кот спит", "मैं घर кот спит"),
    ],
    "nothing": [("", ""), ("   ", ""), (".", ""), (" . ", ""), ("\n", ""), ("'\"`", "")],
}


@pytest.mark.parametrize(("text", "expected"), [case for cases in CASES.values() for case in cases])
def test_rules(text, expected):
    assert " ".join(ptb_tokenize(text)) == expected


def test_own_captions_as_by_coco_caption():
    case = json.loads(CASE.read_text(encoding="utf-8"))
    captions = [picture["caption"] for picture in case["pictures"]]
    captions += [caption for picture in case["pictures"] for caption in picture["references"]]
    assert [" ".join(ptb_tokenize(caption)) for caption in captions] == case["tokens"]


@pytest.mark.skipif(not FLICKR8K.is_dir(), reason="Flickr8k is not here")
def test_all_of_flickr8k_as_by_coco_caption():
    captions, _ = read_flickr8k()
    values = json.loads(FLICKR8K_VALUES.read_text(encoding="utf-8"))
    assert len(captions) == values["captions"]
    assert digest([ptb_tokenize(caption) for caption in captions]) == values["sha256 of the tokens of all"]


def test_space_and_case_of_plain_captions_do_not_matter():
    plain = ["a", "small", "dog", "can't", "jump", ",", "it's", "tired", "t-shirt", "3,000"]
    chance = random.Random(3)
    for _ in range(200):
        words = chance.choices(plain, k=8)
        tokens = ptb_tokenize(" ".join(words))
        assert ptb_tokenize("  ".join(words).upper() + "  ") == tokens
        assert ptb_tokenize(" ".join(words) + " .") == tokens
        assert tokens == [token for word in words for token in ptb_tokenize(word)]


def test_any_text_is_cut_into_tokens_without_space():
    chance = random.Random(5)
    for _ in range(300):
        text = "".join(chr(chance.choice([chance.randrange(128), chance.randrange(0x10FFFF)])) for _ in range(40))
        for token in ptb_tokenize(text):
            assert token
            assert " " not in token


@pytest.mark.parametrize(
    "piece", ["a", "a.", "1", "1,", "a-", "'", "a'", "a@", "<a ", "http://a.", ".", "a_", "A&", "(", "é"]
)
def test_long_lines_take_no_longer_than_they_are_long(piece):
    started = time.thread_time()
    ptb_tokenize(piece * 3000)
    assert time.thread_time() - started < 5
