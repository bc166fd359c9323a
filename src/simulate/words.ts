/** Words and sentence patterns of a few languages. `{x}` stands for a word of the list x. */

export type Language = 'en' | 'de' | 'fr' | 'es';

export interface Speech {
  readonly greetings: readonly string[];
  readonly closings: readonly string[];
  readonly subjects: readonly string[];
  readonly sentences: readonly string[];
  readonly lists: Readonly<Record<string, readonly string[]>>;
}

const split = (text: string): readonly string[] => text.split('|');

const en: Speech = {
  greetings: split('Hi {name},|Hello {name},|Dear {name},|{name},|Good morning,|Hey,'),
  closings: split('Best,|Best regards,|Thanks,|Cheers,|Kind regards,|See you'),
  subjects: split(
    '{thing} for {day}|question about the {thing}|{thing} {number}|the {place} on {day}|{day}?|notes on the {thing}|{topic}|photos of the {place}',
  ),
  sentences: split(
    'I looked at the {thing} again and I think we should {verb} it before {day}.|Could you {verb} the {thing} when you have a minute?|The {topic} at the {place} went better than I thought.|Sorry for the late answer, it has been {number} days of {topic}.|We are {number} people on {day}, so a {place} nearby would be good.|Please tell {person} that the {thing} is with me.|I would rather {verb} the {thing} than wait for {person}.|Attached is the {thing} we spoke about on {day}.|As for the {topic}, {person} knows more than I do.|That is fine with me.|Let me know what you think.|Are you at the {place} on {day}?|The {thing} costs {number} more than last year.|My {topic} starts at {number} and ends late.|I will call {person} about the {topic}.|There is nothing new about the {thing} yet.',
  ),
  lists: {
    thing: split(
      'report|draft|contract|list|budget|plan|invoice|schedule|form|spreadsheet|slides|proposal|quote|key|ticket|recipe|bike|garden plan',
    ),
    topic: split(
      'meeting|project|holiday|training|choir|audit|course|match|move|renovation|interview|seminar|review|workshop',
    ),
    place: split('office|lab|school|station|restaurant|library|house|workshop|clinic|museum'),
    verb: split('send|check|change|sign|print|discuss|finish|move|compare|translate'),
    day: split(
      'Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|tomorrow|next week|the 14th|the end of the month',
    ),
    person: split('Anna|Tom|Maria|Ben|Julia|Peter|Sofia|the accountant|my sister|the team'),
  },
};

const de: Speech = {
  greetings: split(
    'Hallo {name},|Liebe {name},|Guten Tag,|Guten Morgen {name},|Hi {name},|Sehr geehrte Damen und Herren,',
  ),
  closings: split(
    'Viele Grüße|Mit freundlichen Grüßen|Liebe Grüße|Bis bald|Beste Grüße|Danke und Gruß',
  ),
  subjects: split(
    '{thing} für {day}|Frage zu {topic}|{thing} {number}|Treffen in {place}|{day}?|{topic}|Fotos aus {place}',
  ),
  sentences: split(
    'ich habe mir {thing} noch einmal angesehen, wir sollten das bis {day} {verb}.|Kannst du {thing} bitte {verb}, wenn du Zeit hast?|{topic} in {place} lief besser als gedacht.|Entschuldige die späte Antwort, es waren {number} Tage voller Arbeit.|Wir sind {day} zu {number}, {place} wäre also gut.|Sag bitte {person}, dass {thing} bei mir liegt.|Anbei {thing}, wie am Telefon besprochen.|Zu {topic} weiß {person} mehr als ich.|Das passt mir gut.|Sag mir, was du davon hältst.|Bist du {day} in {place}?|{thing} kostet {number} Euro mehr als letztes Jahr.|Ich rufe {person} wegen {topic} an.|Zu {thing} gibt es noch nichts Neues.|Den Rest können wir {day} klären.',
  ),
  lists: {
    thing: split(
      'den Bericht|den Entwurf|den Vertrag|die Liste|den Plan|die Rechnung|das Angebot|die Tabelle|die Folien|den Schlüssel|das Rezept',
    ),
    topic: split(
      'der Sitzung|dem Projekt|dem Urlaub|der Schulung|dem Chor|der Prüfung|dem Umzug|dem Seminar|der Probe',
    ),
    place: split('Büro|Schule|Werkstatt|Köln|Halle 3|der Bibliothek|Raum 214|der Praxis'),
    verb: split('schicken|prüfen|ändern|unterschreiben|drucken|besprechen|abschließen|vergleichen'),
    day: split('Montag|Dienstag|Mittwoch|Donnerstag|Freitag|morgen|nächste Woche|Monatsende'),
    person: split('Anna|Thomas|Maria|Jens|Julia|Peter|Frau Keller|der Buchhaltung|dem Team'),
  },
};

