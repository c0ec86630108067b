/** GPT-2's byte-to-character table: every byte as one printable character, so that merges can be written as text. */
const byteCharacters: string[] = (() => {
  const printable = (b: number) => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || (b >= 174 && b <= 255);
  let next = 256;
  return Array.from({ length: 256 }, (_, b) => String.fromCodePoint(printable(b) ? b : next++));
})();

const characterBytes = new Map(byteCharacters.map((c, b) => [c, b]));

/** How GPT-2 and `ByteLevel(use_regex=true)` cut text into words before merging. */
const wordPattern = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** One spelling per word: small letters, and a space before every word that starts a text or a line. */
const normalize = (text: string) => ` ${text.toLowerCase().replaceAll('\n', '\n ')}`.replace(/^ {2}/, ' ');

/** Takes the spaces that `normalize` put in out again; letters stay small. */
const withoutAddedSpaces = (text: string) => text.replaceAll('\n ', '\n').replace(/^ /, '');

const toCharacters = (word: string) => [...new TextEncoder().encode(word)].map((b) => byteCharacters[b]!);

interface Word {
  symbols: string[];
  count: number;
}

function mergeIn(symbols: string[], left: string, right: string): string[] {
  const merged: string[] = [];
  for (let i = 0; i < symbols.length; i++) {
    if (symbols[i] === left && symbols[i + 1] === right) {
      merged.push(left + right);
      i++;
    } else merged.push(symbols[i]!);
  }
  return merged;
}

/** Pair counts over all words, and for each pair the words that hold it. */
function countPairs(words: readonly Word[]) {
  const counts = new Map<string, number>();
  const holders = new Map<string, Set<number>>();
  const add = (w: number, sign: 1 | -1) => {
    const { symbols, count } = words[w]!;
    for (let i = 0; i + 1 < symbols.length; i++) {
      const pair = `${symbols[i]} ${symbols[i + 1]}`;
      counts.set(pair, (counts.get(pair) ?? 0) + sign * count);
      if (sign === 1) (holders.get(pair) ?? holders.set(pair, new Set()).get(pair)!).add(w);
    }
  };
  words.forEach((_, w) => add(w, 1));
  return { counts, holders, add };
}

function mostFrequent(counts: ReadonlyMap<string, number>): string | null {
  let best: string | null = null;
  let most = 1; // a pair seen once is not worth a token
  for (const [pair, count] of counts)
    if (count > most || (count === most && best !== null && pair < best)) [best, most] = [pair, count];
  return best;
}

/** A byte-level BPE vocabulary: special tokens first, then the 256 bytes, then one token per merge. */
export class ByteLevelBpe {
  readonly vocabulary = new Map<string, number>();
  readonly #ranks = new Map<string, number>();
  readonly #cache = new Map<string, number[]>();
  #newlines: ReadonlySet<number> | undefined;

  constructor(
    readonly specialTokens: readonly string[],
    readonly merges: readonly (readonly [string, string])[],
  ) {
    for (const token of [...specialTokens, ...byteCharacters, ...merges.map(([a, b]) => a + b)])
      if (!this.vocabulary.has(token)) this.vocabulary.set(token, this.vocabulary.size);
    merges.forEach(([a, b], rank) => this.#ranks.set(`${a} ${b}`, rank));
  }

  /** Learns merges from text until the vocabulary has `size` tokens (Sennrich et al. 2016, on bytes). */
  static train(text: Iterable<string>, size: number, specialTokens: readonly string[]): ByteLevelBpe {
    const counts = new Map<string, number>();
    for (const piece of text)
      for (const word of normalize(piece).match(wordPattern) ?? [])
        counts.set(word, (counts.get(word) ?? 0) + 1);
    const words: Word[] = [...counts].map(([word, count]) => ({ symbols: toCharacters(word), count }));
    const pairs = countPairs(words);
    const merges: [string, string][] = [];
    while (merges.length < size - 256 - specialTokens.length) {
      const best = mostFrequent(pairs.counts);
      if (best === null) break;
      const [left, right] = best.split(' ') as [string, string];
      merges.push([left, right]);
      for (const w of pairs.holders.get(best)!) {
        pairs.add(w, -1);
        words[w]!.symbols = mergeIn(words[w]!.symbols, left, right);
        pairs.add(w, 1);
      }
      pairs.counts.delete(best);
    }
    return new ByteLevelBpe(specialTokens, merges);
  }

  /** Token ids of plain text, in small letters; special tokens in it are not recognised (use `idOf`). */
  encode(text: string): number[] {
    return (normalize(text).match(wordPattern) ?? []).flatMap((word) => this.#encodeWord(word));
  }

  /** The text of ids; special tokens come out as their names. */
  decode(ids: Iterable<number>): string {
    const tokens = [...this.vocabulary.keys()];
    const bytes: number[] = [];
    for (const id of ids) {
      const token = tokens[id] ?? '';
      if (id < this.specialTokens.length) bytes.push(...new TextEncoder().encode(token));
      else for (const c of token) bytes.push(characterBytes.get(c)!);
    }
    return withoutAddedSpaces(new TextDecoder().decode(Uint8Array.from(bytes)));
  }

  /** The id of a special token. Throws for a token that is not in the vocabulary. */
  idOf(token: string): number {
    const id = this.vocabulary.get(token);
    if (id === undefined) throw new Error(`The vocabulary has no token "${token}".`);
    return id;
  }

  /** Ids of all tokens that end a line. */
  get idsWithNewline(): ReadonlySet<number> {
    const newline = byteCharacters['\n'.charCodeAt(0)]!;
    this.#newlines ??= new Set(
      [...this.vocabulary].flatMap(([token, id]) => (token.includes(newline) ? [id] : [])),
    );
    return this.#newlines;
  }

  #encodeWord(word: string): number[] {
    const cached = this.#cache.get(word);
    if (cached) return cached;
    let symbols = toCharacters(word);
    for (;;) {
      let best = Infinity;
      let at = -1;
      for (let i = 0; i + 1 < symbols.length; i++) {
        const rank = this.#ranks.get(`${symbols[i]} ${symbols[i + 1]}`) ?? Infinity;
        if (rank < best) [best, at] = [rank, i];
      }
      if (at < 0) break;
      symbols = mergeIn(symbols, symbols[at]!, symbols[at + 1]!);
    }
    const ids = symbols.map((s) => this.vocabulary.get(s)!);
    if (this.#cache.size < 200_000) this.#cache.set(word, ids);
    return ids;
  }
}
