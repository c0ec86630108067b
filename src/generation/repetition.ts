/** Longest loop that is looked for, in tokens. */
const longestPeriod = 20;
/** A loop counts once it has gone round three times, and over at least so many tokens. */
const rounds = 3;
const leastTokens = 24;

/** Watches one completion for loops: its last tokens say the same 1 to 20 of them over and over. */
export class RepetitionWatch {
  readonly #tokens: number[] = [];
  /** For each period, how many tokens in a row were the same as one period before. */
  readonly #same = new Array<number>(longestPeriod + 1).fill(0);

  /** Takes the next token; says whether the completion now ends in a loop. */
  add(token: number): boolean {
    const at = this.#tokens.push(token) - 1;
    let isLoop = false;
    for (let period = 1; period <= longestPeriod; period++) {
      const same = this.#tokens[at - period] === token ? this.#same[period]! + 1 : 0;
      this.#same[period] = same;
      isLoop ||= same > 0 && same + period >= Math.max(rounds * period, leastTokens);
    }
    return isLoop;
  }
}
