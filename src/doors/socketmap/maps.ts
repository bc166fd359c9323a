/** Looks keys up; a map that fails is answered by the door's stance. */
import type { SocketmapReply, SocketmapRequest } from '../../protocol/socketmap.ts';
import { MAX_SOCKETMAP_REPLY } from '../../protocol/socketmap.ts';
import type { Telemetry } from '../../telemetry/contract.ts';
import type { SocketmapDoorSettings } from './options.ts';

const NOT_FOUND: SocketmapReply = { kind: 'notfound' };
const LATER: SocketmapReply = { kind: 'temp', text: 'The look-up failed. Try again later.' };

export class MapDesk {
  readonly #settings: SocketmapDoorSettings;
  readonly #telemetry: Telemetry;
  #asked = 0;
  #found = 0;

  constructor(settings: SocketmapDoorSettings, telemetry: Telemetry) {
    this.#settings = settings;
    this.#telemetry = telemetry;
  }

  get asked(): number {
    return this.#asked;
  }

  get found(): number {
    return this.#found;
  }

  answer({ map, key }: SocketmapRequest): SocketmapReply {
    const lookup = this.#settings.maps.get(map);
    this.#asked += 1;
    if (lookup === undefined) {
      // Postfix logs the text and answers 451: a misspelt name shows at the first message.
      this.#telemetry.clientFault('socketmap', 'it was asked for a map that does not exist');
      const names = [...this.#settings.maps.keys()].join(', ');
      return { kind: 'perm', text: `There is no such map. Ask one of: ${names}.` };
    }
    try {
      const reply = lookup(key);
      if (reply.kind !== 'ok') return reply;
      // What Postfix would not read stays as it is.
      if (Buffer.byteLength(reply.value) + 3 > MAX_SOCKETMAP_REPLY) return NOT_FOUND;
      this.#found += 1;
      return reply;
    } catch (error) {
      this.#telemetry.judgingFailed('socketmap', error, this.#settings.onFailure);
      return this.failure();
    }
  }

  /** The failure stance. */
  failure(): SocketmapReply {
    return this.#settings.onFailure === 'pass' ? NOT_FOUND : LATER;
  }
}
