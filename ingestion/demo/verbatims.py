"""Verbatims: what people write, by language and mood, with the flaws of real typing.

Each language has romanised and misspelled variants; emoji are common in all of them.
"""

from ingestion.demo.randomness import Integers
from ingestion.demo.text import Strings, chosen

UNHAPPY_WORDS = (
    (
        "Waited far too long on hold",
        "still not solved, had to call twice 😡",
        "The parcel came damaged",
        "I was billed twice and nobody explains why",
        "agent was rude, delivry late again",
        "DISAPPOINTED!!! never again",
    ),
    (
        "خیلی منتظر ماندم",
        "مشکلم حل نشد 😡",
        "بسته آسیب دیده بود",
        "دو بار از حسابم پول کم شد",
        "kheyli montazer mundam, hich kas javab nadad",
        "پشتیبانی ضعیفه، دیر جواب میدن",
    ),
    (
        "Очень долго ждал ответа",
        "вопрос так и не решили 😡",
        "Посылка пришла повреждённой",
        "дважды списали деньги",
        "ochen dolgo zhdal, uzhas",
        "Опаздали с доставкой и нагрубили",
    ),
)
NEUTRAL_WORDS = (
    ("ok", "It was fine, nothing special", "average service", "price is a bit high"),
    ("معمولی بود", "bad nabood", "قیمت‌ها بالاست", "خوبه ولی جا داره بهتر بشه"),
    ("нормально", "Средне", "цены высоковаты", "normalno, no mozhno luchshe"),
)
HAPPY_WORDS = (
    (
        "Quick answer, thanks",
        "great service 😊",
        "Delivered on time, well packed",
        "thx!! very helpfull",
    ),
    ("عالی بود، ممنون", "سریع جواب دادند 😊", "merci az poshtibani, ali bood", "بسته سر وقت رسید"),
    ("Спасибо, быстро помогли", "отличный сервис 😊", "Доставили вовремя", "vse super, spasibo"),
)
MOODS = (UNHAPPY_WORDS, NEUTRAL_WORDS, HAPPY_WORDS)
LONGEST = 6


def _table() -> tuple[str, ...]:
    """All texts in one row: mood, then language, then six choices that repeat shorter lists."""
    return tuple(
        texts[choice % len(texts)]
        for languages in MOODS
        for texts in languages
        for choice in range(LONGEST)
    )


TEXTS = ("", *_table())


def verbatims(mood: Integers, language: Integers, draw: Integers) -> Strings:
    """The words of each answer; a mood of −1 says nothing."""
    index = (mood * len(HAPPY_WORDS) + language) * LONGEST + draw % LONGEST + 1
    return chosen(TEXTS, index * (mood >= 0))
