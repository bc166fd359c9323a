/** X-ARF before version 3 (http://www.x-arf.org): fields in a text part, with a schema's address. */
import { firstValue, parseFieldGroups } from './report-fields.ts';
import { addressOf, xarfType, type XarfReport } from './xarf.ts';

/** @returns `undefined` when the text has not the fields that make a report. */
export function parseXarfFields(text: string): XarfReport | undefined {
  if (!/^Report-Type:/im.test(text)) return undefined;
  const fields = parseFieldGroups(text).find((group) =>
    group.some(({ name }) => name === 'report-type'),
  );
  const value = (name: string) => (fields === undefined ? undefined : firstValue(fields, name));
  const type = value('report-type')?.toLowerCase();
  const source = value('source');
  if (type === undefined || source === undefined) return undefined;
  if (value('schema-url') === undefined && value('reported-from') === undefined) return undefined;
  const isUri = /^[a-z][a-z0-9+.-]{1,20}:\/\//i.test(source);
  const address = addressOf(source);
  const at = value('date') ?? value('occurrences');
  const reporter = value('reported-from');
  const reportId = value('report-id');
  return {
    version: 3,
    category: categoryOf(value('category')?.toLowerCase() ?? '', type),
    type: xarfType(type),
    ...(isUri ? { url: source } : {}),
    ...(address === undefined ? {} : { sourceAddress: address }),
    ...(at === undefined ? {} : { at }),
    ...(reporter === undefined ? {} : { reporter }),
    ...(reportId === undefined ? {} : { reportId }),
    evidence: [],
  };
}

/** `abuse`, `fraud`, `info` of old; named as in version 4. */
function categoryOf(category: string, type: string): string {
  if (/spam/.test(type)) return 'messaging';
  if (category === 'fraud' || /phish|malware/.test(type)) return 'content';
  if (category === 'info' || /blacklist|blocklist/.test(type)) return 'reputation';
  return category === 'abuse' ? 'connection' : category || 'other';
}
