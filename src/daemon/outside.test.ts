/** Where the links of alerts lead (SND-2). */
import { expect, test } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { apiUrl } from './outside.ts';

// prettier-ignore
const CASES = [
  // doors.api.listen                    alerts.link_base_url           begins with
  [undefined,                            undefined,                     'http://127.0.0.1:10044'],
  [['127.0.0.1:9000'],                   undefined,                     'http://127.0.0.1:9000'],
  [['unix:/run/p.sock', '[::1]:9000'],   undefined,                     'http://[::1]:9000'],
  [['0.0.0.0:9000'],                     undefined,                     'http://127.0.0.1:9000'],
  [['unix:/run/p.sock'],                 undefined,                     undefined],
  [['127.0.0.1:9000'],                   'https://primum.example.org',  'https://primum.example.org'],
] as const;

test.each(CASES)('an API door on %o and link_base_url %o: links begin with %o', (...row) => {
  const [listen, link_base_url, expected] = row;
  const { doors, alerts } = loadConfig(undefined, {});
  const api = { ...doors.api, ...(listen === undefined ? {} : { listen: [...listen] }) };
  const config = { doors: { ...doors, api }, alerts: { ...alerts, link_base_url } };
  expect(apiUrl(config).apiUrl).toBe(expected);
});
