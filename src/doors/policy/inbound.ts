/** Mail from outside at the policy door: a connection, never a submission (INB-1, INB-2). */
import { clientText } from '../../core/client-text.ts';
import type { ConnectionEvent } from '../../core/event.ts';
import type { Verdict } from '../../core/verdict.ts';
import type { Gate } from '../../gate-contract.ts';
import { DUNNO, type PolicyAction } from '../../protocol/postfix-policy.ts';
import type { Telemetry } from '../../telemetry/contract.ts';
import { failureAction } from './answer.ts';
import type { PolicyDoorSettings } from './options.ts';
import type { Attributes } from './submission.ts';

/** What was answered to the connection that an smtpd process has now. */
export interface Met {
  readonly key: string;
  readonly action: PolicyAction;
}

/** RFC 1035 section 2.3.4; HELO has no bound of its own. */
const MAX_NAME = 255;

/** One connection: judged once, however many recipients it names. A HELO said anew is another. */
function connectionKey(attributes: Attributes): string {
  const { client_address, client_port, helo_name, policy_context } = attributes;
  return `${client_address} ${client_port} ${helo_name} ${policy_context}`;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Postfix has asked DNS already: `client_name` is verified, `reverse_client_name` is not. */
function connectionEvent(
  attributes: Attributes,
  facts: { readonly id: string; readonly at: string; readonly mta: string },
): ConnectionEvent {
  const event: Writable<ConnectionEvent> = {
    v: 1,
    kind: 'connection',
    ...facts,
    clientAddress: named(attributes.client_address) ?? '',
  };
  const clientName = named(attributes.client_name);
  const reverseName = named(attributes.reverse_client_name);
  if (clientName !== undefined) event.clientName = clientName;
  if (reverseName !== undefined) event.reverseName = reverseName;
  if (attributes.helo_name !== '') event.heloName = attributes.helo_name.slice(0, MAX_NAME);
  if (attributes.policy_context !== '') event.service = attributes.policy_context;
  return event;
}

function named(value: string): string | undefined {
  return value === '' || value === 'unknown' ? undefined : value.slice(0, MAX_NAME);
}

/**
 * Whoever was refused in error must be able to write to somebody: postmaster (RFC 5321 section 4.5.1)
 * and abuse (RFC 2142) are always reached.
 */
function isAlwaysReached(recipient: string): boolean {
  return /^<?(?:postmaster|abuse)(?:@|>?$)/i.test(recipient);
}

/** RFC 7372 section 3.3: X.7.25, reverse DNS validation failed. */
const ABOUT_DNS = new Set(['no-reverse-name', 'forward-mismatch']);

function inboundAction(verdict: Verdict, contact: string): PolicyAction {
  if (!verdict.enforced) return DUNNO;
  const detail = ABOUT_DNS.has(verdict.reasons[0]?.signal ?? '') ? '25' : '1';
  const text = clientText(verdict, contact);
  if (verdict.verdict === 'reject') return { kind: 'reject', status: `5.7.${detail}`, text };
  if (verdict.verdict === 'defer')
    return { kind: 'defer-if-permit', status: `4.7.${detail}`, text };
  return DUNNO;
}

type Settings = Pick<PolicyDoorSettings, 'mta' | 'onFailure' | 'policy'>;

/** Answers for services that take mail from outside. */
export class InboundConnections {
  readonly #settings: Settings;
  readonly #gate: Pick<Gate, 'meet' | 'newId' | 'now'>;
  readonly #telemetry: Pick<Telemetry, 'judgingFailed'>;

  constructor(
    settings: Settings,
    gate: Pick<Gate, 'meet' | 'newId' | 'now'>,
    telemetry: Pick<Telemetry, 'judgingFailed'>,
  ) {
    this.#settings = settings;
    this.#gate = gate;
    this.#telemetry = telemetry;
  }

  /** Whoever logged in submits, wherever he does it: he is not looked at here. */
  meet(attributes: Attributes, asker: { met?: Met }): PolicyAction {
    if (attributes.sasl_username !== '' || isAlwaysReached(attributes.recipient)) return DUNNO;
    const key = connectionKey(attributes);
    if (asker.met?.key === key) return asker.met.action;
    const action = this.#judge(attributes);
    asker.met = { key, action };
    return action;
  }

  #judge(attributes: Attributes): PolicyAction {
    const { mta, onFailure, policy } = this.#settings;
    const at = new Date(this.#gate.now()).toISOString();
    try {
      const event = connectionEvent(attributes, { id: this.#gate.newId(), at, mta });
      return inboundAction(this.#gate.meet(event), policy().contact ?? '');
    } catch (error) {
      this.#telemetry.judgingFailed('policy', error, onFailure);
      return failureAction(onFailure);
    }
  }
}
