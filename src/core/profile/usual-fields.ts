/**
 * Fields of an account's record: the providers it has long been used at, and the last time somebody read its
 * mail in a browser, with how strange that place was then.
 *
 * 0 providers: 4 × AS number u32, 16 session place u32, 20 when u32, 24 its strangeness f32.
 */
import { toSeconds } from './record.ts';

const PROVIDERS = 4;
const SESSION = 4 * PROVIDERS;
export const USUAL_BYTES = SESSION + 12;

/** Of a webmail; what is sent through it comes from the webmail's own machine. */
export interface Session {
  readonly place: number;
  readonly atMs: number;
  /** Nats, as for a new network of a mail program. */
  readonly strangeness: number;
}

export class UsualFields {
  private readonly view: DataView;
  private readonly at: number;

  constructor(view: DataView, at: number) {
    this.view = view;
    this.at = at;
  }

  usesProvider(asn: number): boolean {
    for (let i = 0; i < PROVIDERS; i += 1) {
      if (this.view.getUint32(this.at + 4 * i, true) === asn) return asn !== 0;
    }
    return false;
  }

  /** The one learnt first makes room. */
  learnProvider(asn: number): void {
    if (asn === 0 || this.usesProvider(asn)) return;
    for (let at = this.at + SESSION - 4; at > this.at; at -= 4) {
      this.view.setUint32(at, this.view.getUint32(at - 4, true), true);
    }
    this.view.setUint32(this.at, asn, true);
  }

  get session(): Session {
    const at = this.at + SESSION;
    const strangeness = this.view.getFloat32(at + 8, true);
    return {
      place: this.view.getUint32(at, true),
      atMs: this.view.getUint32(at + 4, true) * 1000,
      // A damaged number is no evidence.
      strangeness: strangeness >= 0 && strangeness <= MOST ? strangeness : 0,
    };
  }

  learnSession({ place, atMs, strangeness }: Session): void {
    const at = this.at + SESSION;
    this.view.setUint32(at, place, true);
    this.view.setUint32(at + 4, toSeconds(atMs), true);
    this.view.setFloat32(at + 8, strangeness, true);
  }
}

const MOST = 6;
