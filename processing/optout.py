"""Whether a text asks us to stop writing, or to write again: natural words, no model.

French and English, on purpose narrow: a whole message that says stop, or one of the plain
sentences. A stop inside a longer text ("un arrêt de bus") is not one. Accents, case, punctuation,
emoji, invisible characters, look-alike letters and drawn-out ones ("stooop") don't matter.
"""

import re

from processing.words import listed, spelled_out

MESSAGES = (
    r"(?:messages?|msgs?|mails?|e mails?|sms|textos?|mp|dms?|pubs?|publicites?|promos?|promotions?|"
    r"offres?|newsletters?|notifs?|notifications?|spams?|sollicitations?|relances?)"
)
ANY = r"(?:(?:de|d|vos|ces|tes|aucun|aucune|des|votre|cette|les|more|any|your|these) ){0,4}"
# Said about somebody, these words tell what happened; said to us, they are a wish.
TOLD = (
    r"(?<!\bvous )(?<!\btu )(?<!\bil )(?<!\belle )(?<!\bils )(?<!\bon )(?<!\ba )(?<!\bai )"
    r"(?<!\bas )(?<!\bavez )(?<!\bont )(?<!\bpas d )(?<!\bn )"
)
NOT_LATER = r"(?! (?:tard|souvent|tot|vite)\b)"
ENOUGH = rf"(?:{TOLD}\b(?:arretez?|cessez?|stop)|(?<!\bpas d )\b(?:arreter|cesser))"

