import type { Random } from '../../src/random.ts';

type Path = readonly (string | number)[];

/** Values of the wrong type or size; each is spliced in as JSON text, which can say more than a value can. */
const oddTexts: readonly string[] = [
  'null', 'true', 'false', '0', '-1', '-0', '0.5', '1e999', '-1e999', '1e308', '9007199254740993', '4294967296',
  '1152921504606846976', '""', '" "', '"\\ud800"', '"\\udc00x"', '"\\u0000"', '"__proto__"', '"constructor"', '"toString"',
  '[]', '{}', '[null]', '[[]]', '[0]', '[-1]', '[1e999]', '{"__proto__":null}', '{"__proto__":{"x":1}}', '{"length":1e9}',
  '{"constructor":1,"hasOwnProperty":2,"toString":3,"valueOf":4}', '{"0":1}', '{"toJSON":1}', '["a","a"]',
]; // prettier-ignore

const oddKeys = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
  '0',
  '\ud800',
  'length',
  'then',
];

/** Where a JSON text stands in for a value until everything is written. */
class JsonText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

function nested(random: Random): string {
  const depth = 10 ** (1 + random.below(4));
  return random.next() < 0.5
    ? '['.repeat(depth) + ']'.repeat(depth)
    : '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
}

function oddValue(random: Random): JsonText {
  if (random.next() < 0.05) return new JsonText(nested(random));
  if (random.next() < 0.05) return new JsonText(JSON.stringify('x'.repeat(random.below(20_000))));
  return new JsonText(oddTexts[random.below(oddTexts.length)]!);
}

function pathsOf(value: unknown, prefix: Path = []): Path[] {
  if (typeof value !== 'object' || value === null || value instanceof JsonText) return [prefix];
  const inner = Object.entries(value).flatMap(([key, item]) =>
    pathsOf(item, [...prefix, Array.isArray(value) ? Number(key) : key]),
  );
  return [prefix, ...inner];
}

/** The value with what lies at `path` replaced by what `change` makes of its parent's entry. */
function edit(
  value: unknown,
  path: Path,
  change: (parent: Entries, key: string | number) => Entries,
): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const entries = entriesOf(value);
  const changed =
    rest.length === 0
      ? change(entries, key)
      : entries.map(([k, item]) =>
          k === key ? ([k, edit(item, rest, change)] as const) : ([k, item] as const),
        );
  return Array.isArray(value) ? changed.map(([, item]) => item) : new Table(changed);
}

type Entries = readonly (readonly [string | number, unknown])[];

/** An object as its entries in order, so that keys may repeat and be called `__proto__`. */
class Table {
  readonly entries: Entries;
  constructor(entries: Entries) {
    this.entries = entries;
  }
}

function entriesOf(value: unknown): Entries {
  if (value instanceof Table) return value.entries;
  if (Array.isArray(value)) return value.map((item: unknown, i) => [i, item] as const);
  return typeof value === 'object' && value !== null && !(value instanceof JsonText)
    ? Object.entries(value)
    : [];
}

function write(value: unknown): string {
  if (value instanceof JsonText) return value.text;
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  return `{${entriesOf(value).map(([key, item]) => `${JSON.stringify(String(key))}:${write(item)}`).join(',')}}`; // prettier-ignore
}

type Change = (random: Random, parent: Entries, key: string | number) => Entries;

const changes: readonly Change[] = [
  function replaceValue(random, parent, key) {
    return parent.map(([k, item]) => [k, k === key ? oddValue(random) : item]);
  },
  function removeKey(_, parent, key) {
    return parent.filter(([k]) => k !== key);
  },
  function renameKey(random, parent, key) {
    return parent.map(([k, item]) => [k === key ? oddKeys[random.below(oddKeys.length)]! : k, item]);
  },
  function addKey(random, parent) {
    return [...parent, [oddKeys[random.below(oddKeys.length)]!, oddValue(random)]];
  },
  function repeatKey(random, parent, key) {
    return [...parent, [key, oddValue(random)]];
  },
  function swapValues(random, parent, key) {
    const other = parent[random.below(parent.length)];
    const own = parent.find(([k]) => k === key);
    if (!own || !other) return parent;
    return parent.map(([k, item]) => [k, k === key ? other[1] : k === other[0] ? own[1] : item]);
  },
  function wrapValue(random, parent, key) {
    const wrap = (item: unknown) => (random.next() < 0.5 ? [item] : { a: item });
    return parent.map(([k, item]) => [k, k === key ? wrap(item) : item]);
  },
  function repeatEntry(random, parent, key) {
    const own = parent.find(([k]) => k === key);
    return own ? [...parent, ...Array.from({ length: 1 + random.below(20) }, () => own)] : parent;
  },
];

/** JSON text of `value` with one to three of its parts missing, renamed, doubled, wrapped, swapped or of a wrong type. */
export function mutateJson(random: Random, value: unknown): string {
  if (random.next() < 0.02) return oddValue(random).text;
  let result = value;
  for (let count = 1 + random.below(3); count > 0; count--) {
    const paths = pathsOf(plain(result));
    const change = changes[random.below(changes.length)]!;
    result = edit(result, paths[random.below(paths.length)]!, (parent, key) => change(random, parent, key));
  }
  return write(result);
}

/** Tables as objects, to be walked; what a table says twice is walked once. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  return value instanceof Table
    ? Object.fromEntries(value.entries.map(([k, item]) => [k, plain(item)]))
    : value;
}
