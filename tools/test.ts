/**
 * `npm test`: gets the real mail servers that tests talk to, then runs every test. What cannot be
 * tested here is named before and after; with CI=true that is a failure. Arguments go to vitest.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensurePeers, leftOut } from './install-peers.ts';

const vitest = join(import.meta.dirname, '../node_modules/vitest/vitest.mjs');
const peers = ensurePeers();
const omitted = leftOut(peers);
if (omitted !== '') console.log(omitted);

const { status } = spawnSync(process.execPath, [vitest, 'run', ...process.argv.slice(2)], {
  cwd: join(import.meta.dirname, '..'),
  stdio: 'inherit',
  env: {
    ...process.env,
    PRIMUM_PEERS: omitted === '' ? peers.present.map(({ name }) => name).join(',') : '',
  },
});

if (omitted !== '') console.log(omitted);
const mayOmit = process.env['CI'] !== 'true';
if (omitted !== '' && !mayOmit) console.log('With CI=true nothing may be left out: failed.');
process.exitCode = omitted !== '' && !mayOmit ? 1 : (status ?? 1);
