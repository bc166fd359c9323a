/** Signs in header and text by which kinds of returned mail are told apart. */
import { oneOf } from './one-of.ts';
import { findReply } from './smtp-reply.ts';

/** Local parts of programs that report on delivery. */
const DAEMON = oneOf(String.raw`
  ^(?:
  mailer[-_.]?daemon|mail[-_.]?daemon|post[-_.]?master|mdaemon|mail[-_.]?deliver[a-z]*
  |mailerdaemon|bounces?|mail[-_.]?administrator|double-bounce|microsoftexchange[0-9a-f]{8,40}
  |mail[-_.]?system|mailer|mail[-_.]?router|smtp[-_.]?daemon|delivery[-_.]?status
  )(?:[+@]|$)`);

const DAEMON_NAME = oneOf(String.raw`
  mail(?:er)?[- ]?daemon|mail delivery (?:sub)?system|delivery subsystem
  |mail deliver system|mail administrator|postmaster|system administrator|mail system
  |internet mail service`);

/** Mailing lists answer in their own name. */
const LIST_MANAGER =
  /(?:-|\.|_)(?:admin|owner|request|bounces|help|ctl)@|^(?:listserv|majordomo|mailman|ecartis)@/i;

const NO_REPLY = /^(?:no|do[-_.]?not)[-_.]?reply[^@]*@|^noreply/i;

const BOUNCE_SUBJECT = oneOf(String.raw`
  undeliver|un-?delivered
  |deliver(?:y|ies)?[ :-]*(?:status|fail|problem|error|report|notification|delay|has failed|incomplete)
  |delivery of .{0,40}fail|return(?:ed)? (?:mail|message|to sender|e-?mail)
  |failure (?:notice|notification|delivery)
  |mail (?:delivery|system|error|failure|delivery failed)
  |message (?:delivery|undeliver|status|not delivered|could not|not sent|delayed)
  |non-?deliver
  |(?:message|mail) .{0,40}(?:delayed|blocked by)
  |(?:error|trouble|problem)s? (?:sending|delivering|with) (?:your )?(?:mail|message|e-?mail)
  |not (?:be )?deliver|could ?n.t (?:be )?(?:deliver|send)|bounce|nondeliverable
  |unable to deliver|rejected mail|mail rejected|user unknown|host unknown
  |cannot send message|warning: could not send|unzustellbar|nicht zugestellt
  |zustell(?:ung|fehler|bar)|fehlgeschlagen|rückläufer|non remis|non distribu|échec de
  |retour(?:né)? .{0,20}(?:mail|courrier)|mail revenu|no se (?:ha )?pud|no entregad
  |devuelto|mancat[ao] (?:consegna|recapito)|não (?:foi )?entregue|devolvid
  |falha na entrega|недостав|не доставлен|невозможно доставить|エラー|配信|配送|届|送信でき|送信失敗|退信
  |退件|投递|无法送达|系统退信|退回|無法送達|반송|배달|전송 ?실패|발송 ?실패|niedostarcz|niet (?:af)?(?:ge)?leverd|onbestelbaar
  |non recapita|non consegna|errore di consegna|impossibile recapitare|avviso di mancata
  |mancato recapito|échec|erreur de (?:remise|distribution)|notification d'état|estado de (?:la )?entrega
  |error de (?:envío|entrega)|não entregue|olevererb|kunde inte levereras|kan ikke leveres
  |teslim edilemedi|iletilemedi|nedoručiteln|kézbesíthetetlen|не удалось|возвращ`);

