/** How much is sent in each hour of the week: 168 counts of one byte in the record of an identity. */
export const WEEK_HOURS = 168;

export class WeekHours {
  private readonly view: DataView;
  private readonly at: number;

  /** @param at where the counts begin */
  constructor(view: DataView, at: number) {
    this.view = view;
    this.at = at;
  }

  /** Share of the mail sent in this hour of the week; 1/168 is even. */
  share(hourOfWeek: number): number {
    const sum = this.sum();
    return sum === 0 ? 1 / WEEK_HOURS : this.view.getUint8(this.at + hourOfWeek) / sum;
  }

  /** The same of an hour and its neighbours, never quite nothing. */
  shareAround(hourOfWeek: number): number {
    let near = 0;
    for (const step of [-1, 0, 1]) {
      near += this.view.getUint8(this.at + ((hourOfWeek + step + WEEK_HOURS) % WEEK_HOURS));
    }
    return (near / 3 + 0.2) / (this.sum() + 0.2 * WEEK_HOURS);
  }

  /** Counts one message; at its top all counts are halved, so that what is long ago weighs less. */
  learn(hourOfWeek: number): void {
    const value = this.view.getUint8(this.at + hourOfWeek);
    if (value < 0xff) {
      this.view.setUint8(this.at + hourOfWeek, value + 1);
      return;
    }
    for (let at = this.at; at < this.at + WEEK_HOURS; at += 1) {
      this.view.setUint8(at, this.view.getUint8(at) >> 1);
    }
  }

  /** All 168, Monday's first hour first. */
  counts(): readonly number[] {
    return Array.from({ length: WEEK_HOURS }, (_, i) => this.view.getUint8(this.at + i));
  }

  private sum(): number {
    let sum = 0;
    for (let i = 0; i < WEEK_HOURS; i += 1) sum += this.view.getUint8(this.at + i);
    return sum;
  }
}
