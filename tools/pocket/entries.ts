import type { FactTable, Relation } from './facts/factTable.ts';

/** One row of a table, read: an entity with its facts. */
export interface Entry {
  table: FactTable;
  name: string;
  facts: Fact[];
}

/** One cell: what `relation` says about `entry`. */
export interface Fact {
  entry: Entry;
  relation: Relation;
  value: string;
}

/** Reads a table's rows. Throws on a row with more cells than relations or without a name. */
export function readTable(table: FactTable): Entry[] {
  return table.rows.split(';').map((row) => {
    const [name, ...cells] = row
      .replaceAll(/\s+/g, ' ')
      .split('|')
      .map((cell) => cell.trim());
    if (!name) throw new Error(`Table of ${table.plural}: row "${row}" has no name before the first "|".`);
    if (cells.length > table.relations.length)
      throw new Error(
        `Table of ${table.plural}: row "${row}" has ${cells.length} values for ${table.relations.length} relations.`,
      );
    const entry: Entry = { table, name, facts: [] };
    entry.facts = cells.flatMap((value, i) =>
      value ? [{ entry, relation: table.relations[i]!, value }] : [],
    );
    return entry;
  });
}

/** All values that a relation takes in its table, each once. */
export function valuesOf(entries: readonly Entry[], relation: Relation): string[] {
  return [
    ...new Set(entries.flatMap((e) => e.facts.filter((f) => f.relation === relation).map((f) => f.value))),
  ];
}

/** The entries with no generic phrasing ("the {of} of {e}") wherever a relation has questions of its own. */
export function inOwnWords(entries: readonly Entry[]): Entry[] {
  const { table } = entries[0]!;
  const relations = table.relations.map((r) => (r.ask?.length ? { ...r, generic: false as const } : r));
  return readTable({ ...table, relations });
}
