import { describe, expect, it } from 'vitest';
import { readTable } from '../../../tools/pocket/entries.ts';
import { heldBackTables, openTables } from '../../../tools/pocket/facts/allTables.ts';

const tables = [...openTables, ...heldBackTables];
const titled = tables.map((table) => [`${table.topic}: ${table.plural}`, table] as const);

describe('fact tables', () => {
  it('cover many open domains', () => {
    expect(new Set(openTables.map((t) => t.topic)).size).toBeGreaterThanOrEqual(35);
  });

  it('hold no relation with questions in a held-back domain', () => {
    expect(heldBackTables.flatMap((t) => t.relations).filter((r) => r.ask || r.inverse)).toEqual([]);
  });

  it.each(titled)('%s: every entity once, with at least one fact', (_, table) => {
    const entries = readTable(table);
    expect(entries.map((e) => e.name)).toEqual([...new Set(entries.map((e) => e.name))]);
    expect(entries.filter((e) => e.facts.length === 0).map((e) => e.name)).toEqual([]);
  });

  it.each(titled)('%s: relations are told apart and say their entity and value', (_, table) => {
    const nouns = table.relations.map((r) => r.of);
    expect(nouns).toEqual([...new Set(nouns)]);
    for (const relation of table.relations) {
      expect(relation.say.every((t) => /\{(e|n)\}/.test(t) && /\{a?v\}/.test(t))).toBe(true);
      expect((relation.ask ?? []).every((t) => /\{(e|n)\}/.test(t) && !/\{a?v\}/.test(t))).toBe(true);
      expect((relation.inverse ?? []).every((t) => /\{a?v\}/.test(t) && !/\{(e|n)\}/.test(t))).toBe(true);
    }
  });

  it.each(titled)('%s: a closed set of values is small', (_, table) => {
    for (const relation of table.relations.filter((r) => r.category)) {
      const values = new Set(
        readTable(table).flatMap((e) => e.facts.filter((f) => f.relation === relation).map((f) => f.value)),
      );
      expect(values.size).toBeGreaterThan(1);
      expect(values.size).toBeLessThanOrEqual(22);
    }
  });

  it('rejects a row with too many values', () => {
    expect(() => readTable({ ...openTables[0]!, rows: 'gold|Au|79|solid|metal|extra' })).toThrow(
      /gold.*5 values for 4 relations/,
    );
  });
});
