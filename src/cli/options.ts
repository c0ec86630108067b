import { parseArgs } from 'node:util';

/** An option of a command: what it holds, its default, and one line of help. */
export interface OptionRow {
  /** A count is a whole number above 0; texts are an option that may be given several times. */
  readonly kind: 'text' | 'texts' | 'number' | 'count' | 'flag';
  readonly default?: string | number;
  /** A command that cannot do without it says so. */
  readonly isRequired?: boolean;
  readonly help: string;
}

export type OptionTable = Readonly<Record<string, OptionRow>>;

type ValueOf<Row extends OptionRow> = Row['kind'] extends 'flag'
  ? boolean
  : Row['kind'] extends 'texts'
    ? readonly string[]
    : | (Row['kind'] extends 'number' | 'count' ? number : string)
      | (Row extends { default: unknown } | { isRequired: true } ? never : undefined);

export type OptionValues<Table extends OptionTable> = {
  readonly [Name in keyof Table]: ValueOf<Table[Name]>;
};

/** Options that every command takes. */
export const commonOptions = {
  model: {
    kind: 'text',
    isRequired: true,
    help: 'folder of the model (config.json, tokenizer.json, onnx/), or its id on the Hugging Face Hub',
  },
  dtype: { kind: 'text', default: 'q4', help: 'fp32, fp16, q8, q4 or q4f16' },
  device: {
    kind: 'text',
    default: 'cpu',
    help: 'cpu, wasm (slower; what a page without WebGPU computes, to the last bit) or webgpu',
  },
  threads: { kind: 'count', help: 'CPU threads (default: one for each core)' },
  seed: { kind: 'number', default: 0, help: 'equal seeds give equal results on the CPU' },
  json: { kind: 'flag', help: 'one JSON object per line on stdout, progress on stderr' },
} as const satisfies OptionTable;

/** Reads a command line against its table. @throws one sentence naming the option that is unknown, missing or not what it should be */
export function readOptions<Table extends OptionTable>(
  table: Table,
  argv: readonly string[],
): OptionValues<Table> {
  const values = parse(table, argv);
  const read = Object.entries(table).map(([name, row]) => [name, readOption(name, row, values[name])]);
  return Object.fromEntries(read) as OptionValues<Table>;
}

function parse(table: OptionTable, argv: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries(table).map(([name, { kind }]) => [
      name,
      { type: kind === 'flag' ? ('boolean' as const) : ('string' as const), multiple: kind === 'texts' },
    ]),
  );
  try {
    return parseArgs({ args: [...argv], options, strict: true }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(/\.\s/)[0] : String(error);
    throw new Error(`${reason}; --help lists the options.`, { cause: error });
  }
}

type Given = string | boolean | (string | boolean)[] | undefined;

function readOption(name: string, row: OptionRow, given: Given) {
  if (row.kind === 'flag') return given === true;
  if (row.kind === 'texts' && (given !== undefined || !row.isRequired)) return given ?? [];
  const value = given ?? row.default;
  if (value === undefined) {
    if (row.isRequired) throw new Error(`--${name} is missing: ${row.help}.`);
    return undefined;
  }
  if (row.kind === 'text') return String(value);
  const number = String(value).trim() === '' ? NaN : Number(value);
  const isFine = row.kind === 'count' ? Number.isSafeInteger(number) && number > 0 : Number.isFinite(number);
  const expected = row.kind === 'count' ? 'a whole number above 0' : 'a number';
  if (!isFine) throw new Error(`--${name} takes ${expected}, not ${String(value) || 'nothing'}.`);
  return number;
}

/** The options as `--help` shows them. */
export function helpOf(command: string, table: OptionTable): string {
  const lines = Object.entries(table).map(([name, { help, default: fallback, isRequired }]) => {
    const note = isRequired ? ' (required)' : fallback === undefined ? '' : ` (default ${fallback})`;
    return `  --${name.padEnd(29)} ${help}${note}`;
  });
  return `npm run -s whittle -- ${command}\n${lines.join('\n')}`;
}
