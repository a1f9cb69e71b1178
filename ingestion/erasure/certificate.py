"""The certificate of an erasure: what was removed, what was searched, and what was found.

One JSON file for machines and one page in English, Persian and Russian for whoever asked. It
names zones and counts, never the person.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

from ingestion.erasure.erasures import Erasure, own_systems
from ingestion.erasure.searching import Found, search
from ingestion.erasure.suppression import folder_of
from ingestion.settings import Home, Sources
from ingestion.writing import write_whole

CERTIFICATE, PAGE = "certificate.json", "certificate.html"
MOST_PLACES = 100
"""Places of hits that a certificate lists; it counts all."""

AT_SOURCE = "inbox (systems of the company)"
GENERATOR = "truth"
"""What the demo company's generator knows; no zone of a warehouse."""

WORDS = {
    "en": {
        "title": "Certificate of erasure",
        "clean": "No identifier of the person was found in any zone of the warehouse.",
        "unclean": "Identifiers were found: the erasure is not complete. See the places below.",
        "source": (
            "Systems of the company that the warehouse only reads still hold the person in {count} "
            "places: delete the person there. The warehouse lets nothing of it in."
        ),
        "asked": "Asked for",
        "done": "Searched and certified",
        "zone": "Zone",
        "removed": "Removed",
        "files": "Files searched",
        "hits": "Places found",
        "kept": (
            "What stays: published sums, in which nobody can be told; a list of keyed hashes, by "
            "which the person is kept out; backups, to which this must be applied again."
        ),
    },
    "fa": {
        "title": "گواهی حذف داده‌های شخصی",
        "clean": "در هیچ بخشی از انبار داده نشانه‌ای از این شخص پیدا نشد.",
        "unclean": "نشانه‌هایی پیدا شد: حذف کامل نیست. جاها در پایین آمده است.",
        "source": (
            "سامانه‌های خود شرکت که انبار داده فقط آن‌ها را می‌خواند، هنوز در {count} جا از این شخص "
            "داده دارند: شخص را در آن‌جا حذف کنید. انبار داده چیزی از آن را نمی‌پذیرد."
        ),
        "asked": "زمان درخواست",
        "done": "زمان جست‌وجو و تأیید",
        "zone": "بخش",
        "removed": "حذف‌شده",
        "files": "پرونده‌های جست‌وجوشده",
        "hits": "جاهای پیداشده",
        "kept": (
            "آنچه می‌ماند: جمع‌های منتشرشده که کسی در آن‌ها شناخته نمی‌شود؛ فهرستی از درهم‌سازهای "
            "کلیددار که ورود دوبارهٔ شخص را می‌بندد؛ نسخه‌های پشتیبان که حذف باید در آن‌ها تکرار شود."
        ),
    },
    "ru": {
        "title": "Свидетельство об удалении персональных данных",
        "clean": "Ни в одной зоне хранилища не найдено ни одного признака этого человека.",
        "unclean": "Признаки найдены: удаление не завершено. Места перечислены ниже.",
        "source": (
            "Системы самой компании, которые хранилище только читает, ещё содержат данные человека "
            "(мест: {count}): удалите его там. Хранилище ничего из них не принимает."
        ),
        "asked": "Запрошено",
        "done": "Проверено и удостоверено",
        "zone": "Зона",
        "removed": "Удалено",
        "files": "Проверено файлов",
        "hits": "Найдено мест",
        "kept": (
            "Что остаётся: опубликованные суммы, в которых никого нельзя узнать; список ключевых "
            "хешей, который не впускает человека снова; резервные копии, где удаление надо "
            "повторить."
        ),
    },
}


def certify(
    sources: Sources,
    home: Home,
    erasure: Erasure,
    now: datetime,
    beside: Mapping[str, Path] | None = None,
) -> dict[str, Any]:
    """Search the home for the person and write what was found; the certificate.

    A certificate of a home in which nothing was found completes the erasure: what says whom it
    is about is deleted. Otherwise the erasure stays open, and the next run tries again.

    Args:
        sources: the configured sources.
        home: the company's folders.
        erasure: the erasure, all of whose other steps are complete.
        now: time of the certificate.
        beside: folders outside the home to search too, by the name of their zone.
    """
    pattern = erasure.traces.of_person
    found = search(home.root, pattern, zone_of=lambda path: _zone(path, sources, home))
    for zone, folder in (beside or {}).items():
        found |= search(folder, pattern, zone_of=partial(_in_zone, zone))
    certificate = _content(erasure, found, now)
    content = json.dumps(certificate, ensure_ascii=False, indent=1)
    write_whole(erasure.folder / CERTIFICATE, content)
    write_whole(erasure.folder / PAGE, _page(certificate))
    if certificate["is_clean"]:
        erasure.note("verified")
        erasure.forget()
    return certificate


