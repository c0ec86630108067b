import { biomedicineTables } from './biomedicine.ts';
import { cultureTables } from './culture.ts';
import type { FactTable } from './factTable.ts';
import { financeTables } from './finance.ts';
import { learningTables } from './learning.ts';
import { natureTables } from './nature.ts';
import { skillTables } from './skills.ts';
import { workTables } from './work.ts';
import { worldTables } from './world.ts';

/** Domains that pretraining shows in every form: statements, tasks, lists, conversations. */
export const openTables: FactTable[] = [
  ...natureTables,
  ...worldTables,
  ...cultureTables,
  ...workTables,
  ...skillTables,
  ...learningTables,
];

/** Domains that pretraining shows as plain statements only; self-specialization has to carve them out. */
export const heldBackTables: FactTable[] = [...biomedicineTables, ...financeTables];
