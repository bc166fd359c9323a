/**
 * XARF reports (https://xarf.org): JSON of version 4, and of version 3 and before with other names;
 * and reports of our own in version 4.
 */
import { formatReportMail, oneLine, type ReportMail } from './report-mail.ts';

export interface XarfReport {
  /** `3` for 3 and before. */
  readonly version: 3 | 4;
  /** Lower case: `messaging`, `connection`, `content`, `copyright`, `infrastructure` ... */
  readonly category: string;
  /** As version 4 spells it: `login_attack`. */
  readonly type: string;
  /** The address reported, or a network as CIDR; as sent. */
  readonly sourceAddress?: string;
  readonly url?: string;
  /** As sent. */
  readonly at?: string;
  /** Mail address, domain or name of who reports. */
  readonly reporter?: string;
  readonly reportId?: string;
  readonly sender?: string;
  readonly evidence: readonly XarfEvidence[];
}

export interface XarfEvidence {
  readonly contentType: string;
  /** Base 64, as sent. */
  readonly payload: string;
}

/** Longest JSON that is read, in characters; evidence is inside. */
export const MAX_XARF_CHARS = 2 * 1024 * 1024;
export const MAX_XARF_REPORTS = 100;
export const MAX_XARF_EVIDENCE = 20;

type Json = Readonly<Record<string, unknown>>;

/** One report, or a list of them (bulk). Empty when the text is not XARF. */
export function parseXarf(text: string): readonly XarfReport[] {
  if (text.length > MAX_XARF_CHARS || !/^[\s\uFEFF]{0,100}[[{]/.test(text)) return [];
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return [];
  }
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.slice(0, MAX_XARF_REPORTS).flatMap((one) => {
    const json = objectOf(one);
    return json === undefined ? [] : (readFour(json) ?? readThree(json) ?? []);
  });
}

function readFour(json: Json): XarfReport | undefined {
  const category = lower(json['category'] ?? json['class']);
  const type = xarfType(lower(json['type']));
  if (textOf(json['xarf_version'], json['version']) === undefined || category === undefined) {
    return undefined;
  }
  const source = textOf(json['source_identifier'], json['source_ip']);
  const reporter = objectOf(json['reporter']);
  return compact({
    version: 4,
    category,
    type: type ?? 'other',
    sourceAddress: addressOf(source),
    url: urlOf(textOf(json['url'], json['source_url'])) ?? urlOf(source) ?? otherUrl(json),
    at: textOf(json['timestamp'], json['last_seen'], json['first_seen']),
    reporter: textOf(reporter?.['contact'], reporter?.['domain'], reporter?.['org']),
    reportId: textOf(json['report_id']),
    sender: textOf(json['smtp_from']),
    evidence: evidenceOf(json['evidence'], 'content_type', 'payload'),
  });
}

/** Version 3; versions 0.1 to 2 have the same facts under `Report` or at the top. */
function readThree(json: Json): XarfReport | undefined {
  const report = objectOf(json['Report']) ?? json;
  const source = objectOf(report['Source']);
  const type = xarfType(lower(report['ReportType'] ?? report['Report-Type'] ?? report['Type']));
  const category = lower(report['ReportClass'] ?? report['Category']);
  const named = textOf(source?.['IP'], source?.['Value'], source?.['URL'], report['SourceIp']);
  if (named === undefined || (type === undefined && category === undefined)) return undefined;
  const info = objectOf(json['ReporterInfo']);
  const more = objectOf(report['AdditionalInfo']);
  return compact({
    version: 3,
    category: NEW_CATEGORY.get(category ?? '') ?? category ?? 'other',
    type: type ?? 'other',
    sourceAddress: addressOf(textOf(source?.['IP'])) ?? addressOf(named),
    url: urlOf(textOf(source?.['URL'], source?.['URI'], more?.['URL'])) ?? urlOf(named),
    at: textOf(report['Date'], report['FirstSeen']),
    reporter: textOf(
      info?.['ReporterOrgEmail'],
      info?.['ReporterContactEmail'],
      info?.['ReporterOrgDomain'],
      info?.['ReporterOrg'],
    ),
    sender: textOf(report['SmtpMailFromAddress'], more?.['SMTPFrom']),
    evidence: evidenceOf(report['Attachment'] ?? report['Samples'], 'ContentType', 'Data'),
  });
}

/** Classes of version 3 under their names of version 4. */
const NEW_CATEGORY: ReadonlyMap<string, string> = new Map([
  ['activity', 'messaging'],
  ['network', 'connection'],
  ['system', 'infrastructure'],
  ['vulnerabilities', 'vulnerability'],
]);

type Loose = { readonly [K in keyof XarfReport]: XarfReport[K] | undefined };

function compact(report: Loose): XarfReport {
  const kept = Object.entries(report).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as unknown as XarfReport;
}

function objectOf(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Json)
    : undefined;
}

