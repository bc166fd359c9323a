/**
 * The policy door: Postfix SMTPD policy delegation (SMTPD_POLICY_README) at any stage, over TCP
 * and unix sockets. The light door: limits, senders, locks; it never sees the message.
 */
import type { Gate } from '../../gate-contract.ts';
import type { Telemetry } from '../../telemetry/contract.ts';
import { openStreamDoor, type OpenDoor } from '../listen.ts';
import { PolicyConnection } from './connection.ts';
import { PolicyJudge } from './judge.ts';
import { withDefaults, type PolicyDoorOptions } from './options.ts';
import { Turns } from './turns.ts';

/** Time-outs are noticed at most so late. */
const MAX_SWEEP_MS = 5000;

/** Opens the door. @throws PrimumError when it cannot listen on one of its addresses. */
export async function openPolicyDoor(
  options: PolicyDoorOptions,
  gate: Gate,
  telemetry: Telemetry,
): Promise<OpenDoor> {
  const settings = withDefaults(options);
  const judge = new PolicyJudge(settings, gate, telemetry);
  const turns = new Turns();
  let number = 0;
  const shortestSeconds = Math.min(
    settings.idleTimeoutSeconds,
    settings.requestTimeoutSeconds,
    settings.transactionIdleSeconds,
  );
  const door = await openStreamDoor(
    {
      door: 'policy',
      listen: settings.listen,
      maxConnections: settings.maxConnections,
      closeGraceSeconds: settings.closeGraceSeconds,
      sweep: { shortestSeconds, maxMs: MAX_SWEEP_MS, also: () => judge.expire() },
    },
    telemetry,
    (socket) => {
      number += 1;
      return new PolicyConnection(socket, { judge, settings, telemetry, number, turns });
    },
  );
  telemetry.gauge(
    'primum_policy_open_transactions',
    'Mail transactions the policy door has open.',
    () => judge.openTransactions,
  );
  return {
    address: door.address,
    addresses: door.addresses,
    close: async () => {
      await door.close();
      await judge.close();
    },
  };
}
