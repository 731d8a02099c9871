"""Whoever asks for the member's own work is never surely left alone."""

import pytest

from processing.classes import LEFT_ALONE, class_of

LEADS = [
    "Bonjour, seriez-vous libre pour photographier le mariage de ma sœur le 12 juin à Nantes ?",
    "Bonjour, c'est pour le mariage de ma fille en juin : vous faites la région de Nantes ?",
    "Bonjour Marie, papa fête ses 70 ans, pourriez-vous animer la soirée ? Merci d'avance",
    (
        "Bonjour, j'accompagne des dirigeants et je cherche une intervenante pour un atelier : "
        "auriez-vous 15 minutes cette semaine ?"
    ),
    (
        "Bonjour, notre agence accompagne des entreprises et voudrait vous sous-traiter une "
        "formation. Un court échange ?"
    ),
    (
        "Je vois que vous intervenez sur la prise de parole. Nos clients voient leur équipe"
        " grandir, on aurait une demande pour 12 managers. Dispo pour un call ?"
    ),
    (
        "Bonjour, notre DRH quitte l'entreprise, nous renforçons nos équipes et avons besoin de "
        "coaching pour nos managers"
    ),
    "Bonjour, félicitations pour votre livre, je voudrais en offrir à mes salariés",
    "Bravo pour votre intervention d'hier ! J'aimerais la proposer à mon équipe.",
    "Hi Marie, congratulations on the award! I'd love to have you speak at our offsite in May.",
    "Bonne année Marie ! Je pense à vous pour animer notre séminaire de mars.",
]


@pytest.mark.parametrize("text", LEADS)
@pytest.mark.parametrize("headline", ["", "Responsable RH", "Business developer chez Acme"])
def test_the_rules_never_surely_silence_somebody_who_asks_for_the_members_work(
    text: str, headline: str
) -> None:
    found = class_of([text], first_contact=True, headline=headline)
    assert not (found.sure and found.kind in LEFT_ALONE), (found.kind, found.because)