const fr: Speech = {
  greetings: split('Bonjour {name},|Salut {name},|Bonjour,|Chère {name},|Bonsoir,'),
  closings: split('Cordialement|Bien à vous|À bientôt|Merci|Bises|Bonne journée'),
  subjects: split(
    '{thing} pour {day}|question sur {topic}|{thing} {number}|{topic}|rendez-vous {day}',
  ),
  sentences: split(
    "J'ai relu {thing} et je pense qu'il faut {verb} cela avant {day}.|Peux-tu {verb} {thing} quand tu as un moment ?|{topic} s'est bien passé à {place}.|Désolé pour le retard, j'ai eu {number} jours très chargés.|Nous serons {number} {day}, donc {place} serait bien.|Dis à {person} que j'ai {thing}.|Tu trouveras {thing} en pièce jointe.|Pour {topic}, {person} en sait plus que moi.|Cela me convient.|Dis-moi ce que tu en penses.|Es-tu à {place} {day} ?|Je vais appeler {person} au sujet de {topic}.",
  ),
  lists: {
    thing: split(
      'le rapport|le brouillon|le contrat|la liste|le budget|la facture|le devis|le tableau|la recette',
    ),
    topic: split(
      'la réunion|le projet|les vacances|la formation|la chorale|le déménagement|le séminaire',
    ),
    place: split("bureau|l'école|la gare|Lyon|la bibliothèque|l'atelier"),
    verb: split('envoyer|vérifier|changer|signer|imprimer|terminer|comparer'),
    day: split('lundi|mardi|mercredi|jeudi|vendredi|demain|la semaine prochaine'),
    person: split('Anne|Thomas|Marie|Julien|Claire|la comptabilité|ma sœur'),
  },
};

const es: Speech = {
  greetings: split('Hola {name},|Buenos días,|Estimada {name},|Buenas tardes {name},'),
  closings: split('Un saludo|Saludos cordiales|Gracias|Hasta pronto|Un abrazo'),
  subjects: split('{thing} para el {day}|pregunta sobre {topic}|{thing} {number}|{topic}|el {day}'),
  sentences: split(
    'He mirado {thing} otra vez y creo que hay que {verb} antes del {day}.|¿Puedes {verb} {thing} cuando tengas un momento?|{topic} en {place} salió mejor de lo que pensaba.|Perdona el retraso, han sido {number} días de mucho trabajo.|Somos {number} el {day}, así que {place} estaría bien.|Dile a {person} que tengo {thing}.|Te adjunto {thing} del que hablamos.|Sobre {topic} sabe más {person}.|Me parece bien.|Dime qué te parece.|¿Estás en {place} el {day}?|Voy a llamar a {person} por {topic}.',
  ),
  lists: {
    thing: split(
      'el informe|el borrador|el contrato|la lista|el presupuesto|la factura|la tabla|la receta',
    ),
    topic: split('la reunión|el proyecto|las vacaciones|el curso|el coro|la mudanza|el seminario'),
    place: split('la oficina|la escuela|la estación|Sevilla|la biblioteca|el taller'),
    verb: split('enviar|revisar|cambiar|firmar|imprimir|terminar|comparar'),
    day: split('lunes|martes|miércoles|jueves|viernes|fin de mes'),
    person: split('Ana|Tomás|María|Javier|Lucía|contabilidad|mi hermana'),
  },
};

export const SPEECH: Readonly<Record<Language, Speech>> = { en, de, fr, es };

export const FIRST_NAMES = split(
  'anna|tom|maria|ben|julia|peter|sofia|lukas|emma|paul|lea|jan|clara|max|eva|nils|ida|hugo|alice|louis|jade|marc|ines|carlos|lucia|pablo|nora|james|olivia|harry|grace|noah|ella|liam|ava|ethan|femke|daan|sanne|bram',
);
export const LAST_NAMES = split(
  'smith|jones|brown|taylor|wilson|keller|wagner|becker|schulz|hoffmann|koch|richter|klein|wolf|martin|bernard|dubois|moreau|laurent|garcia|lopez|perez|sanchez|romero|torres|jansen|bakker|visser|mulder|evans|walker|wright|hughes|green|hall|wood|clarke|davies|lewis|king',
);
export const COMPANY_WORDS = split(
  'north|river|alpin|delta|orion|stein|vista|cedar|lumen|atlas|polar|metro|urban|terra|nova|prima|halden|fjord|argo|linden|kern|bright|solid|swift|oak|quartz|beacon|harbor|meadow|summit',
);
export const COMPANY_ENDS = split(
  'tech|bau|consult|med|foods|print|logistik|design|energy|garden|travel|audio|legal|school|optik|data',
);
