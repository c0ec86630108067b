const windowMs = 8000;

/** How fast bytes have been arriving lately, and so how long the rest will take. */
export class TransferRate {
  readonly #now: () => number;
  #samples: { readonly time: number; readonly bytes: number }[] = [];

  /** `now` is a clock in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Notes that `bytes` have arrived altogether. */
  note(bytes: number): void {
    const time = this.#now();
    const recent = this.#samples.filter((sample) => time - sample.time <= windowMs);
    this.#samples = [...recent, { time, bytes }];
  }

  /** Seconds until `total` bytes are there; null until two moments can be compared. */
  secondsLeft(total: number): number | null {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || !last || last.time <= first.time || last.bytes <= first.bytes) return null;
    const perSecond = ((last.bytes - first.bytes) / (last.time - first.time)) * 1000;
    return (total - last.bytes) / perSecond;
  }
}
