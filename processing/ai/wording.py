"""Words and signs that have no place in a message: placeholders, markup, relative dates; pure."""

import re

PLACEHOLDER = re.compile(
    r"\{\{.{0,80}?\}\}|\{%.{0,80}?%\}|(?<!\$)\{[^\W\d]\w{0,40}\}|\$\{\w{1,40}\}"
    r"|(?<![\w$])\$[a-zà-ÿ_]\w{1,40}|(?<!\d)(?<!\d )%(?:\(\w{1,40}\))?[sd](?!\w)|%\(\w{1,40}\)"
    # [Nom], [votre nom], but no link by markup and no footnote
    r"|\[(?=[^\]\n]{0,60}[^\W\d_])[^\[\]\n]{1,60}\](?!\s?\(|:)|\bX{3}\b|\bXX(?:[ .]XX)+\b"
    r"|\bINS[EÉ]R(?:T|EZ|ER|ÉRER)\b|\b(?:[Ii]nsert|[Ii]nsérez|[Yy]our|[Vv]otre) (?:name|nom|text"
    r"|texte|prénom) (?:here|ici)\b|\b(?:TODO|TBD|LOREM|Lorem ipsum|lorem ipsum)\b|_{3,}"
)
TAGS = (
    "a abbr article audio b base big blockquote body br button center code details div em embed "
    "font footer form frame h1 h2 h3 h4 h5 h6 head header hr html i iframe img image input ins "
    "kbd label li link main mark meta nav object ol option p pre q s script section select small "
    "source span strike strong style sub summary sup svg table tbody td textarea th thead title "
    "tr tt u ul video"
)
TAG = rf"(?:{'|'.join(TAGS.split())})"
ANGLED = re.compile(rf"<(?!/?{TAG}\b)(?=[^\W\d_])[^<>\n/]{{1,40}}>", re.IGNORECASE)
"""<prénom>: a placeholder, since it is no tag of HTML."""
MARKUP = re.compile(
    rf"</?{TAG}\b[^>]{{0,300}}>?|</[^\s<>]{{1,60}}>?|<!--|<!doctype|<\?\w|\[/?(?:INST|SYS|SYSTEM)\]"
    r"|<\|\w{1,30}\|>|&(?:nbsp|amp|lt|gt|quot|apos|#x?[0-9a-f]{1,6});"
    r"|^[ \t]{0,3}#{1,6}[ \t]+\S|\*\*[^*\n]{1,200}\*\*|(?<!_)__[^_\n]{1,200}__(?!_)|```|~~~"
    r"|`[^`\n]{1,100}`|!?\[[^\]\n]{0,200}\]\s?\([^)\n]{0,500}\)|^[ \t]{0,3}\[[^\]\n]{1,60}\]:"
    r"|^\|.{0,300}\|[ \t]*$|\{\s{0,20}[\"'][^\"'\n]{1,60}[\"']\s{0,5}:"
    r"|^\s{0,20}[\"']?(?:action|text|confidence|intent)[\"']\s?:",
    re.IGNORECASE | re.MULTILINE,
)
_NUMBER = (
    r"(?:\d{1,3}|une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|douze|quinze|quelques"
    r"|une? (?:dizaine|quinzaine|vingtaine|trentaine) de)"
)
_COUNT = r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|a few|a couple of)"
_DAY = r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)"
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
RELATIVE_DATE = re.compile(
    r"\b(?:apres[- ]?|avant[- ]?)?(?:demain|hier)\b|\baujourd'? ?hui\b"
    r"|\bce (?:soir|matin|midi|week[- ]?end|mois|jour meme)\b|\bcet(?:te)? (?:apres[- ]midi|nuit"
    r"|semaine|annee)\b|\b(?:tout a l'heure|tantot|dans la journee|d'ici la)\b"
    rf"|\bce {_DAY}\b|\b{_DAY} (?:prochain|dernier|qui vient|en huit)\b"
    r"|\b(?:semaine|annee|saison) (?:prochaine|derniere|passee|qui vient|suivante)\b"
    r"|\b(?:mois|an|week[- ]?end|ete|printemps|automne|hiver) (?:prochain|dernier|qui vient)\b"
    rf"|\b(?:dans|d'ici|il y a|depuis) {_NUMBER} (?:minutes?|heures?|jours?|semaines?|mois|ans?"
    r"|annees?)\b|\bdans (?:l'heure|la semaine|le mois)\b"
    r"|\b(?:tomorrow|yesterday|today|tonight|later today)\b"
    r"|\bthis (?:morning|afternoon|evening|week|weekend|month|year)\b"
    rf"|\b(?:this|next|last|coming) {_WEEKDAY}\b"
    r"|\b(?:next|last|coming) (?:week|weekend|month|year|night|summer|winter|spring|autumn)\b"
    rf"|\bin {_COUNT} (?:minutes?|hours?|days?|weeks?|months?|years?)\b"
    rf"|\b{_COUNT} (?:minutes?|hours?|days?|weeks?|months?|years?) (?:ago|from now)\b"
)
"""Read in plain text (`seeing.see`)."""
