import { inOwnWords, readTable, type Entry } from './entries.ts';
import { heldBackTables, openTables } from './facts/allTables.ts';
import { cultureTables } from './facts/culture.ts';
import type { FactTable } from './facts/factTable.ts';
import { learningTables } from './facts/learning.ts';
import { natureTables } from './facts/nature.ts';
import { skillTables } from './facts/skills.ts';
import { workTables } from './facts/work.ts';
import { worldTables } from './facts/world.ts';

/** A header with the tables that a list under it may draw from, each read into entries. */
export interface Topic {
  name: string;
  tables: Entry[][];
}

const topicOf = (name: string, tables: readonly FactTable[]): Topic => ({
  name,
  tables: tables.map(readTable),
});

const knowledgeTables = [...skillTables, ...learningTables];

/** One narrow topic per open table, and broad ones that mix tables as a person's own domain does. */
export const openTopics: Topic[] = [
  ...openTables.map((table) => topicOf(table.topic, [table])),
  topicOf('nature', natureTables),
  topicOf('the natural sciences', [
    natureTables[0]!,
    natureTables[1]!,
    ...knowledgeTables.filter((t) => /units|science|stars|geometry/.test(t.topic)),
  ]),
  topicOf('the world', worldTables),
  topicOf('travel', [
    ...worldTables.filter((t) => t.topic !== 'languages'),
    cultureTables[3]!,
    cultureTables[5]!,
  ]),
  topicOf('culture', cultureTables),
  topicOf('the arts', [
    cultureTables[0]!,
    cultureTables[1]!,
    cultureTables[2]!,
    cultureTables[5]!,
    cultureTables[7]!,
  ]),
  topicOf('everyday life', workTables),
  topicOf('technology', [
    ...workTables.filter((t) => /tools|vehicles|materials|inventions/.test(t.topic)),
    ...knowledgeTables.filter((t) => /programming|computers/.test(t.topic)),
  ]),
  topicOf('general knowledge', knowledgeTables),
  topicOf('leisure', [
    ...knowledgeTables.filter((t) => /sports|games/.test(t.topic)),
    cultureTables[3]!,
    cultureTables[5]!,
    cultureTables[7]!,
  ]),
];

/** The same topics, asked about in each relation's own questions wherever it has any. */
export const openTopicsInOwnWords: Topic[] = openTopics.map(({ name, tables }) => ({
  name,
  tables: tables.map(inOwnWords),
}));

/** The held-back domains, under their own names: for plain statements only. */
export const heldBackTopics: Topic[] = [...new Set(heldBackTables.map((t) => t.topic))].map((name) =>
  topicOf(
    name,
    heldBackTables.filter((t) => t.topic === name),
  ),
);
