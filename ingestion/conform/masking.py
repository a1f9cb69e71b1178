"""Masking of what a person writes, as generated SQL: contacts, numbers, secrets, names.

The first mask knows addresses and long numbers. The second one works on what the first left,
so that the row's fingerprint, which is of the first, stays when the second one learns: no row
of before becomes a new version. Whose words are masked belongs in ``personal``.
"""

from ingestion.conform.expressions import matches, replaced

EMAIL_IN_TEXT = r"[\p{L}\p{N}._%+'\-]+[@＠][\p{L}\p{N}][\p{L}\p{N}.\-]*"
NUMBER_IN_TEXT = (
    r"[+＋]?\p{Nd}(?:[\s\-().,/_*·\x{a0}\x{200b}-\x{2015}\x{202a}-\x{202f}\x{2066}-\x{2069}"
    r"\x{2212}]{0,3}\p{Nd}){6,}"
)
"""Seven digits and more of any script: every card, account, passport, tax and identity number,
whether its check digit is right or mistyped."""

_EDGE = r"(^|[^\p{L}\p{N}])"
_SAID = r"[\s:=.\-–—№#]{0,3}(?:(?i:is|code|no|number|код|номер|است|شماره)[\s:.№#]{1,2})?"
_TELLING = (
    r"(?i:cvv[2۲٢]?|cvc2?|pin|otp|passcode|password|passport|пин|пароль|смс|паспорт\p{L}{0,2}|сери[яию]"
    r"|رمز|رمز دوم|رمز پویا|رمز عبور|کد تا[یيأئ][یي]?د|پین|شناسنامه|گذرنامه|پاسپورت)"
)
_PHONE = (
    r"(?i:phone|tel|mobile|cell|тел|телефон\p{L}{0,2}|сот|моб|تلفن|موبایل|همراه|شماره تماس|تماس)"
)
NUMBERS = {
    rf"{_EDGE}({_TELLING}{_SAID})\p{{Nd}}(?:[\s\-]?\p{{Nd}}){{2,}}": r"\1\2[number]",
    rf"{_EDGE}({_PHONE}{_SAID})\p{{Nd}}(?:[\s\-]?\p{{Nd}}){{4,}}": r"\1\2[number]",
    r"((?i:паспорт\p{L}{0,2}|сери[яию])[\s:№]{0,3}\[number\][\s,]{1,2}(?i:номер|№|n)?[\s:№]{0,2})"
    r"\p{Nd}{6}": r"\1[number]",
    r"\b[A-Za-z]{2}(?:\p{Nd}{2}[ \-]?[A-Za-z]{4}[ \-]?)?\[number\][A-Z0-9]*": "[number]",
}
"""Shorter numbers that the word before makes certain; what is left of an IBAN with letters."""

SECRETS = {
    r"://[^\s/]*\[email\]": "://[secret]",
    r"([?&#][\p{L}\p{N}_.\-]{1,40}=)[^\s&#]+": r"\1[secret]",
}
"""Who signs in through an address, and what its query says: tokens, numbers, names."""