const FAILURE_TEXT = oneOf(String.raw`
  undeliver|un-?delivered|trouble delivering|not? (?:yet )?(?:be |been )?(?:deliver|relay|sent|process)
  |(?:could|can|was|were|been|is) ?n.t (?:be )?(?:deliver|sent|relayed)
  |cannot be (?:deliver|sent)|(?:could|can) ?not (?:be )?(?:deliver|send)
  |unable to (?:deliver|send|relay)
  |(?:delivery|delivering|deliver|mail|message|transmission|sending)\b.{0,40}(?:fail|error|problem|reject|unsuccess|delayed)
  |did not reach|fail(?:ed|ure)? (?:to )?(?:deliver|reason|address|recipient)
  |following address(?:es)?.{0,20}(?:fail|had)
  |(?:fatal|permanent|delivery|transient) error|failed recipient
  |returned? (?:to sender|mail|message)|rejected|bounced|user unknown|unknown user
  |mailbox|transcript of session|not (?:a )?member|non-?delivery|no such user
  |invalid (?:user|address|recipient)|does ?n.t exist|nicht zugestellt|unzustellbar
  |konnte nicht|n'a (?:pas )?pu|n'ont pas pu|no se (?:ha )?pud|non è stat|impossibile
  |não (?:foi|pôde)|не (?:может быть|был[оа]?|удалось|доставлен)|送信でき|届け|配信|エラー|失敗|无法|失败
  |退回|無法|못했습니다|실패|nie (?:można|mogła|została)|kon niet|non (?:riuscit|recapitabil|è possibile)|mislukt|niedostarczon
  |kunde inte|ikke leveres|levereras|iletilemedi|teslim edilemedi|nedoručen|kézbesít|doručit`);

/** Subjects of answers and forwarded mail: what they quote was said to somebody else. */
const PREFIX = /^\s*(?:re|aw|antw|sv|fwd?|wg|tr|rv|i|enc|vs|doorst)\s*(?:\[\d+\])?\s*:/i;

export interface Envelope {
  /** Header From: bare address, lower case, and the whole text. */
  readonly fromAddress: string;
  readonly fromText: string;
  readonly subject: string;
  /** `<>` at the head, or no author at all. */
  readonly isNullSender: boolean;
  /** It was written with a mail program of people. */
  readonly hasProgram: boolean;
  /** It answers another message. */
  readonly isAnswer: boolean;
  /** The envelope sender is the author. */
  readonly isOwnName: boolean;
}

export function isDaemon({ fromAddress, fromText, isNullSender }: Envelope): boolean {
  return isNullSender || DAEMON.test(fromAddress) || DAEMON_NAME.test(fromText);
}

/**
 * A text-only bounce needs two signs: who says it, how it is called, what it says. People who ask why
 * their mail comes back use the same words: theirs is a letter.
 */
export function looksLikeBounce(envelope: Envelope, text: string, hasOriginal: boolean): boolean {
  const isNamed = BOUNCE_SUBJECT.test(envelope.subject) && !PREFIX.test(envelope.subject);
  const reply = findReply(text);
  const isQuoted = reply.replyCode !== undefined && reply.status !== undefined;
  const says = isQuoted || FAILURE_TEXT.test(text.slice(0, 20_000));
  if (isDaemon(envelope)) return says || isNamed;
  if (isNamed && says && !isLetter(envelope, hasOriginal)) return true;
  if (LIST_MANAGER.test(envelope.fromAddress) && /not (?:a )?member|not subscribed/i.test(text)) {
    return true;
  }
  return hasOriginal && says && NO_REPLY.test(envelope.fromAddress);
}

function isLetter(envelope: Envelope, hasOriginal: boolean): boolean {
  const { hasProgram, isAnswer, isOwnName, fromAddress } = envelope;
  return hasProgram || isAnswer || (isOwnName && !hasOriginal && !NO_REPLY.test(fromAddress));
}

const AUTO_SUBJECT = oneOf(String.raw`
  ^(?:
  auto(?:matic)?[- ]?(?:reply|response|answer)|autoreply|auto:|out of (?:the )?office
  |ooo\b|away\b|on (?:vacation|leave|holiday)|vacation|i(?:'m| am) (?:away|out)|abwesen
  |abwesenheits|automatische antwort|antwort: abwesen|réponse automatique|absence|absent
  |respuesta automática|fuera de|risposta automatica|fuori sede|resposta automática
  |ausência|automatisch antwoord|afwezig|autosvar|automatisk|автоответ
  |автоматический ответ|自動返信|自動応答|不在|自动回复|自動回覆|odpowiedź automatyczna
  )`);

