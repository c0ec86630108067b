import * as z from 'zod';
import type { EvaluationItem } from '../evaluation/items.ts';
import { shown } from '../jsonValue.ts';
import { canonicalText, type SeedTask, type Subject, taskKey } from './tasks.ts';

// zod compiles its parsers with `new Function`, which the page's Content-Security-Policy forbids.
z.config({ jitless: true });

/** A domain as the pipeline uses it: complete ids, `input` always present. */
export interface Domain extends Subject {
  /** Paths relative to the domain file. */
  readonly documents: readonly string[];
  readonly seeds: readonly SeedTask[];
  /** Never shown to generation or training. */
  readonly heldOut: readonly EvaluationItem[];
  /** General tasks that specializing must not spoil. */
  readonly retention: readonly EvaluationItem[];
}

/** A domain file that cannot be used. The message has one sentence per fault, each on its own line. */
export class DomainFormatError extends Error {
  override readonly name = 'DomainFormatError';
}

const text = z.string().trim().min(1);
const seedSchema = z.object({
  id: text.optional(),
  instruction: text,
  input: z.string().trim().default(''),
  output: text,
  labels: z.array(text).min(2).optional(),
  task: text.optional(),
  origin: z.object({ file: text, row: z.int().min(1), id: text.optional() }).optional(),
});
const itemSchema = seedSchema.extend({ task: text, source: z.enum(['pretraining', 'documents']).optional() });

/** The domain file's format; unknown fields are ignored. */
export const domainSchema = z.object({
  name: text,
  description: z.string().trim().default(''),
  documents: z.array(text).default([]),
  seeds: z.array(seedSchema).min(1),
  heldOut: z.array(itemSchema).default([]),
  retention: z.array(itemSchema).default([]),
});

/** What a person writes. */
export type DomainFile = z.input<typeof domainSchema>;

/**
 * Reads a domain file.
 * @throws DomainFormatError with one sentence per fault, each on its own line, naming the list, the row (from 1) and the field.
 */
export function parseDomain(json: string): Domain {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new DomainFormatError(`The domain file is not JSON: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  return checkDomain(value);
}

/** The same for a value that is already parsed. */
export function checkDomain(value: unknown): Domain {
  const result = domainSchema.safeParse(value);
  if (!result.success) throw refusal(result.error.issues.map((issue) => describeIssue(issue, value)));
  const { seeds, heldOut, retention, ...rest } = result.data;
  const domain = {
    ...rest,
    seeds: withIds('seed', seeds),
    heldOut: withIds('held-out', heldOut),
    retention: withIds('retention', retention),
  };
  const faults = [...labelFaults(domain), ...repeatedIds(domain), ...leakedItems(domain)];
  if (faults.length > 0) throw refusal(faults);
  return domain;
}

function withIds<T extends { id?: string | undefined }>(
  prefix: string,
  rows: readonly T[],
): (Omit<T, 'id'> & { id: string })[] {
  // First in any case, so that a domain that was written and read again is the same to the byte.
  return rows.map(({ id, ...row }, i) => ({ id: id ?? `${prefix}-${i + 1}`, ...row }));
}

function describeIssue(issue: z.core.$ZodIssue, value: unknown): string {
  const [list, row, ...field] = issue.path;
  const found = issue.path.reduce<unknown>(
    (v, key) => (v as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  );
  const problem = found === undefined ? 'is missing' : issueText(issue, found);
  if (list === undefined) return 'The domain file must be a JSON object with "name" and "seeds".';
  if (typeof row !== 'number') return `The domain's ${quote(list)} ${problem}.`;
  return field.length === 0
    ? `Row ${row + 1} of ${quote(list)} ${problem}.`
    : `Row ${row + 1} of ${quote(list)}: ${quote(field.join('.'))} ${problem}.`;
}

function issueText(issue: z.core.$ZodIssue, found: unknown): string {
  if (issue.code === 'too_small') {
    if (typeof found === 'string') return 'is empty; write some text';
    return `has ${(found as unknown[]).length} entries; give at least ${issue.minimum}`;
  }
  if (issue.code === 'invalid_type') return `is ${shown(found)}; expected ${issue.expected}`;
  if (issue.code === 'invalid_value')
    return `is ${shown(found)}; use one of ${issue.values.map((v) => quote(v)).join(', ')}`;
  return `is ${shown(found)}: ${issue.message}`;
}

/** More faults than this are no longer read. */
const mostFaults = 10;

function refusal(faults: readonly string[]): DomainFormatError {
  const more = faults.length - mostFaults;
  return new DomainFormatError(
    [...faults.slice(0, mostFaults), ...(more > 0 ? [`There are ${more} more faults.`] : [])].join('\n'),
  );
}

function quote(name: unknown): string {
  const text = String(name);
  return `"${text.length > 100 ? `${text.slice(0, 100)}…` : text}"`;
}

const listNames = ['seeds', 'heldOut', 'retention'] as const;

function labelFaults(domain: Domain): string[] {
  return listNames.flatMap((list) =>
    domain[list].flatMap(({ labels, output }, i) => {
      if (!labels || labels.some((label) => canonicalText(label) === canonicalText(output))) return [];
      return [`Row ${i + 1} of "${list}": "output" is ${quote(output)}, which is none of its "labels".`];
    }),
  );
}

function repeatedIds(domain: Domain): string[] {
  return listNames.flatMap((list) => {
    const seen = new Map<string, number>();
    return domain[list].flatMap(({ id }, i) => {
      const first = seen.get(id);
      if (first !== undefined)
        return [`Row ${i + 1} of "${list}": "id" ${quote(id)} is already used by row ${first}.`];
      seen.set(id, i + 1);
      return [];
    });
  });
}

/** A held-out task that is also a seed would be taught before it is asked. */
function leakedItems({ seeds, heldOut }: Domain): string[] {
  const seedRows = new Map(seeds.map((seed, i) => [taskKey(seed), i + 1]));
  return heldOut.flatMap((item, i) => {
    const row = seedRows.get(taskKey(item));
    return row === undefined
      ? []
      : [`Row ${i + 1} of "heldOut" repeats row ${row} of "seeds"; a held-out task must be new.`];
  });
}
