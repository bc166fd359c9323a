/** What an abuse report in free text is about, by its words. */
import { oneOf } from './one-of.ts';

/** What a report is about; the first that fits counts. Names are those of XARF 4. */
const TOPICS: readonly (readonly [category: string, type: string, words: RegExp])[] = [
  [
    'content',
    'phishing',
    /phish|credential harvest|fake (?:login|bank|page|site)|betrügerische seite/i,
  ],
  [
    'copyright',
    'copyright',
    /dmca|copyright|infring(?:ing|ement) (?:of|content|material)|urheberrecht|pirat/i,
  ],
  [
    'content',
    'brand_infringement',
    /trademark|brand (?:abuse|protection|infring)|counterfeit|markenrecht|impersonat|takedown/i,
  ],
  ['copyright', 'copyright', /infring(?:ing|ement)/i],
  [
    'content',
    'malware',
    oneOf(String.raw`
  malware|trojan|ransomware|malicious (?:file|payload|download)|virus (?:distribut|host)
  |schadsoftware`),
  ],
  ['connection', 'ddos', /d-?dos|denial[- ]of[- ]service|amplification|flood(?:ing)? attack/i],
  [
    'connection',
    'login_attack',
    oneOf(String.raw`
  brute[- ]?force|fail2ban|failed (?:login|password|auth|ssh)
  |login (?:attack|attempt|failed)|authentication fail
  |auth(?:entication)? (?:attack|attempt)|dictionary attack
  |ssh[- ]?(?:attack|scan|login)|sshd|password (?:guess|attack)|credential stuffing
  |invalid user|sasl login|wp-login|blocklist\.de|anmeldeversuch`),
  ],
  [
    'connection',
    'port_scan',
    /port[- ]?scan|portscan|scann(?:ing|ed) (?:our|my|ports|for)|probing/i,
  ],
  [
    'connection',
    'sql_injection',
    /sql[- ]injection|web (?:attack|exploit)|xss|exploit attempt|mod_?security|path traversal/i,
  ],
  [
    'infrastructure',
    'botnet',
    /botnet|\bc2\b|command[- ]and[- ]control|infected (?:host|machine|system)|sinkhole|zombie/i,
  ],
  ['infrastructure', 'compromised_server', /compromised|hacked|defaced|web ?shell|gehackt/i],
  [
    'reputation',
    'blocklist',
    /(?:listed|listing) (?:on|in|by)|blocklist(?:ed)?|blacklist(?:ed)?|dnsbl|\brbl\b/i,
  ],
  [
    'vulnerability',
    'open_service',
    oneOf(String.raw`
  open (?:resolver|relay|proxy|port|service)|vulnerab|exposed (?:service|port|database)
  |cve-\d{4}`),
  ],
  [
    'messaging',
    'spam',
    oneOf(String.raw`
  spam|unsolicited|\buce\b|\bube\b|junk mail|bulk mail|419|scam|unerwünschte|unverlangt
  |pourriel|correo no deseado|スパム|迷惑メール|спам`),
  ],
  [
    'connection',
    'login_attack',
    oneOf(String.raw`
  honeypot|honey ?net|\battack(?:s|ed|er|ing)?\b|intrusion|hack(?:ing)? attempt|bann?ed
  |angriff|attaque|ataque`),
  ],
];

const ABUSE =
  /\babuse\b|abus(?:e|ive)[- ]report|missbrauch|complain|beschwerde|incident|violation|malicious/i;

export function topicOf(
  text: string,
): { readonly category: string; readonly type?: string } | undefined {
  for (const [category, type, words] of TOPICS) if (words.test(text)) return { category, type };
  return ABUSE.test(text) ? { category: 'other' } : undefined;
}
