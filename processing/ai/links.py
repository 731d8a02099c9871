"""Links and addresses in a draft, disguised ones too, and which the owner allowed; pure."""

import re
import unicodedata
from collections.abc import Collection, Iterator

from processing.ai.seeing import Seen, folded, see

COUNTRIES = (
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs "
    "bt bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee "
    "eg er es et eu fi fj fk fm fo fr ga gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm "
    "hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb "
    "lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz "
    "na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs "
    "ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl "
    "tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
)
GENERIC = (
    "academy aero agency alsace amsterdam app arpa art asia audio auto autos baby bank bar "
    "barcelona beauty beer berlin best bet bid bike bio biz black blog blue boats bond boutique "
    "brussels build business buzz bzh cafe cam camp capital cards care casa cash casino cat "
    "catering center cfd chat cheap church city claims click clinic clothing cloud club coach "
    "codes coffee com community company contact cool coop corsica coupons credit crypto cyou "
    "dance date dating deals delivery dental design dev diet digital direct discount dog download "
    "earth edu education email energy events example exchange exposed express fail fan farm "
    "fashion finance fish fit flights fun fund fyi gal gallery game games garden gdn gift gifts "
    "gives global gmbh gold gop gov gratis green group guide guru hair health help homes host "
    "hosting house how icu immo inc info ink institute insure int international invalid invest "
    "istanbul jetzt jobs kim krd land lat law lawyer lease legal life limited link live loan "
    "localhost lol london love ltd makeup market marketing mba media men menu mil mobi moda moe "
    "mom money monster motorcycles mov museum name net network news ninja nyc observer one onion "
    "online ooo org page paris partners parts party pay pet photo photos pics pink pizza plus "
    "poker porn press pro promo pub quebec quest racing realty rent repair report rest restaurant "
    "review reviews rip rocks run sale salon sarl sbs school science services sex sexy shoes shop "
    "shopping show singles site ski skin soccer social software solutions space store stream "
    "studio style support surf swiss systems tax taxi team tech tel test tickets tips tires today "
    "tokyo tools top tours town toys trade trading training travel tube university uno vegas "
    "ventures vet video villas vin vip vlaanderen vodka voyage watch webcam website wedding wien "
    "wiki win wine work works world wtf xxx xyz yachts yoga zip zone"
)
OTHER_SCRIPTS = (
    "рф бел укр срб мкд қаз онлайн сайт орг ком москва дети ελ ευ бг 中国 中國 香港 台湾 公司 "
    "网络 網絡 在线 网址 商店 みんな コム 한국 닷컴 السعودية امارات مصر شبكة भारत ไทย"
)
TOP = frozenset((COUNTRIES + " " + GENERIC).split()) | {
    folded(one) for one in OTHER_SCRIPTS.split()
}
"""The ends of names that chat programs turn into links; the generic ones in part (IANA's list)."""
SPOKEN_TOP = r"(?:com|net|org|fr|io|ru|cn|xyz|biz|uk|ch|example)"
"""Ends that are no words of French or English: "à ce point la lampe" is no address."""
REST = r"[^\s<>\"'()\[\]{}|,;«»]"
ADDRESS = re.compile(
    # A scheme, also broken on purpose: https:, hxxp[:]//, h**p://; what runs code.
    rf"(?<![^\W_])(?P<url>(?:[a-z][a-z0-9+-]{{1,15}}:[/\\]{{2,3}}|h(?:tt|xx|tx|xt|\*\*|__)ps?"
    rf"(?:\s?[\[(]?:[\])]?\s?[\\/]{{0,3}})|hxxps?\b|(?:java|vb|live)\s?script\s?:|data:\w+/"
    rf"|mailto:|ftp:){REST}*)"
    rf"|(?<![\w.+%-])(?P<email>[\w.+%-]{{1,64}}@[\w-]+(?:\.[\w-]+)*)"
    r"|(?<![\w.+%-])(?P<handle>@[^\W\d_][\w.]{2,29})"
    rf"|(?<![\w-])(?P<domain>[\w-]++(?:\.[\w-]++)++(?::\d{{1,5}})?(?:[/?#\\]{REST}*)?)"
    rf"|(?<![\w:/\\])(?P<bare>(?://|\\\\)\w{REST}*)"
)
SPOKEN = re.compile(
    # As people dodge filters: exemple point fr, exemple dot com, exemple [.] fr, moi arobase ici
    rf"(?<![\w-])[\w-]++(?:\s?[\[({{]\s?(?:\.|,|dot|point)\s?[\])}}]\s?[a-z]{{2,}}"
    rf"|\s(?:dot|point)\s{SPOKEN_TOP}|\s\.\s?{SPOKEN_TOP}|\.\s(?:com|org|fr)"
    r"|\s?[\[(]\s?(?:at|arobase|@)\s?[\])]\s?\w++|\sarobase\s\w++)(?![\w'])"
)
NUMBERS = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\d)")
ANCHOR = re.compile(
    r"!?\[[^\]\n]{0,200}\]\s?\([^)\n]{0,500}\)?|^\s{0,3}\[[^\]\n]{1,60}\]:"
    r"|<\s?(?:a|img|image|iframe|script|link|object|embed|form|video|audio|source|svg|base|meta)\b"
    r"[^>]{0,500}>?",
    re.MULTILINE,
)
AUTHORITY = re.compile(
    r"(?:(?P<scheme>[^:/\\?#.@]{0,20}):)?[/\\]*(?P<all>[^/\\?#]*)(?P<path>.*)", re.DOTALL
)
LEADS_ON = re.compile(r"//|@|\.\.|%2f%2f|%40|%5c|\\", re.IGNORECASE)
"""In a path: may lead to another page or host."""
TRAILING = ".,;:!?…"


