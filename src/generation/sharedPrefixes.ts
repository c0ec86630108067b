/** Tokens that several prompts begin with. */
export interface SharedPrefix {
  readonly ids: readonly number[];
  /** How many prompts begin with it. */
  readonly prompts: number;
}

/** So many tokens cost about what a run costs that reads a few of them by itself. */
export const tokensWorthRun = 64;

// One token alone is read by other kernels, which add up in another order than those that read a prompt.
const leastRest = 2;

/**
 * For each prompt the prefix to read once and for all of its prompts, or `null`: those groups of at least two prompts
 * that leave the least to do, where a run of the model by itself counts as `worthRun` tokens. A prefix is a whole prompt
 * where all of its prompts are equal; else each keeps at least two tokens of its own, which take a run each. It depends
 * on nothing but the prompts.
 */
export function findSharedPrefixes(
  prompts: readonly (readonly number[])[],
  worthRun: number,
): readonly (SharedPrefix | null)[] {
  const found = new Array<SharedPrefix | null>(prompts.length).fill(null);
  const sorted = prompts.map((ids, index) => ({ ids, index })).toSorted((a, b) => compare(a.ids, b.ids));
  for (const { rows, length } of bestGroups(sorted, worthRun).groups) {
    const prefix = { ids: rows[0]!.ids.slice(0, length), prompts: rows.length };
    for (const { index } of rows) found[index] = prefix;
  }
  return found;
}

interface Row {
  readonly ids: readonly number[];
  readonly index: number;
}

interface Grouping {
  readonly groups: readonly { readonly rows: readonly Row[]; readonly length: number }[];
  /** Tokens that need not be read, less what the runs are worth. */
  readonly gain: number;
}

/** The better of all `rows` as one group, and the best groups of those that go on alike. `rows` are sorted. */
function bestGroups(rows: readonly Row[], worthRun: number): Grouping {
  if (rows.length < 2) return { groups: [], gain: 0 };
  const [first, last] = [rows[0]!.ids, rows.at(-1)!.ids];
  const common = commonLength(first, last);
  const areEqual = common === first.length && common === last.length;
  const shortest = Math.min(...rows.map(({ ids }) => ids.length));
  const length = areEqual ? common : Math.min(common, shortest - leastRest);
  const runs = areEqual ? 1 : rows.length + 1;
  const gain = length * (rows.length - 1) - worthRun * runs;
  const parts = areEqual ? [] : splitAt(rows, common).map((part) => bestGroups(part, worthRun));
  const gainOfParts = parts.reduce((sum, part) => sum + part.gain, 0);
  if (gain > 0 && gain >= gainOfParts) return { groups: [{ rows, length }], gain };
  return { groups: parts.flatMap(({ groups }) => groups), gain: gainOfParts };
}

/** Rows with the same token, or none, at a position; they lie side by side. */
function splitAt(rows: readonly Row[], position: number): Row[][] {
  const parts: Row[][] = [];
  for (const row of rows) {
    const open = parts.at(-1);
    if (open && open[0]!.ids[position] === row.ids[position]) open.push(row);
    else parts.push([row]);
  }
  return parts;
}

function commonLength(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return i;
  return length;
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = commonLength(a, b);
  return (a[at] ?? -1) - (b[at] ?? -1);
}
