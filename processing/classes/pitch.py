"""Signs of somebody who sells: to the member, what she did not ask for."""

from processing.classes.signs import sign

WHO = (
    r"(?:consultante?s?|consultants|coachs?|coaches|independante?s?|freelances?|freelancers?|"
    r"entrepreneure?s?|solopreneurs?|dirigeante?s?|entreprises|professionnels|tpe|pme|tns|"
    r"founders|companies|businesses|agencies|people like you|clients|accompagnes)"
)
PITCH = (
    sign("asks_leave", 1, r"""
        je me permets (?:de|ce)  permettez moi de  je souhaite vous presenter
        i wanted to reach out  hope (?:you re|you are|this finds you)  je me presente
    """),
    sign("helps_others", 3, rf"""
        (?:j|je|nous|on|cabinet|agence) (?:aide|aidons|accompagne|accompagnons) (?:\w+ ){{0,4}}{WHO}
        (?:we|i) (?:help|work with|support) (?:\w+ ){{0,4}}{WHO}
        (?:we re|we are|i m) helping (?:\w+ ){{0,4}}{WHO}
        (?:accompagne|accompagnons) (?:\w+ ){{0,3}}qui veulent
        je travaille avec (?:plusieurs|beaucoup de|de nombreux)  helps (?:\w+ ){{0,3}}{WHO}
        (?:nous|j) (?:equipons|equipe) (?:les|des)
        (?:tripler|doubler|augmenter) (?:leurs|vos|votre)
        (?:we|our agency|our team) can (?:get|help|build|make) you(?:r)?
    """),
    sign("for_free", 2, r"""
        (?:audit|bilan|etude|diagnostic|video|webinaire|simulation|comparatifs?|formation|\
        accompagnement|session)(?: \w+){0,3} (?:gratuite?|offerte?|personnalisee)
        gratuit(?:ement|s|e|es)?  offerte?s?  offert  sans engagement  je (?:vous|t|te) offre
        sans rien debourser  ou rembourse  nous offrons  finance\w* a 100
        free (?:\w+ )?(?:audit|demo|trial|video|ebook|consultation)  for free  or you don t pay
        rendez vous gratuit
        free (?:masterclass|training|licences?|webinar|trial)  fais le point gratuitement
        lifetime licences?  devis gratuit  premiere journee  journee est offerte
    """),
    sign("shows", 2, r"""
        demo  demonstration  webinaire  webinar  ebook  calendly  (?:seance|session) decouverte
        appel (?:strategique|decouverte)  short video  lien pour prendre rendez vous
        mentorat  tester (?:notre|gratuitement)
        walk you through  vous presenter (?:nos|notre)  vous montrer comment
    """),
    sign("promises", 2, r"""
        (?:rendez vous|rdv|prospects|leads|clients) (?:qualifies|premium)  qualified (?:calls|leads)
        \w*\d ?x roi  \d+x  \broi\b  (?:doublez|doubler|booster|boostez|scaler|scale)
        votre ca  chiffre d affaires  \d+k(?: mois| month)?  vivre de (?:leur|votre|ton) activite
        gagner (?:du temps|\d+ heures)  save (?:you )?(?:\w+ )?hours  clients par mois
        (?:rdv|rendez vous) par mois  rendez vous qualifies par mois  resultats garantis
        on garantit  nous garantissons  we guarantee
        (?:nos|our) (?:clients|accompagnes) (?:gagnent|voient|typically|see|obtiennent)
        en moyenne  increase their revenue  more clients  new clients or  get more clients
        remplir (?:leur|votre|ton) agenda  generer? des  genere des  developpement commercial
        reduisons  reduction d impots  structurer ton offre  font deja confiance
        we can fix that  close more deals
        sans prospecter  signer (?:deux|trois|\d+) clients  automate your  paient trop
    """),
    sign("offers", 2, r"""
        (?:notre|ma) (?:solution|plateforme|logiciel|outil|application|crm|methode|systeme|offre|\
        gamme|catalogue|programme de|proposition d|nouvelle gamme)
        nos (?:prestations|offres|solutions|produits|formations)
        our (?:\w+ )?(?:tool|platform|solution|software|product|system|proposal|portfolio)
        we (?:offer|provide|represent)  i represent  offering  we ve built a
        (?:je|j) (?:commercialise|developpe|propose)
        je vous propose une? (?:bilan|audit|etude|offre|solution|simulation|accompagnement)
        nous (?:proposons|developpons|lancons|mettons a disposition|organisons un)
        (?:on a|nous avons|j ai) (?:mis au point|cree|developpe|lance) une?
        je lance une offre  propose un forfait  avec notre formation  realise gratuitement
        nos (?:services de|modeles|tarifs preferentiels)  (?:my|our) team (?:builds|makes|designs)
        (?:do you|if you) need a (?:new )?(?:website|logo|app)  je propose aux  j ai une promotion
        we are (?:\w+ )?(?:manufacturers|suppliers|exporters)  distributeur officiel  price list
        je vous propose (?:mes|nos|notre|mon|ma)  decouvrir (?:notre|nos)  notre (?:outil|espace)
        je suis (?:agent|courtier|commercial|expert comptable|conseiller)  packages start
        giving away
        specialiste (?:de|du|des|en)
    """),
    sign("trades", 2, r"""
        courtier  courtiere  mutuelles?  fiscalite  patrimonial  assurances?  impots  outsourcing
        lead generation  generation de leads  seo packages  web design  data entry
        development company  developpement offshore  equipe offshore  assistante?s? virtuelles?
        teleprospection  domiciliation d entreprise  fournitures de bureau  facture d electricite
        opco  cpf  qualiopi  revenus complementaires  immobilier locatif  facturation
        logiciel de  agence (?:web|specialisee|qui|de communication|digitale|marketing)
        digital marketing agency  referencement  comptable actuel  coffrets cadeaux
        ambassadeurs  investir dans
        community management  cotisations  sponsorisee?  moq  price list  expert comptable a
        travailler de chez  complement de revenu  manufacturers
    """),
    sign("asks_time", 1, r"""
        \d+ ?(?:min|minutes?)  quick (?:call|chat|question|demo)  un call  worth a
        avez vous (?:2|deux|5|cinq|10|15)  petite question  dispo pour
        (?:quel|un) (?:creneau|moment)  le meilleur moment  court echange
        quand puis je vous appeler  je vous appelle quand  on zoom  sur zoom
    """),
    sign("asks_interest", 1, r"""
        (?:ca|cela) (?:vous|t|te|pourrait(?: il)? vous) interesse\w*  ca te dit  partante?
        pourrait il vous interesser  interessee?$  interested$  just reply  tu veux le tester
        (?:souhaitez|voulez) vous (?:recevoir|que)  (?:puis je|je peux) (?:vous|t) \w+
        je vous (?:l )?(?:envoie|inscris)  can i (?:send|share)  (?:i d|would|i would) love to show
        je serais ravie? de vous presenter  interested in learning  let me know if you
        n hesitez pas si  i ll send the details  accepteriez vous un
        je peux vous en dire plus  en dire plus  ca vous tente  want one  save your seat
        voulez vous (?:voir|le|en savoir|un)  vous invite a  envie d en savoir plus  ca vous parle
    """),
    sign("once_more", 1, r"""
        (?:reviens|revenir) vers vous  precedent message  (?:regarder|vu) mon message
        following up on  message de relance  suite a mon (?:invitation|message)
        prendre connaissance  did you get a chance
        pas eu le temps de (?:regarder|lire|repondre)  envoye un message
    """),
    sign("saw_profile", 1, r"""
        (?:vu|regarde|parcouru|consulte) (?:votre|ton) profil  came across your profile
        i noticed  je vois que (?:vous|tu)  saw your profile  votre profil et
    """),
    sign("finds_a_lack", 2, r"""
        comment (?:trouvez|gerez|faites) vous (?:vos|pour trouver)  how are you currently
        avez vous deja (?:pense|envisage)  avez vous pense a  etes vous satisfaite?s? de votre
        vous avez deja pense  isn t ranking  vous perfectionner  deleguer votre
        savez vous que  et si je vous disais  si je vous disais  would it make sense to
        votre (?:concurrent|operateur|fournisseur|prestataire) (?:actuel|utilise)?
        etes vous bien protegee?
    """),
    sign("presses", 2, r"""
        limited spots  il (?:ne )?reste (?:que|quelques)  offre (?:speciale|exclusive)
        jusqu au 31  premier mois  commission de  remise de  mes \d+ premiers clients
        tarifs negocies  competitive rates  premiers inscrits
        tarif preferentiel  starting at  une promotion  au lieu de \d+  ce mois ci
        prix competitifs  prix imbattables?  meilleurs prix
    """),
)  # fmt: skip
SELLS = sign(
    "sells_for_a_living",
    2,
    r"""
    business developer  sdr  bdr  sales  account executive  account manager  commerciale?
    closer  setter  lead gen\w*  growth  conseillere? en gestion de patrimoine  courtier
    ingenieure? d affaires
""",
)
"""What stands in the headline of who sells."""
