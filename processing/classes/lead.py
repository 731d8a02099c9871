"""Signs of somebody who may become a customer: asks for a price, a date, help, an offer."""

from processing.classes.signs import sign

LEADS = (
    sign("price", 3, r"""
        (?:vos|c est quoi vos) tarifs?  votre (?:tarif|prix)
        quels? (?:est|sont) (?:le|les|vos|votre) (?:prix|tarifs?|honoraires|cout)
        combien (?:ca |cela )?(?:coute|coutent|prenez|facturez|demandez)  (?:a )?quel prix
        how much (?:do|is|does|would|are)  your (?:rates?|fees?|prices?)
        what (?:is|are) your  quel budget (?:faut|prevoir)  le prix de  tarif merci  duree tarif
        and fees
        (?:vos|les|quels) honoraires  (?:ca|cela) (?:coute|couterait)  (?:would|does) it cost
        est il facture  baisser le prix  pay for it
        combien (?:prendriez|demanderiez|ca ferait)  fourchette de prix  comment on paie
        le prix change
        quel tarif  quels tarifs  un tarif  what would (?:it|a|that)
    """),
    # Recruiters ask for it as well.
    sign("day_rate", 2, r"your day rate  votre tjm  (?:est|sont) (?:le|ton|votre) tjm"),
    sign("quote", 3, r"""
        (?:un|le|votre|du) devis  (?:envoyer|faire|recevoir) une proposition  a quote
        (?:votre|une) proposition (?:nous|commerciale)
        (?:la|votre|une) facture(?! d\b| electr)  the invoice  an invoice  acompte
        convention de formation  (?:vos|tes) conditions
    """),
    sign("need", 3, r"""
        (?:j ai|nous avons|on a|ai|avons) besoin d\w*  (?:j|on|nous) aur(?:ais|ait|ions) besoin
        (?:je|nous|on) (?:re)?cherch(?:e|ons|ait|ais) (?:une?|des?) (?:consultante?|coach|\
        formateur|formatrice|prestataire|photographe|graphiste|experte?|accompagnement|personne|agence|\
        intervenante?|conferenciere?)
        (?:societe|entreprise|association|equipe) cherche  il nous faudrait
        we need (?:a|an|some|help)  looking for (?:someone|a consultant|a coach|help)
        my (?:company|team) needs  hire you  (?:nous avons|on a|j ai) un projet  exactement notre
        aimerions travailler avec  je n arrive pas a
        (?:nous|on) (?:devons|doit|aurait|aurions) (?:refaire|revoir|un)  il nous manque
        (?:qu )?il me faut
        (?:a|correspond a) mon besoin  (?:nous|on) souhait(?:e|ons) former  un lancement a preparer
        (?:nous|on|je) (?:voudrions|voudrais|aimerions|aimerais) (?:la meme|\
        travailler|vous confier|bien que)
        (?:souhaiterais|souhaite|voulons) vous confier  cherche quelqu un pour  work with you
        compare plusieurs prestataires  un projet de
    """),
    sign("help", 2, r"""
        (?:pouvez|pourriez|peux|pourrais) (?:vous|tu) (?:nous|m|me)? ?(?:aider|accompagner)
        vous (?:pourriez|pouvez) (?:nous |m )?(?:aider|accompagner)  pour nous aider  help us with
        (?:could|can) you help (?:us|me)  nous aider (?:a|sur)  help us (?:with|on)
        pour nous accompagner  is this something you
        (?:vous|tu) (?:feriez|ferais|pourriez revoir)  revoir notre
    """),
    sign("free_dates", 2, r"""
        disponible (?:en (?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|\
        novembre|decembre)|prochainement|pour (?:une mission de conseil|animer|un seminaire|nous))
        vos creneaux  prenez vous de nouveaux  take on (?:new )?clients  encore de la place
        (?:encore|toujours) disponible  still available  available and what  availability in
        dispo pour nous  session start
        avez vous des (?:disponibilites|dates|creneaux)  caler une date
        (?:etes|seriez) vous libre le
        on bloque le
        any slots?  how soon could you  liste d attente  decaler (?:l|la|le|notre)
    """),
    sign("buys", 3, r"""
        (?:je|j|nous|on) (?:veux|voudrais|aimerais|aimerions|souhaite|souhaiterais|souhaitons) \
        (?:reserver|m inscrire|commander|en commander|acheter|prendre rendez vous|ajouter|\
        vous rencontrer)
        (?:i d|we d|would|i would) like to (?:book|buy|order|hire)
        comment (?:reserver|s inscrire|m inscrire|signer le|procede t on|on procede|ca se passe|\
        commander)
        livrez vous  prete? a payer  facturable  (?:la )?price works  je regle
        chez nous merci  directement chez nous
        on se decide  on part sur  on signe  je prends (?:l|la|le|votre)  version payante
        (?:ok|bon) pour nous  budget est valide
        bon de commande  commencer en  paid consultation  s inscrire sur  participants finalement
    """),
    sign("service", 2, r"""
        vous (?:faites aussi|intervenez|proposez)  intervenez vous  travaillez vous avec
        do you offer  (?:vos|tes) (?:services|prestations|formations?|ateliers?)
        votre (?:formation|programme|accompagnement|atelier|livre|travail)
        your (?:services|online course|course|workshops?)  informations? sur votre
        know more about your
        faites vous (?:ce genre|aussi|des)  proposez vous (?:des?|une?|aussi)
        vous avez une formation  si votre  your (?:availability|work)  vos seances  venir former
    """),
    sign("budget", 2, r"budget (?:autour )?de  un budget  a budget of  budget around"),
    sign("sent_by", 2, r"""
        m a (?:recommande|conseille|parle de)  recommended you  referred by  de votre part
        de la part de  a friend suggested  m a dit que vous
    """),
    sign("meet", 2, r"""
        vous rencontrer pour  (?:un )?rendez vous avec vous  (?:me |m )?rappeler (?:au sujet|pour)
        rappelez moi  d accord pour (?:lundi|mardi|mercredi|jeudi|vendredi|samedi)
        me recontacter  recontacter par telephone
    """),
    sign("interested", 2, r"""
        interessee? par (?:votre|vos)  interested in your (?:services|course|programme|workshop)
    """),
)  # fmt: skip
