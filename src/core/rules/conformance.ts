/** CON-7: what a submitted message lacks of RFC 5322, refused where the operator says so. */
import type { ConformanceFault } from '../message/derived.ts';
import type { Looked } from './content.ts';
import type { Finding } from './finding.ts';

const WORDS: Readonly<Record<ConformanceFault, string>> = {
  'missing-date': 'it has no Date',
  'missing-from': 'it has no From',
  'missing-message-id': 'it has no Message-ID',
  'unqualified-address': 'an address in its header has no full domain, such as example.org',
  'long-line': 'a line is longer than 998 characters',
  'bare-line-break': 'a line ends in CR or LF alone',
  'eight-bit-header': 'its header has bytes that are neither ASCII nor UTF-8',
  'duplicate-header': 'a field that may stand once stands twice in its header',
  'too-many-fields': 'its header has more than 1,000 fields',
};

export function conformance({ content, rules }: Looked): Finding | undefined {
  const faults = content.derived.conformance ?? [];
  const refused = faults.filter((fault) => rules.conformance[fault] === 'refuse');
  const named =
    refused.length > 0 ? refused : faults.filter((fault) => rules.conformance[fault] === 'observe');
  if (named.length === 0) return undefined;
  const words = named.map((fault) => WORDS[fault]).join('; ');
  return {
    rule: 'conformance',
    practice: 'CON-7',
    action: refused.length > 0 ? 'reject' : 'observe',
    text: `The message does not follow RFC 5322: ${words}.`,
    detail: words,
  };
}