def links_in(text: str) -> frozenset[str]:
    """Return the links, e-mail addresses and @names that an owner wrote, to be allowed.

    A link is its host without www. and its path, if it has one.
    """
    return frozenset(_written(text[start:end]) for start, end in _addresses(see(text)))


def forbidden(seen: Seen, allowed: Collection[str]) -> Iterator[tuple[int, int]]:
    """Give the spans of what may be clicked or typed as an address and is not in `allowed`.

    An entry of `allowed` is a host (any path of it), a host with a path (that page and those
    below, and the host alone), an e-mail address or an @name. Anything disguised is forbidden,
    whatever it stands for, and so is a link by markup unless its target is allowed.
    """
    entries = frozenset(_written(one) for one in allowed)
    for start, end in _addresses(seen):
        if not _allowed(seen.text[start:end], entries):
            yield start, end
    for pattern in (SPOKEN, NUMBERS):
        for found in pattern.finditer(seen.plain):
            start, end = seen.span(*found.span())
            if not any(_allowed(word, entries) for word in seen.text[start:end].split()):
                yield start, end
    for found in ANCHOR.finditer(seen.plain):
        start, end = seen.span(*found.span())
        inside = see(seen.text[start:end])
        targets = [inside.text[one:two] for one, two in _addresses(inside)]
        if not targets or not all(_allowed(target, entries) for target in targets):
            yield start, end


def _addresses(seen: Seen) -> Iterator[tuple[int, int]]:
    for found in ADDRESS.finditer(seen.plain):
        if found.lastgroup == "domain" and not _is_domain(found["domain"]):
            continue
        start, end = seen.span(*found.span())
        while end > start + 1 and seen.text[end - 1] in TRAILING:
            end -= 1
        yield start, end


def _is_domain(found: str) -> bool:
    """Return whether `found`, folded, is read as an address: "24.50" and "Merci.Nous" are not."""
    host, slash, _path = found.partition("/")
    labels = re.split(r"[:?#\\]", host)[0].split(".")
    if labels[0] == "www" or any(label.startswith("xn--") for label in labels):
        return True
    last = labels[-1]
    return any(label in TOP for label in labels[1:]) or (
        bool(slash) and len(last) > 1 and last.isalpha()
    )


def _allowed(address: str, entries: frozenset[str]) -> bool:
    written = _written(address)
    if "@" in written.partition("/")[0]:
        return written in entries or written.rpartition("@")[2] in entries
    host, _, path = written.partition("/")
    if LEADS_ON.search(path):
        return False
    return any(
        entry in {host, written}
        or (entry.startswith(f"{host}/") and (not path or _below(written, entry)))
        for entry in entries
    )


def _below(written: str, entry: str) -> bool:
    return written.startswith((f"{entry}/", f"{entry}?", f"{entry}#"))


def _written(address: str) -> str:
    """Return `address` in lower case, without scheme, www., port and last slash.

    What no honest link has (another scheme, a name before the host) stays in, to equal nothing.
    """
    plain = unicodedata.normalize("NFC", address.strip()).lower().rstrip(TRAILING)
    found = AUTHORITY.fullmatch(plain)
    if found is None or (found["scheme"] or "http") not in {"http", "https", "mailto"}:
        return plain
    whole, path = found["all"], found["path"].rstrip("/")
    if "@" in whole:
        return plain if found["scheme"] in {"http", "https"} or path else whole
    return whole.partition(":")[0].removeprefix("www.") + path