_CAPITAL = r"(?:\p{Lu}(?:['’]\p{Lu})?\p{Ll}+(?:[\-'’]\p{Lu}?\p{Ll}+)*|\p{Lu}\.)"
_PARTICLE = r"(?:(?:van|von|de|der|den|bin|al|el|da|di|la)\s){0,2}"
_CAPITALS = rf"{_CAPITAL}(?:\s?{_PARTICLE}{_CAPITAL}){{0,2}}"
_PERSIAN = r"[\x{621}-\x{64a}\x{670}-\x{6d3}\x{200c}]+"
_FIRST_NAME = (
    r"(?:ع?ل[یي]|محمد|محمدرضا|عل[یي]رضا|رضا|حس[یي]ن|حسن|مهد[یي]|ام[یي]ر|احمد|محمود|سع[یي]د|حم[یي]د"
    r"|مج[یي]د|وح[یي]د|مسعود|بهرام|بهنام|فرهاد|آرش|کامران|ب[یي]ژن|نادر|مر[یي]م|فاطمه|زهرا|سارا|زینب"
    r"|نرگس|ل[یي]لا|مینا|م[یي]نا|شیما|الهام|الهه|سم[یي]ه|معصومه|پر[یي]سا|نگار|نازن[یي]ن|مهسا|نسر[یي]ن"
    r"|شهلا|پروانه|عباس|اکبر|اصغر|جواد|کاظم|ابراه[یي]م|اسماع[یي]ل|مصطف[یي]|مرتض[یي]|س[یي]نا|پو[یي]ا"
    r"|بابک|بهزاد|پ[یي]مان|حامد|هاد[یي]|هاشم|ناصر|منصور|منوچهر|م[یي]لاد|نو[یي]د|ام[یي]د|آرم[یي]ن|ک[یي]وان|داوود|فر[یي]با|فرزانه|فر[یي]ده"
    r"|نگ[یي]ن|مه[یي]ن|ندا|هد[یي]ه|هما|طاهره|صد[یي]قه|ناه[یي]د|محبوبه|مژگان|ش[یي]ر[یي]ن|راض[یي]ه|مرض[یي]ه|آتنا|س[یي]ما)"
)
_TITLE = r"(?:(?:دکتر|مهندس|س[یي]د|حاج|حاج[یي])\s)?"
_SPOKEN = (
    r"(?i:my name is|my name's|my full name is|меня зовут|мо[её] имя|мои фио|ф\.?и\.?о\.?|фамилия"
    r"|esmam|esme man)"
)
_TITLED = (
    r"(?:(?i:mr|mrs|ms|miss|dr|prof|г-на?|г-ну|г-жа|г-жи|г-же|г-жу)\.?"
    r"|(?i:dear|agent|recipient|получатель|regards|sincerely|yours|господин\p{Ll}{0,2}|госпож\p{Ll}{1,2}"
    r"|уважаем(?:ый|ая|ые|ого|ой)|с уважением|на имя))"
)
_PERSIAN_SPOKEN = (
    r"(?:(?:اسم|نام)\s(?:من|بنده)|به (?:نام|اسم)|اسمم|ا[یي]نجانب|نام خانوادگ[یي]"
    r"|نام و نام خانوادگ[یي])"
)
_PERSIAN_TITLED = r"(?:جناب [آا]قا[یي]|جناب|[آا]قا[یي]|سرکار خانم|خانم|خانوم)"
_PATRONYMIC = r"(?:вич(?:а|у|ем|е)?|(?:[ое]в|ич)н(?:а|ы|е|у|ой))"
_AFTER_SPOKEN = (
    r"(?i:not|nowhere|misspelt|on|in|wrong|misspelled|spelled|incorrect|written|missing|still|the|a|an|listed|already"
    r"|не|в|на|у|и|моя|мо[её]|указан\p{Ll}{1,2}|написан\p{Ll}{1,2}|неверн\p{Ll}|неправильн\p{Ll}|друг\p{Ll}{2})"
)
_AFTER_TITLED = (
    r"(?i:mr|mrs|ms|miss|dr|prof|sirs?|madam|truly|faithfully|team|all|support|customer|customers|client|friend|friends|service|colleagues"
    r"|клиент\p{Ll}{0,2}|служба|поддержка|команда|коллеги|администрация|покупател\p{Ll}{1,2}"
    r"|компания|магазин|оператор\p{Ll}{0,2}|директор|менеджер)"
)
_AFTER_PERSIAN = (
    r"(?:محترم|عز[یي]ز|گرام[یي]|محترمه|پشت[یي]بان|پشت[یي]بان[یي]|اپراتور|کارشناس|مد[یي]ر|پ[یي]ک|راننده"
    r"|فروشنده|مسئول|مس[یي]ول|منش[یي]|مشتر[یي]|که|هم|و|خ[یي]ل[یي]|بس[یي]ار|با|از|در|به|تا|رو|را|تو[یي]?"
    r"|پشت|جوان|گفت|گفتند|بود|بودند|است|ن[یي]ست|هست|ها|ها[یي]|ا[یي]|اشتباه|غلط|ثبت|رو[یي]|همکار|پاسخگو"
    r"|برخورد|جواب|لطفا|ممنون|خوش|خوب|مهربان|خدا|شما|من|او|ا[یي]شان|دار|خانه|شرکت|خودم|خودش|خود|همسرم|مادرم|پدرم|د[یي]گر|د[یي]گه|پستچ[یي]|مسن|نوشته"
    r"|فاکتور|ا[یي]ن|آن|تعم[یي]رکار|نگهبان|مامور|مأمور|پرستار"
    r"|مد[یي]ر[یي]ت|عوض|درست|حذف|وارد|تغ[یي][یي]ر|گارانت[یي])"
)
_SURNAME = r"[\x{621}-\x{64a}\x{67e}\x{686}\x{698}\x{6a9}\x{6af}]{3,}[یي]"
_NO_SURNAME = (
    r"(?:خ[یي]ل[یي]|ول[یي]|[یي]ک[یي]|وقت[یي]|کس[یي]|چ[یي]ز[یي]|حت[یي]|عال[یي]|راهنما[یي][یي]|پ[یي]گ[یي]ر[یي]|همکار[یي]"
    r"|پشت[یي]بان[یي]|قبل[یي]|بعد[یي]|فعل[یي]|طولان[یي]|گرام[یي]|تلفن[یي]|قطع[یي]|برا[یي]|کل[یي]|مشتر[یي])"
)
_HELD = "\ue000"
"""Stands behind a word of introduction that no name follows, until the names are masked."""

