"""Signs of somebody who hires, places people with others, or looks for a place."""

from processing.classes.signs import sign

RECRUITS = (
    sign("hires", 3, r"""
        (?:je|nous|on) (?:recrute|recrutons)  chargee? de recrutement  recruteu(?:r|se)s?
        (?:a|as a) recruiter  (?:we re|we are|i m|i am) hiring  looking to hire
        cabinet de (?:recrutement|chasse)  chasse de tetes  sourceu(?:r|se)  un recrutement
        recrutement confidentiel  confidential search  headhunt\w+  growing the team
        mene une recherche pour
        (?:charge|responsable) du sourcing  constitue l equipe  parmi nos salaries
        cabinet rh  nous renforcons (?:nos|notre)  notre drh  ma recherche de candidats
    """),
    sign("post", 3, r"""
        un poste  postes? (?:de|d|a|en|ouverts?)  le poste est  fiche de poste  postes a pourvoir
        \d postes  job (?:description|offer)  open position  openings?  (?:a|exciting|contract) role
        new job  full time  offre d emploi  opportunite de poste  futur associe commercial
        head of \w+  notre prochaine? e? ?commerciale?
        une fonction de  poste salarie  le poste de
        opportunite de [a-z]+  (?:director|manager|lead|engineer|officer) role  role at
        permanent position
        la fonction de  le poste s ouvre  de transition
    """),
    sign("terms", 2, r"""
        cdi  cdd  salaire  remuneration  \d+(?: \d+)? ?k  \d+k  fixe (?:de|variable)  statut cadre
        competitive salary  base salary  ir35  equity  tickets restaurant  rtt  preavis
        teletravail  full remote  hybrid  remote  par semaine sur site
        duree indeterminee  salariee?s?(?! a| en formation)  \d j semaine  \d+ day  \d+ j$
    """),
    sign("papers", 3, r"""
        (?:votre|ton|mon|un|le) cv  cv a jour  (?:latest|your|updated|share your) (?:cv|resume)
        postuler  candidature  to apply  lettre de motivation  entretien telephonique
        premier entretien
    """),
    sign("open_to_move", 3, r"""
        a l ecoute (?:du marche|d opportunites|de nouvelles)  en recherche active  ou en recherche
        new opportunit(?:y|ies)  open to opportunities  actively looking  en veille
        evolution professionnelle  en poste actuellement  opportunite professionnelle
    """),
    sign("places", 3, r"""
        mission (?:freelance|longue duree|de \d+ (?:mois|semaines|jours)|chez un)  esn
        portage salarial  intercontrat  client final  grands? comptes?  amoa  month contract
        pour (?:un|l un|une) de (?:mes|nos) clients?  pour (?:mon|notre) client
        chez nos clients  (?:d )?un de (?:nos|mes) clients  one of my clients
        vos pretentions  quelles sont vos pretentions  mission en portage
        we place (?:freelancers|consultants)  a contract in  interim  dossier de competences
        one of our clients  mission pour vous
        mission (?:a pourvoir|de consulting|de conseil chez)  client (?:bancaire|industriel|public)
        un de mes clients  dans votre reseau des profils
    """),
    sign("day_rate", 2, r"""
        tjm (?:max |de )?\d+  \d+ (?:a \d+ )?(?:euros? )?(?:par )?jour  day rate up to
        tjm et (?:votre|vos|a partir)
    """),
    sign("fits", 1, r"""
        (?:votre|ton) (?:profil|parcours|experience) (?:a|m|correspond|pourrait|retient)
        your (?:background|experience|profile) (?:looks|matches|is|popped)  great fit
        profil comme le votre  matches your profile  vous correspondre
        votre profil (?:colle|nous|m)  des profils
    """),
    sign("opportunity", 1, r"opportunites?  opportunity  opportunities"),
    sign("wants_a_place", 3, r"""
        stage de  un stage  alternance  recherche d un (?:emploi|stage)  apprentissage
        je recherche un stage
        (?:accueillez|prenez) vous des stagiaires  candidature spontanee  contrat pro
        premier emploi  rejoindre votre (?:structure|equipe|entreprise)  jeune diplomee?
        d une alternance  mon alternance
    """),
)  # fmt: skip
RECRUITER = sign(
    "recruits_for_a_living",
    3,
    r"""
    recrut\w+  recruit\w*  talents?  headhunter  chasseu(?:r|se) de tetes  sourceu(?:r|se)  sourcer
    hr  rh  human resources  ressources humaines
""",
)
"""What stands in the headline of who recruits."""
