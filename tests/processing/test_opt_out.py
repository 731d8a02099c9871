"""Which texts ask for silence, which ask to be written to again, and which do neither."""

import time

import pytest

from processing.optout import is_opt_in, is_opt_out

STOPS = [
    "stop", "STOP!!!", "Stop.", "stop svp", "Stop 🛑", "🛑 STOP 🛑", "s\u200bt\u00ado\u2060p",
    "ЅТОР", "ѕtоp", "𝐒𝐓𝐎𝐏", "ＳＴＯＰ", "ⓢⓣⓞⓟ", "st0p", "stooooop", "STOPPPP",
    "stop stop stop", "Non merci, stop", "Bonjour, stop svp merci", "stop pub", "STOP PUBS",
    "stop sms", "stop mp", "stop aux messages", "stop à vos messages", "STOP au 36111",
    "j'ai dit stop", "stop harcèlement", "arrêtez", "Arretez svp", "arrête",
    "arrêtez de m'écrire", "arrete de mecrire", "ne mecrivez plus", "Arrêtez de me contacter",
    "arrêtez de me spammer", "arrêtez vos pubs", "arrêtez avec vos messages",
    "Merci d'arrêter de m'écrire", "Cessez de me déranger", "cessez vos messages",
    "ne m'écrivez plus", "ne m’écrivez plus jamais", "n'écrivez plus", "m'écrivez plus !",
    "Ne me contactez plus", "ne me derangez plus", "ne me relancez plus", "me contacte plus",
    "ne m'envoyez plus rien", "Ne m'envoyez plus de messages", "m'envoyez plus de pub",
    "Je vous demande de ne plus m'écrire", "merci de ne plus me contacter",
    "laissez-moi tranquille", "laisse moi tranquille", "Laissez moi en paix",
    "foutez-moi la paix", "fichez moi la paix !!", "lâchez-moi", "lachez moi svp",
    "lâchez-moi les baskets", "oubliez-moi", "je ne veux plus rien recevoir",
    "je veux plus rien recevoir", "Je ne veux plus recevoir vos messages",
    "je ne souhaite plus recevoir de publicité", "je ne souhaite plus être contacté",
    "je ne veux plus rien de vous", "plus de messages svp", "plus de pub", "plus de dm svp",
    "retirez-moi de votre liste", "Enlevez moi de la liste", "supprimez-moi de vos contacts",
    "retirez mon numéro de votre fichier", "désinscrivez-moi", "desabonnez moi",
    "me désabonner", "je veux me désinscrire", "Comment se désabonner ?",
    "me désabonner de vos messages", "je vous bloque", "unsubscribe",
    "Please stop messaging me", "stop sending me messages", "leave me alone",
    "don't contact me again", "do not write to me", "remove me from your list",
    "take me off this mailing list", "no more messages please",
    "I don't want any more messages", "I don't want to receive your messages", "opt out",
    "stop texting me!!", "quit spamming me", "stop c'est bon", "STOP STOP",
    "arretez vous saoulez", "stop j'en veux pas", "arrete", "stop maintenant svp",
    "je vous ai dit stop", "Stop merci de ne plus m'écrire",
    "ne m'écrivez plus svp c'est lourd", "laissez moi tranquil", "lacher moi",
    "lachez moi la grappe", "jveux plus de vos msg", "jveux plus recevoir de msg",
    "je veu plus de message", "jen veux plus de vos messages", "plus de msg svp",
    "ne m'ecriver plus", "ne m'écrivé plus", "arreter de m'ecrire",
    "arretez de menvoyer des messages", "arrêtez de m'envoyer des pubs", "aretez",
    "foutez moi la paix bordel", "stp stop", "svp arretez", "stop 🙏🏻",
    "merci de me retirer de votre liste", "pouvez-vous me retirer de votre liste ?",
    "je souhaite être retiré de vos contacts", "je ne souhaite plus recevoir",
    "je ne veux plus recevoir vos offres", "desinscription svp", "me desinscrire svp",
    "Désinscrire", "STOP!", "S T O P", "S.T.O.P", "s-t-o-p",
    "arrêtez svp je ne suis pas intéressé", "ne me contactez pas", "ne m'écrivez pas",
    "je ne veux pas de vos messages", "j'en ai marre de vos messages", "please stop",
    "stop please", "pls stop texting", "stop contacting me", "dont contact me",
    "don't message me ever again", "no more", "take me off your list", "opt-out",
    "I do not want to hear from you", "stop messaging", "Please remove me", "Unsubscribe!!",
    "I'd like to unsubscribe", "fichez-nous la paix", "bloquez moi", "arrêtez le spam",
    "stop les pubs", "Stop le spam svp", "arrêtez d'envoyer des messages",
    "cessez de m'importuner", "ne plus me contacter svp",
    "merci de ne plus m'envoyer de messages", "arrête tes messages",
    "vous pouvez arrêter de m'écrire ?", "pouvez vous arreter vos messages", "arrêter",
    "arrêtez ça", "arrêtez tout", "lâche-moi", "dégagez", "foutez le camp", "go away",
    "comment me désabonner ?", "je me désabonne", "je voudrais me désabonner",
    "how do I unsubscribe?", "stop bot", "stop robot", "stop this", "stop tout", "stop ça",
    "stop it", "stopall", "oublie-moi", "quit", "je stoppe", "je dis stop", "bloque moi",
    "unsubscribe me", "lose my number", "ne m'écrivez jamais", "ne plus recevoir", "cessez",
]  # fmt: skip
GOES_ON = [
    "arrêt de bus", "L'arrêt de tram est loin ?", "je n'arrête pas d'y penser",
    "j'arrete pas de penser à cette lampe", "stop ou encore ?", "ça ne s'arrête plus",
    "vous m'avez dit stop hier ?", "je ne reçois plus vos messages", "ne m'oubliez pas",
    "ne m'oubliez pas svp !", "Pourquoi vous ne m'écrivez plus ?",
    "vous ne me contactez plus ?", "tu ne m'écris plus",
    "vous avez arrêté de m'envoyer le catalogue ?", "pourquoi avez-vous arrêté de m'écrire ?",
    "il a arrêté de me parler", "n'arrêtez pas de m'écrire", "laissez-moi réfléchir",
    "laissez moi un message", "laissez-moi deux minutes", "lâchez-moi un prix",
    "je ne veux plus la lampe bleue",
    "je ne veux plus recevoir la lampe mais venir la chercher", "je ne veux plus attendre",
    "je ne veux plus rien commander d'autre, merci", "Avez-vous plus de messages ?",
    "je voudrais plus d'infos", "plus de photos svp", "plus de détails", "il n'y en a plus ?",
    "non merci", "Non", "pas intéressé", "ok merci", "merci 👍", "👍", "", "   ",
    "Le non-stop de la boutique, c'est quand ?", "vous êtes ouverts non stop ?", "porte stop",
    "avez-vous un stop-porte ?", "un pare-feu stop pluie ?", "retirez-moi la taxe svp",
    "retirez la lampe de ma commande", "enlevez-moi un article du panier",
    "comment me désabonner de la box mensuelle ?",
    "le desabonnement est-il possible à tout moment ?", "I can't stop looking at this lamp",
    "don't stop!", "non-stop music?", "do you ship to me?", "where is the bus stop?",
    "Why did you stop selling it?", "you don't write to me anymore?", "ne plus tarder",
    "Je ne peux plus me connecter", "votre site ne marche plus, arrêtez la commande ?",
    "vous pouvez m'écrire", "Je vous laisse tranquille, bonne soirée",
    "ça s'arrête quand les soldes ?", "je stoppe ma voiture où ?", "un stop pour la porte",
    "on s'arrête à quelle heure", "Vous arrêtez la vente quand ?",
    "vous arrêtez vos soldes quand ?", "arrêtez vous la production ?",
    "je ne veux plus le modèle noir", "j'arrête pas de regarder vos messages",
    "je ne veux pas rater vos messages", "stop motion",
    "bonjour, comment je peux arrêter ma commande ?", "Stop au stock ? il en reste ?",
    "je ne recois plus rien", "vous n'écrivez plus", "pourquoi tu m'écris plus ?",
    "je veux plus de couleurs", "je ne trouve plus votre message", "laissez-moi votre numéro",
    "laissez moi tranquillement choisir", "je préfère que vous m'écriviez plus tard",
    "ne m'écrivez plus tard que 18h", "écrivez-moi plus tard",
    "ne m'envoyez plus la bleue mais la rouge", "stop by the shop?", "I'll stop by tomorrow",
    "can I stop my subscription box?", "the zip won't stop", "arrêt maladie",
    "quit smoking kit?", "retirez moi un article", "supprimez mon article du panier",
    "plus de messages non lus chez moi", "plus de mail de confirmation ?", "j'ai plus de mail",
    "cessez le feu mdr", "c'est la fin ?", "fin", "merci la", "vous bloquez les commandes ?",
    "je vous bloque un créneau ?", "je ne veux plus de pub papier mais insta oui",
    "je souhaite arrêter la commande",
]  # fmt: skip
RETURNS = [
    "start", "START !", "Start svp", "reprendre", "Reprenez", "on reprend", "unstop",
    "resubscribe", "vous pouvez m'écrire à nouveau", "Vous pouvez m’écrire de nouveau 🙂",
    "tu peux me contacter à nouveau", "vous pouvez me recontacter",
    "vous pouvez à nouveau m'écrire", "réabonnez-moi", "reabonnez moi svp", "réinscrivez-moi",
    "je me réabonne", "je souhaite me réabonner", "remettez-moi sur votre liste",
    "I changed my mind, write to me again", "you can message me again", "text me again please",
    "je veux bien recevoir vos messages à nouveau", "je veux à nouveau recevoir vos messages",
    "J'ai changé d'avis, écrivez-moi à nouveau", "annulez mon stop",
    "Bonjour, recontactez-moi svp",
    "J'avais dit stop mais plus maintenant, vous pouvez m'écrire à nouveau", "opt in",
    "sign me up again", "I'd like to receive your messages again",
    "j'accepte de recevoir de nouveau vos messages", "START", "start svp",
    "vous pouvez me réécrire", "vous pouvez reprendre contact", "écrivez moi à nouveau",
    "je veux bien vos messages de nouveau", "je me réinscris", "réinscription svp",
    "finalement vous pouvez m'écrire à nouveau", "ok vous pouvez me recontacter",
    "je veux recevoir vos messages à nouveau", "re-abonnez moi",
    "je souhaite recevoir à nouveau vos offres", "please write to me again",
    "you can contact me again", "i want to get your messages again", "re-subscribe",
    "reprenez les messages", "vous pouvez recommencer à m'écrire",
    "remettez moi dans la liste", "Vous pouvez de nouveau m'envoyer des messages",
    "oui vous pouvez m'écrire à nouveau", "annule stop", "me réabonner", "reprends", "restart",
    "start again", "subscribe", "opt me in", "resubscribe me",
]  # fmt: skip
STAYS_OUT = [
    "stop", "bonjour", "oui", "ok", "", "👍", "start-up", "vous êtes une start up ?",
    "vous pouvez m'écrire ?", "je ne veux pas recevoir vos messages à nouveau",
    "ne m'écrivez pas à nouveau", "ne me recontactez pas", "ne m'écrivez plus",
    "quand reprendre le cours ?", "vous pouvez m'écrire à nouveau le prix ?",
    "don't write to me again", "never text me again", "pas à nouveau",
    "je veux bien la lampe à nouveau", "vous pouvez me réécrire le prix ?",
    "quand pouvez-vous m'écrire à nouveau ?", "combien ?",
    "si vous pouvez me recontacter c'est que vous avez gardé mon numéro",
]  # fmt: skip


@pytest.mark.parametrize("text", STOPS)
def test_a_wish_for_silence_is_heard(text: str) -> None:
    assert is_opt_out(text)
    assert not is_opt_in(text)


@pytest.mark.parametrize("text", GOES_ON)
def test_an_innocent_text_stops_nothing(text: str) -> None:
    assert not is_opt_out(text)


@pytest.mark.parametrize("text", RETURNS)
def test_a_wish_to_be_written_to_again_is_heard(text: str) -> None:
    assert is_opt_in(text)
    assert not is_opt_out(text)


@pytest.mark.parametrize("text", STAYS_OUT)
def test_nobody_comes_back_by_accident(text: str) -> None:
    assert not is_opt_in(text)


@pytest.mark.parametrize(
    "unit", ["stop ", "non ", "merci ", "de ", "a", "ne m ", "🛑", "\u200b", "ne plus recevoir de "]
)
def test_a_hostile_text_is_read_at_once(unit: str) -> None:
    text = (unit * 5000)[:5000]
    begun = time.process_time()

    is_opt_out(text)
    is_opt_in(text)

    assert time.process_time() - begun < 1