WHOLE = frozenset({
    "stop", "stopp", "arret", "arrete", "arretez", "arreter", "arretes", "arretez ca",
    "arretez tout", "cessez", "desinscription", "desinscrire", "me desinscrire", "desabonner",
    "me desabonner", "se desabonner", "desabonnement", "unsubscribe", "opt out", "optout",
    "stopall", "stop all", "stop it", "stop this", "stop that", "stop tout", "stop ca",
    "stop bot", "stop robot", "stop harcelement", "stop a tout ca", "quit", "ne plus recevoir",
    "oubliez moi", "oublie moi", "lachez moi", "lache moi", "go away", "leave me", "piss off",
    "je stop", "je stoppe", "je dis stop", "j ai dit stop", "i said stop", "je me desabonne",
    "je me desinscris", "je veux me desabonner", "je veux me desinscrire",
    "je souhaite me desabonner", "je souhaite me desinscrire", "je voudrais me desabonner",
    "je voudrais me desinscrire", "comment me desabonner", "comment se desabonner",
    "comment je me desabonne", "comment me desinscrire", "comment se desinscrire",
    "how do i unsubscribe", "how to unsubscribe", "degagez", "foutez le camp",
    "lacher moi", "bloquez moi", "bloque moi", "no more", "remove me", "arretter",
})  # fmt: skip
POLITE = re.compile(
    r"^(?:(?:non|oui|ok|merci|bonjour|bonsoir|bjr|slt|salut|hello|hi|hey|please|pls|plz|bon|alors|"
    r"mais|enfin|et|madame|monsieur|ca suffit|c est bon|svp|stp|s il vous plait|s il te plait) )"
    r"{1,6}|"
    r"(?: (?:merci|svp|stp|s il vous plait|s il te plait|please|pls|plz|thanks|thank you|now|"
    r"maintenant|tout de suite|immediatement|ca suffit|c est bon|d avance|cordialement|bordel|"
    r"putain|enfin|la|beaucoup|quoi|right now|bonne journee)){1,6}$"
)
PHRASES = tuple(
    re.compile(one)
    for one in listed(rf"""
    {TOLD}\bne me? ?(?:ecri(?:vez|s|re)|contact(?:ez|e|er|es)|derang(?:ez|e|er)|embet(?:ez|e|\
    er)|sollicit(?:ez|e|er)|relanc(?:ez|e|er)|spam(?:mez|me|mer)|harcel(?:ez|e|er)|\
    recontact(?:ez|e|er)|parl(?:ez|e|er)) plus\b{NOT_LATER}
    {TOLD}\bne me? ?(?:ecri(?:vez|s|re)|contact(?:ez|e|er)) pas$
    {TOLD}\bne me? ?(?:ecri(?:vez|s|re)|contact(?:ez|e|er)|embet(?:ez|e|er)) jamais\b
    ^m ?(?:ecri(?:vez|s)|embet(?:ez|e)) plus\b
    ^me (?:contact(?:ez|e)|derang(?:ez|e)|relanc(?:ez|e)|spam(?:mez|me)|parl(?:ez|e)) plus\b
    (?:{TOLD}\bne |^)m (?:envoyez|envoie|envoyer) plus (?:rien\b|{ANY}{MESSAGES}\b)
    {TOLD}\bn ecri(?:vez|s) plus(?: jamais)?$
    {ENOUGH} de (?:me? ?)?(?:ecrire|contacter|envoyer|harceler|spammer|spam|deranger|embeter|\
    solliciter|relancer|saouler|souler|parler|importuner)\b
    {ENOUGH} (?:d envoyer|(?:avec )?(?:vos|tes|ces|votre|les)) {ANY}(?:{MESSAGES}|\
    harcelement|robot|bot)\b
    {ENOUGH} le (?:spam|harcelement)\b
    ^(?:stop|arretez?) (?:vous (?:me |nous )?(?:saoulez|soulez|gonflez|harcelez|spammez)|j en \
    (?:veux|ai) (?:pas|plus|marre)|je (?:ne |n en )?(?:suis|veux) (?:pas|plus)|c est (?:lourd|\
    penible|trop))\b
    ^(?:stop|arretez?) (?:svp |stp |merci )?je (?:ne )?(?:suis|veux) (?:pas|plus)\b
    \b(?:je|j) (?:vous |t |te )?ai (?:deja )?dit (?:stop|d arreter|non)$
    \b(?:veux|souhaite|desire) (?:plus|pas) (?:de )?(?:vos|tes|ces) {MESSAGES}\b
    \bmarre de (?:vos|tes|ces) {MESSAGES}\b
    \b(?:veux|souhaite) plus recevoir$
    \bne plus m envoyer (?:rien|{ANY}{MESSAGES})\b
    \b(?:me (?:retirer|enlever|supprimer|sortir|rayer|desinscrire)|etre (?:retire|enleve|\
    supprime|desinscrit)e?) de (?:(?:votre|vos|la|cette) )?(?:listes?|listing|fichiers?|base|\
    contacts|mailing)\b
    \b(?:want|like|wish) to unsubscribe$
    \bne plus (?:m ?ecrire|m embeter|me (?:contacter|deranger|recontacter|solliciter|relancer))\b
    \bne plus (?:rien )?recevoir (?:rien|{ANY}{MESSAGES})\b
    \b(?:je|j) (?:(?:ne|n en) )?(?:veux|veut|souhaite|desire|aimerais|voudrais) plus (?:jamais \
    )?(?:rien recevoir|(?:recevoir|avoir) (?:rien|{ANY}{MESSAGES})|rien de (?:vous|votre part)|\
    etre (?:contactee?|sollicitee?|derangee?|relancee?)|(?:vous lire|qu on m ecrive|que vous m \
    ecriviez|que vous me contactiez))\b
    \b(?:laisse[rz]?) (?:moi|nous) (?:tranquilles?|en paix)\b
    \b(?:fichez|foutez|fous|fiche) (?:moi|nous) la paix\b
    \blache[rz]? (?:moi|nous) (?:la grappe|les baskets|un peu$)
    \b(?:desinscri(?:vez|s|re)|desabonne[rz]?) ?(?:moi|nous)\b
    \bme des(?:inscrire|abonner) (?:de|a) (?:vos|ces|cette liste|votre liste|la liste|tout)\b
    \b(?:retire[rz]?|enleve[rz]?|supprime[rz]?|raye[rz]?|sor(?:s|tez)|otez|vire[rz]?|\
    efface[rz]?) (?:moi|mon (?:numero|contact|nom|profil)) (?:de|du) (?:(?:votre|vos|la|cette|\
    ta) )?(?:listes?|listing|bases?|fichiers?|mailing|contacts|diffusion|repertoire)\b
    ^stop (?:a |aux |au |de |les |vos |le |la |tous? |toutes? )*{MESSAGES}$
    ^stop (?:au|to|sms) \d+$
    ^(?:je (?:ne |n en )?(?:veux|souhaite|desire) )?plus (?:jamais )?(?:de|d) {MESSAGES}$
    ^je (?:vous|te) bloque$
    \b(?:stop|quit) (?:writing|messaging|texting|contacting|spamming|bothering|harassing|dming|\
    emailing|sending)(?: to)? (?:me|us)\b
    \b(?:stop|quit) (?:sending|with) {ANY}(?:me )?{ANY}{MESSAGES}\b
    ^(?:stop|quit) (?:writing|messaging|texting|contacting|spamming)$
    (?<!\byou )(?:\b(?:don t|dont|do not|never) )(?:ever )?(?:write|message|text|contact|dm|\
    bother|email) (?:to )?me\b
    \bi (?:don t|dont|do not) (?:want|wish) (?:to (?:receive|get|hear) )?(?:{ANY}{MESSAGES}|\
    anything(?: more)? from you|from you|to be contacted)\b
    ^no more {MESSAGES}\b
    \bleave me alone\b
    \b(?:remove|take|delete) me (?:from|off)(?: of)? (?:your|the|this) (?:\w+ )?list\b
    \b(?:unsubscribe|opt) me(?: out)?$
    \b(?:unsubscribe me|opt me out|lose my number)\b
""")
)