/** The first that is a text worth having; long ones are cut. */
function textOf(...values: readonly unknown[]): string | undefined {
  for (const value of values) {
    if (typeof value === 'number') return String(value);
    if (typeof value === 'string' && value.trim() !== '') return value.trim().slice(0, 2_000);
  }
  return undefined;
}

function lower(value: unknown): string | undefined {
  return textOf(value)?.toLowerCase().slice(0, 100);
}

/** An address or, where a whole network is reported, its CIDR. */
export function addressOf(text: string | undefined): string | undefined {
  const [, bare, bits = ''] =
    /^\[?([0-9A-Fa-f.:]{2,45})\]?(\/\d{1,3})?$/.exec(text?.trim() ?? '') ?? [];
  if (bare === undefined || !/[.:]/.test(bare) || !/\d|::/.test(bare)) return undefined;
  return bare + bits;
}

/** Types of the first versions have a hyphen, some of version 3 none; and some changed their name. */
export function xarfType<T extends string | undefined>(type: T): T | string {
  if (type === undefined) return type;
  const spelt = type.replace(/[\s-]+/g, '_');
  return NEW_TYPE.get(spelt.replaceAll('_', '')) ?? spelt;
}

/** By their name without underscores. */
const NEW_TYPE: ReadonlyMap<string, string> = new Map([
  ['loginattack', 'login_attack'],
  ['portscan', 'port_scan'],
  ['malwareattack', 'malware'],
  ['infectedhost', 'infected_host'],
  ['vulnerabilityscan', 'vulnerability_scan'],
  ['sqlinjection', 'sql_injection'],
  ['compromisedserver', 'compromised_server'],
  ['openservice', 'open_service'],
  ['bulkmessaging', 'bulk_messaging'],
  ['brandinfringement', 'brand_infringement'],
  ['blacklist', 'blocklist'],
]);

function urlOf(text: string | undefined): string | undefined {
  return text !== undefined && /^[a-z][a-z0-9+.-]{1,20}:\/\//i.test(text) ? text : undefined;
}

/** Some types name theirs `infringing_url`, `link_url` and the like. */
function otherUrl(json: Json): string | undefined {
  for (const [name, value] of Object.entries(json).slice(0, 100)) {
    const url = name.endsWith('_url') ? urlOf(textOf(value)) : undefined;
    if (url !== undefined) return url;
  }
  return undefined;
}

function evidenceOf(value: unknown, typeName: string, dataName: string): readonly XarfEvidence[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.slice(0, MAX_XARF_EVIDENCE).flatMap((one) => {
    const json = objectOf(one);
    const payload = json?.[dataName];
    if (typeof payload !== 'string') return [];
    return [{ contentType: lower(json?.[typeName]) ?? 'application/octet-stream', payload }];
  });
}

/** A report that we make, version 4. */
export interface OwnXarf {
  /** A UUID. */
  readonly reportId: string;
  readonly nowMs: number;
  readonly reporter: { readonly org: string; readonly contact: string; readonly domain: string };
  readonly category: string;
  readonly type: string;
  /** An address, or what the category is about. */
  readonly source: string;
  readonly sourcePort?: number;
  readonly evidenceSource: string;
  /** Fields of the category, such as `protocol`, `smtp_from`, `subject`, `url`. */
  readonly details?: Readonly<Record<string, string | number>>;
  readonly evidence?: readonly (XarfEvidence & {
    readonly description: string;
    /** SHA-256 of the bytes, in hexadecimal. */
    readonly sha256: string;
  })[];
}

export const XARF_VERSION = '4.2.0';

/** JSON in one text; the same report gives the same text. */
export function formatXarf(report: OwnXarf): string {
  const { reporter } = report;
  return `${JSON.stringify(
    {
      ...report.details,
      xarf_version: XARF_VERSION,
      report_id: report.reportId,
      timestamp: new Date(report.nowMs).toISOString(),
      reporter,
      sender: reporter,
      source_identifier: report.source,
      ...(report.sourcePort === undefined ? {} : { source_port: report.sourcePort }),
      category: report.category,
      type: report.type,
      evidence_source: report.evidenceSource,
      evidence: (report.evidence ?? []).map((one) => ({
        content_type: one.contentType,
        description: one.description,
        payload: one.payload,
        hash: `sha256:${one.sha256}`,
      })),
    },
    null,
    2,
  )}\n`;
}

/** The report as a mail: words for people, and the JSON as an attachment. */
export function formatXarfMail(
  report: OwnXarf,
  mail: Pick<ReportMail, 'from' | 'to' | 'messageId' | 'subject'> & {
    readonly words: readonly string[];
  },
): string {
  return formatReportMail({
    ...mail,
    nowMs: report.nowMs,
    type: 'multipart/mixed',
    parts: [
      { type: 'text/plain; charset=utf-8', content: `${mail.words.map(oneLine).join('\n\n')}\n` },
      { type: 'application/json; name="xarf.json"', content: formatXarf(report) },
    ],
  });
}