const AUTO_TEXT = oneOf(String.raw`
  \b(?:out of (?:the )?office|currently away|on (?:annual )?leave|on vacation|on holiday|limited access to (?:my )?e-?mail|will (?:be )?(?:back|return(?:ing)?)\b.{0,40}|automatic(?:ally generated)? reply)
  |nicht im büro|abwesend|im urlaub|en vacances|en congé|de vacaciones`);

export interface AutoSigns {
  /** Value of Auto-Submitted, lower case, without parameters; empty when missing. */
  readonly autoSubmitted: string;
  /** One of the older fields for answers by machines is there. */
  readonly hasAutoField: boolean;
  /** It was written with a mail program of people. */
  readonly hasProgram: boolean;
  readonly subject: string;
  readonly text: string;
}

export const AUTO_FIELDS = [
  'x-autoreply',
  'x-autorespond',
  'x-autoreply-from',
  'x-auto-reply-from',
  'x-mail-autoreply',
  'x-autogenerated',
  'x-vacation',
  'x-auto-response',
];

/**
 * RFC 3834, and what vacation programs wrote before it. `subject`: by its subject alone, which a person
 * who complains of automatic replies may write too.
 */
export function autoReplySign(signs: AutoSigns): 'field' | 'subject' | undefined {
  if (signs.autoSubmitted === 'auto-replied' || signs.hasAutoField) return 'field';
  if (signs.autoSubmitted === 'auto-generated' && AUTO_TEXT.test(signs.text.slice(0, 2_000))) {
    return 'field';
  }
  return !signs.hasProgram && AUTO_SUBJECT.test(signs.subject.trim()) ? 'subject' : undefined;
}

const REPORTER = oneOf(String.raw`
  ^(?:
  [\w.+-]*(?:abuse|fail2ban|honeypot|spamtrap|spam-?trap|cert|csirt|soc|security|takedown|dmca|copyright|compliance|antiphishing|anti-?phish|blocklist|dnsbl|reports?|notif(?:y|ication|ications)|alerts?|monitor|ids|ips|root|daemon|robot|bot|autoreport|enforcement|brand[\w-]*|noc|incident[\w-]*)[\w.+-]*
  |no-?reply[\w.+-]*|\d+
  )@`);

const REPORT_SUBJECT = oneOf(String.raw`
  \babuse\b|spam ?trap|honeypot|fail2ban|brute[- ]?force|\battack|phish|\bdmca\b
  |copyright|infring|takedown|take[- ]down|malware|botnet|port ?scan|login attempt
  |notice of|\bincident\b|security (?:alert|report|incident)|\[?spamcop|blocklist
  |spam report|missbrauch|compromised|vulnerab|\bintrusion\b|trademark`);

/** Whether a program, or a desk with forms, wrote the report; a person's complaint is a letter. */
export function looksLikeReport(
  { fromAddress, subject }: Envelope,
  { isMachine, text }: { readonly isMachine: boolean; readonly text: string },
): boolean {
  if (isMachine || REPORTER.test(fromAddress)) return true;
  return (REPORT_SUBJECT.test(subject) && !PREFIX.test(subject)) || logLines(text) >= 3;
}

/** Lines that begin with a time, as logs do. */
function logLines(text: string): number {
  const stamp =
    /^(?:\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}|[A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} |\[?\d{1,2}\/[A-Z][a-z]{2}\/\d{4}:|\d{1,3}(?:\.\d{1,3}){3} - )/;
  return text.split('\n', 500).filter((line) => stamp.test(line.trimStart().slice(0, 60))).length;
}

/** Complaints without the standard part: a form letter with the message attached (older JMRP). */
export function looksLikeComplaint({ fromAddress, subject }: Envelope): boolean {
  return (
    oneOf(String.raw`
  complaint|feedback|spam report|junk (?:mail )?report|abuse report
  |reported as (?:spam|junk)`).test(subject) ||
    /^(?:staff|jmrp|fbl|feedbackloop|feedback|complaints?|scomp)[^@]*@/i.test(fromAddress)
  );
}