AGAIN = r"(?:a nouveau|de nouveau|encore|nouveau|comme avant)"
# "vous pouvez m'écrire à nouveau le prix" asks for a price.
NOTHING_ELSE = r"(?! (?:le|la|les|l|un|une|votre|vos|ce|cette|ces|sur|the|a|an|your|this)\b)"
BACK_WHOLE = frozenset({
    "start", "unstop", "reprendre", "reprenez", "reprends", "reprise", "on reprend", "subscribe",
    "resubscribe", "re subscribe", "opt in", "optin", "opt me in", "reabonnement", "reabonner",
    "me reabonner", "reinscription", "reinscrire", "me reinscrire", "je me reabonne",
    "je me reinscris", "annulez stop", "annuler stop", "annule stop", "annulez mon stop",
    "annule mon stop", "start again", "restart",
})  # fmt: skip
BACK_PHRASES = tuple(
    re.compile(one)
    for one in listed(rf"""
    \b(?:vous pouvez|tu peux|pouvez vous|peux tu) (?:m (?:ecrire|envoyer {ANY}{MESSAGES})|me \
    (?:contacter|parler|repondre)) {AGAIN}{NOTHING_ELSE}
    \b(?:vous pouvez|tu peux) {AGAIN} (?:m ecrire|m envoyer {ANY}{MESSAGES}|me (?:contacter|parler|\
    repondre)){NOTHING_ELSE}
    \b(?:vous pouvez|tu peux) (?:me )?(?:recontacter|reecrire|reprendre contact){NOTHING_ELSE}
    \b(?:re ?abonnez?|re ?inscri(?:vez|s)|reactivez?) ?moi\b
    \b(?:vous pouvez|tu peux) recommencer a m (?:ecrire|envoyer {ANY}{MESSAGES}){NOTHING_ELSE}
    ^(?:reprenez|reprends|recommencez) (?:les|vos|tes) {MESSAGES}$
    ^(?:je|j) (?:veux|souhaite|voudrais|accepte) (?:bien )?(?:vos|tes|les) {MESSAGES} {AGAIN}$
    \bremet(?:tez|s) ?moi (?:dans|sur) (?:votre|la|ta) liste\b
    \b(?:je|j) (?:veux|souhaite|voudrais|aimerais|desire)(?: bien)? me (?:reabonner|reinscrire)\b
    \b(?:je|j) (?:veux|souhaite|voudrais|aimerais|accepte)(?: bien)?(?: de)?(?: {AGAIN})? \
    (?:recevoir|avoir) {ANY}{MESSAGES} {AGAIN}\b
    \b(?:je|j) (?:veux|souhaite|voudrais|aimerais|accepte)(?: bien)?(?: de)? {AGAIN} \
    (?:recevoir|avoir) {ANY}{MESSAGES}\b
    \b(?:je|j) (?:veux|souhaite|voudrais|aimerais|accepte)(?: bien)?(?: de)? (?:recevoir|avoir) \
    {AGAIN} {ANY}{MESSAGES}\b
    \b(?:je|j) (?:veux|souhaite|voudrais|aimerais|accepte) (?:bien )?(?:de )?re ?recevoir \
    {ANY}{MESSAGES}\b
    ^(?:ecri(?:vez|s) ?moi|contactez? ?moi) {AGAIN}{NOTHING_ELSE}
    ^(?:recontactez? ?moi|reecri(?:vez|s) ?moi){NOTHING_ELSE}
    \b(?:j ai change d avis) (?:vous pouvez m ecrire|ecri(?:vez|s) ?moi|reprenez)\b
    \b(?:write|message|text|contact|dm|email) (?:to )?me again{NOTHING_ELSE}
    \b(?:sign|opt) me (?:up|in|back)(?: up| in)? ?(?:again)?$
    \b(?:resubscribe|re subscribe) me\b
    \bi (?:want|would like|d like) (?:to (?:receive|get) )?{ANY}{MESSAGES} again\b
""")
)
NEGATED = re.compile(r"\b(?:ne|n|pas|plus|jamais|don t|dont|not|never|no|stop|quand|when|si|if)\b")
SENTENCE = re.compile(r"[.!?;:\n,…]+")
DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
ZERO_INSIDE = re.compile(r"(?<=[a-z])0(?=[a-z])")
SAID_TWICE = re.compile(r"\b(\w{2,20})(?: \1\b)+")


def is_opt_out(text: str) -> bool:
    """Return whether `text` asks for silence."""
    said = _said(text)
    core = POLITE.sub("", said)
    return core in WHOLE or any(one.search(words) for one in PHRASES for words in {said, core})


def is_opt_in(text: str) -> bool:
    """Return whether `text`, from somebody who had asked for silence, asks to be written to again.

    Clear words only: a plain question or "oui" brings nobody back; a negated wish does not either.
    """
    if is_opt_out(text):
        return False
    wishes = [POLITE.sub("", _said(one)) for one in (text, *SENTENCE.split(text))]
    if wishes[0] in BACK_WHOLE:
        return True
    whole, *sentences = wishes
    joined = [whole] if not NEGATED.search(whole) else []
    clear = [one for one in sentences if one and not NEGATED.search(one)]
    return any(one.search(words) for one in BACK_PHRASES for words in (*joined, *clear))


def _said(text: str) -> str:
    """Return the text's plain words, the drawn-out ones shortened and repeated ones once."""
    letters = ZERO_INSIDE.sub("o", DRAWN_OUT.sub(r"\1", spelled_out(text)))
    return SAID_TWICE.sub(r"\1", letters)
