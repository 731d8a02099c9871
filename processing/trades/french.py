"""The trades in French."""

from processing.trades.shape import WEEK, Trade, open_on

BOUTIQUE = Trade(
    scenarios=(
        {
            "name": "Questions sur les produits",
            "instruction": (
                "Répondez aux questions sur les produits, les prix, les tailles et la livraison, "
                "en deux phrases au plus. Vouvoyez. Quand un article n'est pas dans la fiche, "
                "dites que vous vérifiez et qu'une personne de la boutique revient vers le client. "
                "Terminez par une question simple qui fait avancer l'achat."
            ),
        },
        {
            "name": "Retours et échanges",
            "trigger": "keywords",
            "keywords": [
                *("retour", "échange", "échanger", "rembourser", "remboursement", "renvoyer"),
                *("abîmé", "abîmée", "mauvaise taille", "pas la bonne taille"),
            ],
            "priority": 10,
            "instruction": (
                "La personne veut rendre ou échanger un article. Montrez que vous comprenez, "
                "rappelez la règle de la fiche, demandez le numéro de commande. "
                "Ne promettez jamais un remboursement."
            ),
        },
    ),
    profile=(
        "Boutique de céramique à Nantes, deux vendeuses. Nous vouvoyons, nous écrivons des "
        "phrases courtes et simples, sans emoji."
    ),
    facts=(
        ("Horaires", "du … au …, de … h à … h ; fermé le …"),
        ("Adresse", "…"),
        ("Téléphone", "…"),
        ("Livraison", "… € en France, sous … jours ouvrés"),
        ("Retours", "… jours pour changer d'avis, article intact"),
        ("Moyens de paiement", "…"),
        ("Prix : …", "… €"),
        ("Prix : … (autre article)", "… €"),
    ),
    samples=(
        "Bonjour, c'est combien la livraison ?",
        "Vous êtes ouverts samedi ?",
        "Je voudrais échanger un article, comment faire ?",
    ),
    example=(
        "Bonjour, c'est combien la tasse bleue ?",
        "Bonjour ! La tasse Galet est à 24 €. Voulez-vous que nous vous en gardions une ?",
        "Oui ! Je passe samedi. Mon numéro : 06 39 98 12 34",
    ),
)
COIFFEUR = Trade(
    scenarios=(
        {
            "name": "Demandes de rendez-vous",
            "instruction": (
                "La personne veut un rendez-vous ou un prix. Donnez le prix s'il est dans la "
                "fiche, puis demandez la prestation, la longueur des cheveux et deux créneaux qui "
                "l'arrangent. Ne confirmez pas d'horaire : le salon le fait. Tutoyez seulement si "
                "elle tutoie."
            ),
            "hours": open_on(("tue", "wed", "thu", "fri", "sat"), "09:00-19:00"),
        },
    ),
    profile=(
        "Salon de coiffure mixte à Tours, trois coiffeurs. Ton souriant ; nous vouvoyons, sauf "
        "si la personne tutoie."
    ),
    facts=(
        ("Horaires", "du … au …, de … h à … h ; fermé le …"),
        ("Adresse", "…"),
        ("Téléphone", "…"),
        ("Coupe femme", "… €, durée …"),
        ("Coupe homme", "… €, durée …"),
        ("Coupe enfant", "… €, jusqu'à … ans"),
        ("Couleur", "à partir de … €"),
        ("Annulation", "possible jusqu'à … h avant"),
    ),
    samples=(
        "Bonjour, c'est combien une coupe femme ?",
        "Vous avez une place samedi pour une couleur ?",
        "Je dois annuler mon rendez-vous de demain",
    ),
    example=(
        "Coucou, vous prenez combien pour une coupe femme ?",
        "Bonjour ! La coupe femme est à 38 €. Quels deux créneaux vous arrangeraient ?",
        "Mi-longs, plutôt jeudi ou vendredi après 17 h",
    ),
)
RESTAURANT = Trade(
    scenarios=(
        {
            "name": "Réservations",
            "trigger": "keywords",
            "keywords": [
                *("réserver", "réservation", "une table", "table pour", "couverts"),
                *("de la place", "une place"),
            ],
            "priority": 10,
            "instruction": (
                "La personne veut une table. Demandez la date, l'heure, le nombre de personnes et "
                "un numéro de téléphone, en une seule question. Dites que l'équipe confirme. "
                "Ne promettez jamais de place."
            ),
        },
        {
            "name": "Carte, horaires, allergènes",
            "instruction": (
                "Répondez avec la fiche : horaires, adresse, carte, prix. Pour une allergie, ne "
                "rassurez pas : dites qu'une personne de la cuisine va répondre."
            ),
        },
    ),
    profile=(
        "Bistrot de quartier à Lille, cuisine du marché, quarante couverts. Nous vouvoyons et "
        "nous restons chaleureux et brefs."
    ),
    facts=(
        ("Horaires", "service de … h à … h et de … h à … h ; fermé le …"),
        ("Adresse", "…"),
        ("Téléphone", "…"),
        ("Menu du midi", "… €, en semaine"),
        ("Menu du soir", "… €"),
        ("Plats végétariens", "…"),
        ("Terrasse", "…"),
        ("Groupes", "jusqu'à … personnes, sur réservation"),
    ),
    samples=(
        "Bonsoir, une table pour 4 ce soir, c'est possible ?",
        "Vous êtes ouverts dimanche midi ?",
        "Ma fille est allergique aux arachides, que peut-elle manger ?",
    ),
    example=(
        "Bonsoir, je voudrais réserver pour samedi",
        "Avec plaisir ! À quelle heure, pour combien, et à quel numéro vous le confirmer ?",
        "20 h, nous serons 4, au 06 39 98 45 67",
    ),
)
ARTISAN = Trade(
    scenarios=(
        {
            "name": "Demandes de devis",
            "kind": "qualify",
            "instruction": (
                "La personne a un projet ou une panne. Découvrez, une question à la fois : ce "
                "qu'il y a à faire, la commune, le délai souhaité, un numéro pour la rappeler. "
                "Ne donnez aucun prix qui ne soit pas dans la fiche. Une fuite, une odeur de gaz "
                "ou une panne électrique : passez la main tout de suite."
            ),
            "hours": open_on(WEEK, "08:00-12:00", "13:30-18:00"),
        },
    ),
    profile=(
        "Plombier-chauffagiste à Rennes, deux compagnons, dépannage et salles de bains. Nous "
        "vouvoyons et nous allons droit au but."
    ),
    facts=(
        ("Horaires", "du … au …, de … h à … h"),
        ("Zone d'intervention", "…"),
        ("Téléphone", "…"),
        ("Déplacement", "… €"),
        ("Tarif horaire", "… € de l'heure"),
        ("Devis", "…, sous … jours"),
        ("Assurance décennale", "…"),
        ("Prochaines disponibilités", "…"),
    ),
    samples=(
        "Bonjour, il me faudrait un devis pour refaire ma salle de bains",
        "Combien coûte le déplacement ?",
        "J'ai une fuite sous l'évier, vous pouvez venir aujourd'hui ?",
    ),
    example=(
        "Bonjour, vous faites les salles de bains ?",
        "Bonjour, oui, c'est notre métier. Dans quelle commune habitez-vous ?",
        "À Cesson. J'aimerais un devis avant l'été, mon numéro : 06 39 98 76 54",
    ),
)
COACH = Trade(
    scenarios=(
        {
            "name": "Premier échange",
            "kind": "qualify",
            "instruction": (
                "La personne s'intéresse à un accompagnement. Découvrez, une question à la fois : "
                "son objectif, ce qu'elle a déjà essayé, quand elle veut commencer. Proposez "
                "ensuite l'appel découverte. Ton chaleureux, phrases courtes, aucun conseil "
                "médical, aucune promesse de résultat."
            ),
        },
    ),
    profile=(
        "Coach en organisation, en visio et à Lyon. Ton chaleureux et direct, phrases courtes ; "
        "je vouvoie au premier échange."
    ),
    facts=(
        ("Séance individuelle", "… €, durée …"),
        ("Programme …", "… €, … séances"),
        ("Appel découverte", "…, durée … minutes"),
        ("Prendre rendez-vous", "…"),
        ("Lieu", "…"),
        ("Paiement en plusieurs fois", "…"),
        ("Annulation", "possible jusqu'à … h avant"),
    ),
    samples=(
        "Bonjour, comment se passe un accompagnement ?",
        "C'est combien une séance ?",
        "J'ai déjà essayé deux méthodes, je voudrais commencer en janvier",
    ),
    example=(
        "Bonjour, votre programme m'intéresse",
        "Merci pour votre message ! Qu'aimeriez-vous changer en premier dans vos semaines ?",
        "Je voudrais finir mes journées à l'heure, dès le mois prochain",
    ),
)
IMMOBILIER = Trade(
    scenarios=(
        {
            "name": "Intérêt pour un bien",
            "kind": "qualify",
            "instruction": (
                "La personne demande un bien ou veut vendre. Découvrez, une question à la fois : "
                "achat, location ou vente, secteur, budget, délai, financement en cours ou non, "
                "numéro pour la rappeler. Ne donnez ni prix ni disponibilité hors de la fiche ; "
                "ne demandez jamais l'origine, la santé ou la situation de famille."
            ),
            "hours": open_on(WEEK, "09:00-12:30", "14:00-18:30"),
        },
    ),
    profile=(
        "Agence immobilière indépendante à Annecy : vente, location, gestion. Nous vouvoyons ; "
        "ton sérieux et accueillant."
    ),
    facts=(
        ("Horaires", "du … au …, de … h à … h"),
        ("Adresse", "…"),
        ("Téléphone", "…"),
        ("Secteurs", "…"),
        ("Honoraires de vente", "… % du prix, à la charge de …"),
        ("Honoraires de location", "… €"),
        ("Estimation", "…, sous … jours"),
        ("Bien à vendre : …", "… €, … m², … pièces"),
    ),
    samples=(
        "Bonjour, l'appartement est-il toujours disponible ?",
        "Je voudrais faire estimer ma maison",
        "Quels sont vos honoraires ?",
    ),
    example=(
        "Bonjour, le T3 avec balcon est-il encore à vendre ?",
        "Bonjour, un conseiller vous le confirme. Est-ce pour y habiter ou pour louer ?",
        "Pour y habiter, budget 320 000 €. Appelez-moi au 06 39 98 23 45",
    ),
)
TRADES = {
    "boutique": BOUTIQUE,
    "coiffeur": COIFFEUR,
    "restaurant": RESTAURANT,
    "artisan": ARTISAN,
    "coach": COACH,
    "immobilier": IMMOBILIER,
}
