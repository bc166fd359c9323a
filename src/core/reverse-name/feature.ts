/** One thing that a name tells, with its weight in nats towards a home connection. */
export interface Feature {
  readonly weight: number;
  /** A part of the reason, without its full stop. */
  readonly text: string;
}
