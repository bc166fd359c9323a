/** The keys of an entry are documented in the configuration's reference. */
import { expect, test } from 'vitest';
import { KEYS } from '../../src/config/catalogue.ts';
import { RECORD_KEYS } from '../../src/directory/account-record.ts';

test('the reference names every key of a directory entry', () => {
  const prose = KEYS.find((info) => info.key === 'directory.file')?.description ?? '';
  for (const key of RECORD_KEYS) expect(prose).toContain(`\`${key}\``);
});
