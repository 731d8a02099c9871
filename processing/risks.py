"""Words in a customer's message for which no machine should answer: a human looks first.

By code, French and English. A wrong alarm costs the owner a glance, a missed one may cost a
customer: what is in doubt rings ("mon avocat est parti en vacances"), what is plainly innocent
does not ("un bol avocat", "une lampe qui tue").
"""

import re
from dataclasses import dataclass

from processing.words import listed, spelled_out


@dataclass(frozen=True)
class Risk:
    """Why a human should look.

    `category`: health, violence, minors, legal, payment, privacy, press or anger; `words`: the
    words that rang, in plain small letters without accents.
    """

    category: str
    words: str


# The gravest first: the first category that rings is the answer.
TABLE = {
    "health": r"""
        suicid(?:e|er|aire|al)  me (?:tuer|foutre en l air|pendre|suicide)  me faire du mal
        (?:envie|veux|vais|voudrais) (?:de )?mourir(?! de rire)  (?:plus|pas) envie de vivre
        en finir avec la vie  (?:envie d|veux) en finir(?! avec)
        me (?:couper|ouvrir|tailler) les veines  scarifi\w*  automutil\w*  mets? fin a mes jours
        overdose  (?:kill|hurt|harm|cut) myself  end my life  (?:want|going) to die  self harm
        don t want to live  veux plus vivre  (?:a|ai) avale(?! de travers)  choc anaphylactique
        anaphyla\w*  reactions? allergiques?  allergic reaction
        (?:suis|est|sommes|sont|fais|fait) (?:tres |super |gravement )?(?:une )?(?:allergiques?|\
        allergie)  (?:i m|i am|is|are) (?:very |severely )?allergic
        intoxications?(?: alimentaires?)?  intoxique\w*  empoisonne\w*  food poisoning  poisoned
        (?:rendue?|tombee?s?|etre|suis) (?:tres |super )?malades? (?:apres avoir|a cause)
        m a rendue? malade  made me (?:sick|ill)
        (?:vomi|vomis|vomit) (?:apres|a cause|toute|depuis)  (?:respire|respirer) plus
        (?:peux|arrive|peut) (?:pas|plus) (?:a )?respirer  can ?t breathe  cannot breathe
        (?:fait|fais|ai eu|a eu) un malaise  perdu connaissance  aux urgences  emergency room
        hospitalis\w*  ambulance  samu  call 911  urgence medicale  medical emergency
        saigne(?! pas)\w*  is bleeding
        (?:suis|me suis|s est|est|ai ete|a ete) (?:gravement )?(?:brulee?|electrocutee?|blessee?)
        electrocut\w*  pris feu  caught fire  (?:a|ont) explose(?! les| de rire| tous)  exploded
        pris une decharge
    """,
    "violence": r"""
        (?:vous|te|t|le|la|les) (?:tuer|buter|crever|frapper|tabasser|defoncer|egorger|planter) \
        (?:tous|toutes|un par un|si|bande)
        (?:vais|va|veux|allons) (?:vous|te) (?:tuer|buter|crever|frapper|tabasser|defoncer|\
        egorger|planter|bruler|retrouver|faire la peau|casser la (?:gueule|tete))
        j vais (?:vous|te) (?:tuer|buter|crever|frapper|retrouver)
        je (?:vous|te) (?:tue|bute|defonce|creve)  (?:casser|peter) la (?:gueule|tete)
        menaces? de mort
        (?:vous allez|tu vas) (?:(?:le |me le )?payer cher|le regretter|crever|mourir)
        (?:vous allez|tu vas) regretter(?! de| d)  vous allez me le payer  tu vas me le payer
        sais ou (?:vous|tu) (?:habit|trouv|viv|travaill)\w*
        mettre le feu (?:a|chez) (?:vous|votre|ta|ton|tout)
        (?:bruler|cramer) (?:votre|ta|ton|la) (?:boutique|magasin|maison|voiture)
        (?:poser|mettre|fabriquer) une bombe  alerte a la bombe  bomb threat  attentat
        crevez(?! les)
        (?:il|elle|mari|conjoint|copain|pere|mere|ex) (?:me|nous) (?:frappe|bat|tape|menace)
        violences? conjugales?  viole[er]?e?  viol  agression sexuelle
        (?:kill|shoot|stab|hurt|beat) (?:you|him|her|them)(?: up)?
        burn (?:your|the) (?:shop|store|house|place)(?: down)?  know where you (?:live|work)
        death threats?  rape[ds]?
    """,
    "minors": r"""
        (?:j ai|jai|g) (?:[5-9]|1[0-7]) ?ans(?! d| de | que)
        (?:j ai|jai) (?:dix|onze|douze|treize|quatorze|quinze|seize|dix sept) ans(?! d| de | que)
        (?:suis|sommes|est) (?:encore )?mineure?s?(?! de)
        suis en (?:cm1|cm2|6e|6eme|5e|5eme|4e|4eme|3e|3eme)
        (?:dites|dis|dire) (?:pas|rien) a mes parents  mes parents (?:ne )?(?:savent|sont) pas
        sans (?:que mes parents|l accord de mes parents|le dire a mes parents)
        pedo(?:phil|porn)\w*  (?:i m|im|i am) (?:[6-9]|1[0-7])(?: years? old| yo| y o|yo|$)
        (?:i m|im|i am|we are) (?:a minor|underage)  my parents don ?t know
        don ?t tell my parents
    """,
    "legal": r"""
        (?:mon|notre|nos|mes) avocate?s?(?! (?:est |sont |n est |etait |a l air )?(?:pas |trop |\
        tout |encore |bien )*(?:murs?|pourris?|noirs?|verts?|durs?|toasts?|bowl|ecrase|\
        guacamole|prefere))
        (?:prendre|saisir|contacter|consulter|voir|appeler|engager|avec|via|par|pris|saisi|\
        contacte|consulte) (?:un|une|l) avocate?
        avocate? (?:vous|va|prendra|contactera|ecrira|se chargera)
        port(?:e|es|er|ez|erai|era|ons|erons|erais)? (?:une )?plainte  depos\w* (?:une )?plainte
        plainte (?:au|a la|a l|devant|contre|aupres|penale)
        vais (?:me )?plaindre (?:a|au|aupres)
        (?:au|devant le|saisi\w* le|par le|le) tribunal (?:judiciaire|de commerce|d instance|de \
        proximite|penal)  (?:au|devant le|saisi\w* le|via le) tribunal
        (?:attaqu\w*|trainer|agir|ester|aller|vous|irai) (?:\w+ ){0,2}en justice
        (?:saisi\w*|devant|confi\w*) (?:a )?la justice  poursuites? (?:judiciaires?|penales?)
        poursuivr\w* en justice  (?:vous|allez etre) poursuiv\w*  mise? en demeure
        mets en demeure  mettre en demeure  dgccrf  ddpp  repression des fraudes  signal ?conso
        huissiers?  commissaire de justice  mediateur de la consommation  ufc
        (?:signal\w*|ecri\w*|contact\w*) (?:\w+ )?a? ?que choisir  60 millions de consommateurs
        (?:voie|action|procedure|suites?) (?:judiciaires?|en justice|legales?)
        assign\w* (?:vous )?en justice  (?:my|our) (?:lawyers?|attorneys?|solicitors?)
        (?:sue|suing) (?:you|your|u)  legal action  (?:take|taking|see) you (?:to|in) court
        small claims  press charges  trading standards  cease and desist  lawsuit
        consumer (?:protection|rights)  main courante
        (?:aurez|allez avoir|entendre) (?:de mes nouvelles|parler de moi)
    """,
    "payment": r"""
        (?:fait|fais|faire|ferai|ferons) (?:une )?op?position
        opposition (?:bancaire|au paiement|a ma carte|sur (?:ma|la) carte|aupres)  charge ?backs?
        litiges?(?! fruit)  reclamation (?:paypal|bancaire)
        (?:conteste\w*|contester) (?:le|ce|un|mon|ma|la|cette|l) ?(?:paiement|prelevement|debit|\
        achat|transaction|facture)
        (?:paiement|prelevement|debit) (?:frauduleux|non autorise|abusif)
        fraude (?:bancaire|a la carte)
        (?:debitee?|prelevee?|facturee?|paye|encaissee?) (?:deux|2|trois|3) fois(?! sans)
        double (?:debit|prelevement|paiement)  prelevee? (?:a tort|sans)
        debitee? (?:a tort|sans)  (?:carte|cb) (?:volee|piratee)
        (?:contacter?|appeler?|voir avec|avertir|prevenir|signaler? a) ma banque
        ma banque (?:va|a)  rembourse[rz]? (?:moi|nous)
        (?:veux|exige|reclame|demande|attends) (?:un |le |mon |toujours mon |encore mon \
        )?(?:remboursement|(?:a )?etre rembourse\w*)
        (?:rendez|rends|rendre|redonnez) (?:moi )?mon (?:argent|fric)
        (?:moi|recuperer) mon argent
        dispute (?:the|this|a|my|your|with|case|on) ?(?:charge|payment|paypal|my bank|order)?
        paypal (?:dispute|claim|case)  (?:open|opening|opened) a (?:dispute|claim|case)
        (?:charged|billed) (?:me )?(?:twice|two times|double)  double charged
        unauthori[sz]ed (?:charge|payment|transaction)
        (?:want|demand|need) (?:a|my|the) (?:full )?(?:refund|money)  refund me
        (?:want|give me|need) (?:me )?my money(?: back)?
    """,
    "privacy": r"""
        rgpd  gdpr  cnil
        (?:supprim|effac)(?:ez|er|e|es)(?: moi)?(?: toutes?| tous)? (?:mes|mon|ma|nos|les) \
        (?:donnees|infos?|informations?|coordonnees|compte|conversations?|messages|numero|\
        adresse|photos?|profil)
        (?:suppression|effacement|copie|export|communication|portabilite) de (?:toutes )?(?:mes|\
        mon|nos) (?:donnees|informations|infos|coordonnees|compte)  (?:mes|nos) donnee?s?
        ce que vous avez sur moi  donnees personnelles
        droit (?:a l oubli|d acces|a l effacement|de rectification|d opposition)
        protection des donnees  dpo
        d ou (?:avez vous|vous avez|tenez vous|vous tenez|vous sortez|sortez vous) (?:mon|mes|ce)
        comment (?:avez vous|vous avez|t as|tu as) (?:eu|obtenu|trouve) (?:mon|mes)
        qui vous a donne mon (?:numero|contact|nom|adresse)
        (?:que|qu est ce que|ce que) (?:vous )?(?:savez|savez vous) (?:de|sur) moi
        (?:delete|erase|remove|export) (?:all )?(?:of )?my (?:personal )?(?:data|account|\
        information|info|details|messages)  (?:copy of|access to) my (?:personal )?data
        personal data  data protection  right to be forgotten
        how did you get my (?:number|name|address|contact|details)  subject access
    """,
    "press": r"""
        (?:suis|etes) (?:un |une )?(?:journaliste|reporter|redacteur en chef|redactrice en chef)
        journalistes?  (?:pour|dans) (?:un|mon|le|notre) reportage
        (?:demande|contact|service|carte|agence|attachee?|dossier|relations?|conference) (?:de |\
        avec la )?presse(?! agrumes?)  (?:ecri[st]|prepare|redige) un article (?:sur|pour)
        (?:une|vous) interview(?:er)?  enquete (?:pour|journalis)\w*  journalists?
        (?:i m|i am) a reporter  (?:journalist|reporter) (?:at|for|with|from)
        press (?:inquiry|enquiry|request|card|office)
        (?:writing|working on) an? (?:article|story|piece)
        travaille (?:pour|a|au) (?:le monde|le parisien|le figaro|liberation|mediapart|bfm|tf1|\
        m6|france (?:2|3|info|inter)|ouest france)
        (?:redacteur|redactrice) (?:a|au|aux|pour|chez)
    """,
    "anger": r"""
        l?arna(?:que|k|ck)\w*  escro(?:cs?|qu\w*|ts?)  (?<!anti )(?<!antivol )voleu(?:rs?|ses?)
        honteu(?:x|se|ses)?  (?:une|quelle|c est la) honte(?! mdr| lol)  honte a vous
        inadmiss?ibles?  inacceptables?  (?:un|c est|quel|au) scandale  scandaleu(?:x|se|ses)?
        intolerables?  foutage de gueule
        fou(?:tez|t|s) (?:de (?:moi|nous|la gueule|ma gueule|notre gueule)|pas de (?:moi|ma \
        gueule))  (?:me|nous|les gens) prenez pour
        (?:tu|vous) (?:me|nous) (?:prenez|prends) pour
        (?:marre|ras le bol) (?:de vous|de votre|de vos|d attendre|de ce service)  furieu(?:x|se)
        (?:suis|tres) en colere
        (?:tres|super|vraiment|hyper) (?:mecontente?|decue?|decus|fachee?|enervee?)
        pas (?:du tout )?(?:contente?|satisfaite?)(?: du tout)?
        (?:avis|note) (?:tres )?negati(?:f|ve)  mauvais avis  (?:vous|votre compte) signaler
        (?:vais|je) (?:vous )?signale[rz]? (?:votre|ce|le) (?:compte|page|profil|boutique)
        conn(?:ard|asse|ards|asses)  salope?s?  salauds?  enfoires?  encules?  fdp  ntm
        fils de pute  (?:va|vas|allez) (?:te|vous) faire
        (?:service|boutique|site|vendeurs?|produits?|qualite) de merde  charlatans?
        publicite mensongere  fraude(?:urs?|uses?)?  malhonnetes?
        pire (?:service|boutique|achat|experience)
        (?:jamais|toujours rien|toujours pas|encore rien|rien) (?:recu|ete livree?|livre) \
        .{0,40}(?:semaines?|mois)  scam(?:mer|mers|s|med)?  frauds?  fraudulent  thie(?:f|ves)
        crooks?  r(?:ip|ipped|ipping) ?(?:me |us )?offs?  disgusting  disgraceful  a disgrace
        outrageous  unacceptable  shame on you  shameful  (?:absolutely|just) ridiculous
        is ridiculous$  fuck(?:ing)? (?:you|off|u|scam\w*|thieves|joke)  assholes?  bullshit
        piece of shit  worst (?:service|shop|store|company|experience)  false advertising
        (?:bad|negative|terrible|one star|1 star) review
        (?:very|so|really|extremely) (?:angry|disappointed|upset|unhappy|dissatisfied)
        menteu(?:rs?|ses?)  liars?  c est du vol(?! a)
        (?:vous moquez|te moques|se moque|se moquer) de (?:moi|nous|vos clients|vous|ma gueule)
        se fout(?:ent)? de (?:moi|nous|ma gueule|notre gueule|vous)  deplorables?  lamentables?
        plus jamais chez vous  i ll report you  (?:report|reporting) (?:you|your)
    """,
}
RISKS = {name: re.compile(rf"\b(?:{'|'.join(listed(words))})\b") for name, words in TABLE.items()}


def risk_in(text: str) -> Risk | None:
    """Return the gravest risk that `text` names, or nothing."""
    said = spelled_out(text)
    found = ((name, words.search(said)) for name, words in RISKS.items())
    return next((Risk(name, one[0]) for name, one in found if one), None)