INTRODUCED = (
    rf"{_SPOKEN}|{_TITLED}|{_PERSIAN_SPOKEN}|{_PERSIAN_TITLED}|(?i:speaking|calling)"
    rf"|\p{{Lu}}\p{{Ll}}+{_PATRONYMIC}"
)
_BREAK, _GAP = r"[\s:,.\-–—]{1,3}", r"[\s:,]{1,3}"
NAMES = {
    rf"({_SPOKEN}{_BREAK})({_AFTER_SPOKEN}(?:[^\p{{L}}]|$))": rf"\1{_HELD}\2",
    rf"({_TITLED}{_GAP})({_AFTER_TITLED}(?:[^\p{{L}}]|$))": rf"\1{_HELD}\2",
    rf"((?:{_PERSIAN_SPOKEN}|{_PERSIAN_TITLED})[\s:]{{1,2}})"
    rf"({_AFTER_PERSIAN}(?:[^\x{{621}}-\x{{6d3}}]|$))": rf"\1{_HELD}\2",
    rf"((?:{_PERSIAN_SPOKEN}|{_PERSIAN_TITLED})[\s:]{{1,2}}{_PERSIAN}\s)"
    rf"({_NO_SURNAME}(?:[^\x{{621}}-\x{{6d3}}]|$))": rf"\1{_HELD}\2",
    rf"{_EDGE}({_SPOKEN}{_BREAK})"
    rf"(?:{_CAPITALS}|\p{{L}}+(?:\s{_PARTICLE}{_CAPITAL})*)": r"\1\2[name]",
    rf"{_EDGE}({_TITLED}{_GAP}){_CAPITALS}": r"\1\2[name]",
    rf"((?i:this is|it's|it is)\s){_CAPITALS}(\s(?i:speaking|calling|here))": r"\1[name]\2",
    rf"{_EDGE}{_CAPITAL}\s\p{{Lu}}\p{{Ll}}+{_PATRONYMIC}"
    rf"(?:\s{_CAPITAL}|([^\p{{L}}]|$))": r"\1[name]\2",
    rf"{_EDGE}({_PERSIAN_SPOKEN}[\s:]{{1,2}}){_PERSIAN}(?:\s{_PERSIAN}){{0,2}}"
    r"(\s(?:است|هست|هستم|هستش|م[یي]\x{200c}?باشد))": r"\1\2[name]\3",
    rf"{_EDGE}((?:{_PERSIAN_SPOKEN}|{_PERSIAN_TITLED})[\s:]{{1,2}})"
    rf"{_TITLE}(?:{_FIRST_NAME}\s{_PERSIAN}|{_PERSIAN}(?:\s{_SURNAME})?)": r"\1\2[name]",
}
"""Names after an introduction, a title, in a signature, or with a Russian patronymic. Any other
name looks like any other word."""


def without_contacts(text: str) -> str:
    """``text`` with e-mail addresses and long numbers masked: what a row's fingerprint is of."""
    has_address = f"contains({text}, '@') or contains({text}, '＠')"
    without = replaced(text, EMAIL_IN_TEXT, "[email]")
    without = f"case when {has_address} then {without} else {text} end"
    return replaced(without, NUMBER_IN_TEXT, "[number]")


def without_short_numbers(text: str) -> str:
    """``text`` without what an introducing word makes a secret or a phone, and rests of IBANs."""
    has_number = matches(text, r"\p{Nd}{2}|\[number\]")
    return f"case when {has_number} then {_all_replaced(text, NUMBERS)} else {text} end"


def without_secrets(text: str) -> str:
    """``text`` with addresses of pages, but not what they give away."""
    has_query = f"contains({text}, '=') or contains({text}, '://')"
    return f"case when {has_query} then {_all_replaced(text, SECRETS)} else {text} end"


def without_names(text: str) -> str:
    """``text`` without the names that an introduction, a title or a patronymic makes certain."""
    named = f"replace({_all_replaced(text, NAMES)}, '{_HELD}', '')"
    return f"case when {matches(text, INTRODUCED)} then {named} else {text} end"


def _all_replaced(text: str, patterns: dict[str, str]) -> str:
    for pattern, by in patterns.items():
        text = replaced(text, pattern, by)
    return text
