/** What went wrong with one input; its index and the seed bring it back. */
export interface Fault {
  readonly index: number;
  readonly what: string;
}

/** What reading many damaged inputs came to. */
export interface FuzzResult {
  readonly reader: string;
  readonly inputs: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly slowestMs: number;
  /** Bytes by which an input made the process grow, at most. */
  readonly largestGrowth: number;
  readonly faults: readonly Fault[];
}
