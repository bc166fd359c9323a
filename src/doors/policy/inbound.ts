/** Mail from outside at the policy door: a connection, never a submission (INB-1, INB-2, INB-4). */
import { andThen, type Maybe } from '../../core/maybe.ts';
import type { Verdict } from '../../core/verdict.ts';
import type { Gate } from '../../gate-contract.ts';
import { DUNNO, type PolicyAction } from '../../protocol/postfix-policy.ts';
import type { Telemetry } from '../../telemetry/contract.ts';
import { connectionEvent, isAlwaysReached, refusalOf, type Stranger } from '../stranger.ts';
import { failureAction } from './answer.ts';
import type { PolicyDoorSettings } from './options.ts';
import { wholeNumber, type Attributes } from './submission.ts';

/** What was answered to the connection that an smtpd process has now. */
export interface Met {
  readonly key: string;
  readonly action: PolicyAction;
}

/** One connection: judged once, however many recipients it names. A HELO said anew is another. */
function connectionKey(attributes: Attributes): string {
  const { client_address, client_port, helo_name, policy_context } = attributes;
  return `${client_address} ${client_port} ${helo_name} ${policy_context}`;
}

const strangerOf = (attributes: Attributes): Stranger => ({
  clientAddress: attributes.client_address,
  clientPort: wholeNumber(attributes.client_port),
  clientName: attributes.client_name,
  reverseName: attributes.reverse_client_name,
  heloName: attributes.helo_name,
  service: attributes.policy_context,
});

function inboundAction(verdict: Verdict, contact: string): PolicyAction {
  const refusal = refusalOf(verdict, contact);
  if (refusal === undefined) return DUNNO;
  const { kind, status, text } = refusal;
  return { kind: kind === 'reject' ? 'reject' : 'defer-if-permit', status, text };
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
  meet(attributes: Attributes, asker: { met?: Met }): Maybe<PolicyAction> {
    if (attributes.sasl_username !== '' || isAlwaysReached(attributes.recipient)) return DUNNO;
    const key = connectionKey(attributes);
    if (asker.met?.key === key) return asker.met.action;
    return andThen(this.#judge(attributes), (action) => {
      asker.met = { key, action };
      return action;
    });
  }

  #judge(attributes: Attributes): Maybe<PolicyAction> {
    const { mta, onFailure, policy } = this.#settings;
    const at = new Date(this.#gate.now()).toISOString();
    try {
      const event = connectionEvent(strangerOf(attributes), { id: this.#gate.newId(), at, mta });
      return andThen(this.#gate.meet(event), (verdict) =>
        inboundAction(verdict, policy().contact ?? ''),
      );
    } catch (error) {
      this.#telemetry.judgingFailed('policy', error, onFailure);
      return failureAction(onFailure);
    }
  }
}
