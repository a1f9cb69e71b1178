"""Files as companies have them: three kinds with Persian and Russian headers, made on the spot."""

from pathlib import Path

from openpyxl import Workbook

ROWS = range(10, 30)
PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def persian_calls(folder: Path) -> Path:
    """A workbook with a title above the header, Jalali dates beside their times, Persian digits."""
    return _workbook(
        folder / "تماس‌ها",
        ["گزارش تماس‌های شهریور"],
        [
            "شناسه تماس",
            "تاریخ تماس",
            "ساعت",
            "صف",
            "وضعیت",
            "مدت مکالمه",
            "شماره تماس",
            "نام مشتری",
        ],
        *(
            _persian(
                f"{number}",
                f"1405/06/{number}",
                f"10:{number}:00",
                "فروش",
                "پاسخ داده شده" if number % 2 else "بي‌پاسخ",
                f"{(100 + number) // 60:02}:{(100 + number) % 60:02}",
                f"091212345{number}",
                "علی رضایی",
            )
            for number in ROWS
        ),
    )


def russian_calls(folder: Path) -> Path:
    """A semicolon CSV in Windows-1251, without a number of the call."""
    return _text(
        folder / "zvonki_2026-09.csv",
        "cp1251",
        "Дата и время;Очередь;Тип звонка;Статус;Ожидание, сек;Разговор;Телефон;Оператор",
        *(
            f"{number}.09.2026 10:00:{number};Продажи;{'Входящий' if number % 2 else 'Исходящий'};"
            f"{'Отвечен' if number % 3 else 'Пропущен'};{number};{number * 3};"
            f"+7 912 345-67-{number};{number}"
            for number in ROWS
        ),
    )


def persian_customers(folder: Path) -> Path:
    """A tab-separated text in UTF-16."""
    return _text(
        folder / "مشتریان.txt",
        "utf-16",
        "کد مشتری\tنام و نام خانوادگي\tموبایل\tایمیل\tشهر\tتاریخ عضویت\tکد ملی",
        *(
            f"{number}\tسارا\t۰۹۱۲۱۲۳۴۵{number}\ts{number}@example.ir\tتهران\t"
            f"1404/12/{number}\t00{number}"
            for number in ROWS
        ),
    )


def russian_customers(folder: Path) -> Path:
    """Orders out of a CRM, with decimal commas and spaces between thousands."""
    return _text(
        folder / "заказы.csv",
        "cp1251",
        "Номер заказа;Код клиента;Дата заказа;Статус;Сумма;Валюта;Комментарий",
        *(
            f"А-{number};{number};{number}.09.2026;{'Выполнен' if number % 2 else 'Отменён'};"
            f"1 2{number},50;RUB;позвонить"
            for number in ROWS
        ),
    )


def persian_survey(folder: Path) -> Path:
    """A wide workbook with label answers."""
    labels = ["کاملاً راضی", "راضی", "ناراضی"]
    return _workbook(
        folder / "نظرسنجی",
        ["شناسه پاسخ", "زمان پایان", "شماره موبایل", "احتمال توصیه ما؟", "رضایت شما؟", "توضیحات"],
        *(
            _persian(
                f"{number}",
                f"1405/06/{number} 09:30",
                f"091212345{number}",
                f"{number % 11}",
                labels[number % 3],
                f"پیشنهاد {number}",
            )
            for number in ROWS
        ),
    )


def russian_survey(folder: Path) -> Path:
    """A wide CSV without a number of the response; a label is led by its score."""
    return _text(
        folder / "opros.csv",
        "utf-8",
        "Отметка времени,Порекомендуете ли вы нас?,Как вы оцениваете качество?,Что улучшить?",
        *(
            f"{number}.09.2026 10:00:{number},{number % 11},{number % 5 + 1} - оценка,"
            f'"слова, {number}"'
            for number in ROWS
        ),
    )


def _persian(*cells: str) -> list[str]:
    return [cell.translate(PERSIAN_DIGITS) for cell in cells]


def _text(path: Path, encoding: str, *lines: str) -> Path:
    path.write_bytes("\r\n".join([*lines, ""]).encode(encoding))
    return path


def _workbook(stem: Path, *rows: list[str]) -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    path = stem.with_suffix(".xlsx")
    book.save(path)
    return path
