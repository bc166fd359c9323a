/** The URLs that an abuse report names, without those of who reports and of whom is imitated. */
import { getDomain } from 'tldts';
import { UrlCollector } from '../message/urls.ts';
import { MAX_REPORTS } from './limits.ts';
import { MAX_REPORT_LINES, type Located } from './named-addresses.ts';
import { oneOf } from './one-of.ts';

export interface NamedUrl extends Located {
  readonly url: string;
  readonly host: string;
  /** The beginning of its line. */
  readonly before: string;
}

const MAX_CHARS = 4_000;

/** Words before the site of whom a page imitates, or the work that was copied. */
const IMITATED = oneOf(String.raw`
  ^[\s>*•-]{0,10}(?:
  (?:target(?:ed)?|impersonated|imitated|abused|affected)
  (?:[ _-](?:brand|company|organi[sz]ation|institution|bank|client|customer))?
  |brand|trademark|client|customer|rights ?(?:holder|owner)|copyright (?:holder|owner)
  |complainant|our (?:site|web ?site|client|customer|brand)|on behalf of
  |marke|zielmarke|rechteinhaber|auftraggeber
  )\b[^:\n]{0,20}:[^\n]{0,80}$
  |\b(?:legitimate|genuine|official|authentic|real|true|echte|offizielle)\s
  (?:[\w'-]{1,30}\s){0,3}(?:web ?site|site|web ?page|page|url|domain|login|portal|seite|webseite)
  [^\n]{0,30}$
  |\boriginal (?:work|content|material|source)[^\n]{0,40}$`);

/** @param reporterDomain Its own links are not what is reported. */
export function namedUrls(text: string, reporterDomain: string): readonly NamedUrl[] {
  const found: NamedUrl[] = [];
  const imitated = new Set<string>();
  const theirs = getDomain(reporterDomain);
  const seen = new Set<string>();
  for (const [number, line] of text.split('\n', MAX_REPORT_LINES).entries()) {
    const short = line.slice(0, MAX_CHARS);
    const start = short.search(/(?:https?|ftp):\/\/|www\./i);
    if (start < 0) continue;
    const before = short.slice(0, start);
    const urls = new UrlCollector();
    urls.addFromText(short);
    for (const url of urls.urls) {
      if (seen.has(url) || found.length >= MAX_REPORTS) continue;
      seen.add(url);
      const host = (URL.parse(url)?.hostname ?? '').replace(/^\[|\]$/g, '');
      if (theirs !== null && getDomain(host) === theirs) continue;
      if (urls.urls.length === 1 && IMITATED.test(before)) imitated.add(host);
      found.push({ lines: [number], url, host, before });
    }
  }
  const accused = found.filter(({ host }) => !imitated.has(host));
  // Nothing else is named: then it is what is reported.
  return accused.length > 0 ? accused : found;
}