def read_certificate(erasure: Erasure) -> dict[str, Any] | None:
    """The certificate as it was written last; None when there is none yet."""
    path = erasure.folder / CERTIFICATE
    if not path.exists():
        return None
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def page_of(erasure: Erasure) -> Path:
    """Where the page for people lies."""
    return erasure.folder / PAGE


def _in_zone(zone: str, _: Path) -> str:
    return zone


def _zone(path: Path, sources: Sources, home: Home) -> str | None:
    first, *rest = path.parts
    if first == folder_of(home.root).name or (first == GENERATOR and sources.company.is_demo):
        return None
    if first == "inbox" and rest and rest[0] in own_systems(sources):
        return AT_SOURCE
    if first == "lake" and len(rest) > 1 and rest[0].startswith("_"):
        return f"lake/{rest[0]}"
    return first if rest else "other files"


def _content(erasure: Erasure, found: Mapping[str, Found], now: datetime) -> dict[str, Any]:
    state = erasure.state
    ours = {zone: hits for zone, hits in found.items() if zone != AT_SOURCE}
    at_source = found.get(AT_SOURCE, Found())
    return {
        "erasure": erasure.id,
        "requested_at": state["requested_at"],
        "certified_at": now.isoformat(),
        "is_clean": not any(hits.places for hits in ours.values()),
        "removed": state["found"] | state["removed"],
        "searched": {
            zone: {
                "files": hits.count_files,
                "bytes": hits.count_bytes,
                "places_found": len(hits.places),
            }
            for zone, hits in sorted(ours.items())
        },
        "places": [place for hits in ours.values() for place in hits.places][:MOST_PLACES],
        "still_at_the_source": at_source.places[:MOST_PLACES],
    }


def _page(certificate: Mapping[str, Any]) -> str:
    sections = "\n".join(_section(certificate, language) for language in WORDS)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{WORDS['en']['title']}</title><style>"
        "body{font:16px/1.6 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
        "section{margin-bottom:3rem}table{border-collapse:collapse}"
        "td,th{padding:.2rem .8rem;border-bottom:1px solid #ccc;text-align:start}"
        f"</style></head><body>\n{sections}\n</body></html>\n"
    )


def _section(certificate: Mapping[str, Any], language: str) -> str:
    words = WORDS[language]
    direction = "rtl" if language == "fa" else "ltr"
    verdict = words["clean" if certificate["is_clean"] else "unclean"]
    count = len(certificate["still_at_the_source"])
    source = f"<p>{words['source'].format(count=count)}</p>" if count else ""
    removed = "".join(_row(zone, rows) for zone, rows in certificate["removed"].items())
    searched = "".join(
        _row(zone, hits["files"], hits["places_found"])
        for zone, hits in certificate["searched"].items()
    )
    places = "".join(f"<li><code>{escape(place)}</code></li>" for place in certificate["places"])
    return (
        f'<section lang="{language}" dir="{direction}"><h1>{words["title"]}</h1>'
        f"<p><code>{certificate['erasure']}</code></p><p><strong>{verdict}</strong></p>{source}"
        f"<p>{words['asked']}: {certificate['requested_at'][:16]} UTC<br>"
        f"{words['done']}: {certificate['certified_at'][:16]} UTC</p>"
        f"<table><tr><th>{words['zone']}</th><th>{words['removed']}</th></tr>{removed}</table>"
        f"<table><tr><th>{words['zone']}</th><th>{words['files']}</th><th>{words['hits']}</th></tr>"
        f"{searched}</table><ul>{places}</ul><p>{words['kept']}</p></section>"
    )


def _row(*cells: object) -> str:
    return f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in cells)}</tr>"
