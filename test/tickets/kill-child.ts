/**
 * The process that the kill test ends: a desk with a ticket system. Arguments: the records' path, the
 * system, its address, the file of its token, how far its clock is ahead. Says when nothing waits.
 */
import { writeSync } from 'node:fs';
import { openDesk } from '../../src/desk/desk.ts';
import { openSqliteRecords } from '../../src/store/sqlite/records.ts';
import { until } from '../peers/run.ts';
import { listen } from '../desk/helper.ts';
import { SYSTEMS, targetOf } from './systems.ts';

const [, , path = '', kind = '', url = '', tokenFile = '', aheadMs = ''] = process.argv;
const system = SYSTEMS[kind as keyof typeof SYSTEMS]({ url, tokenFile });
const records = await openSqliteRecords({ path });
const desk = await openDesk({
  ...{ records, telemetry: listen().telemetry, channels: [], connectors: [] },
  tickets: [targetOf(system)],
  delivery: { firstRetrySeconds: 0.05, maxRetrySeconds: 0.1 },
  now: () => Date.now() + Number(aheadMs),
});
await until('all to be told', async () => {
  const [newest] = await desk.audit.list({ limit: 1 });
  const read = await records.settings.get(`tickets read: ${system.name}`);
  return read === String(newest?.id ?? 0) && (await desk.pendingJobs()) === 0;
});
writeSync(1, 'told\n');
await desk.close();
await records.close();
