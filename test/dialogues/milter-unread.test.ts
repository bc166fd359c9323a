/** CON-2: a message that our own reader fails with, through the door, the reader and the gate. */
import { expect, it, onTestFinished } from 'vitest';
import { openMilterDoor } from '../../src/doors/milter/door.ts';
import { openMessageInspector } from '../../src/message/open-inspector.ts';
import { createPlatform, policyWith } from '../platform.ts';
import { MilterClient } from './milter-dialogue.ts';
import { addressOne, greet } from './milter-surroundings.ts';
import { recordedTelemetry } from './scripted-gate.ts';

const ANN = 'ann@example.org';

it.each([
  ['hangs', 'setInterval(() => undefined, 1000)', 'late'],
  ['dies', 'process.exit(3)', 'failed'],
])('a reader that %s costs another try, and is told of', async (_, code, why) => {
  const content = policyWith({}).content;
  const { gate } = createPlatform({
    policy: { content: { ...content, attachments: { ...content.attachments, action: 'reject' } } },
    accounts: [{ account: ANN }],
  });
  const telemetry = recordedTelemetry();
  const program = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
  const timeoutMs = why === 'late' ? 50 : 60_000;
  const inspector = openMessageInspector(
    { fingerprintKey: new Uint8Array(16), program, timeoutMs },
    telemetry,
  );
  const listen = [{ address: '127.0.0.1:0' }];
  const policy = () => ({ inboundDaemons: [] });
  const door = await openMilterDoor(
    { listen, mta: 'mail.example', policy, inspector, isPerson: () => true },
    gate,
    telemetry,
  );
  const client = new MilterClient(door.address);
  onTestFinished(async () => {
    client.socket.destroy();
    await door.close();
    await inspector.close();
  });
  await greet(client);
  await addressOne(client, ANN);
  client.say(`HEADER From: ${ANN}`, 'EOH', 'BODY*65536', 'EOM');
  for (let n = 0; n < 3; n += 1) expect(await client.reply()).toBe('continue');
  expect(await client.reply()).toMatch(
    /^reply 450 4\.7\.1 The message cannot be checked now\. Try again later\. Reference/,
  );
  expect(telemetry.said).toContainEqual({ what: 'notRead', detail: why });
});
