import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  planFileNames,
  planFiles,
  planFrom,
  versionsIn,
  type RunNotes,
  type RunPlan,
} from '../engine/runPlan.ts';
import { readInputFile } from './files.ts';

/** Writes a plan into a run's folder before anything is done: what `--from` and `--resume` read. */
export async function writeRunPlan(out: string, plan: RunPlan, notes: RunNotes): Promise<void> {
  const files = Object.entries(planFiles(plan, notes));
  await Promise.all(files.map(([name, text]) => writeFile(join(out, name), text)));
}

/** The plan of an earlier run. @throws naming the file that is missing or damaged */
export async function readRunPlan(folder: string): Promise<RunPlan> {
  if (!existsSync(join(folder, planFileNames.run)))
    throw new Error(`${folder} holds no ${planFileNames.run}; give the folder that a specialize run wrote.`);
  const run = await readJson(folder, planFileNames.run);
  const domain = await readJson(folder, planFileNames.domain);
  return planFrom({ run, domain, documents: await readJson(folder, planFileNames.documents) });
}

async function readJson(folder: string, name: string): Promise<unknown> {
  const path = join(folder, name);
  try {
    return JSON.parse(await readInputFile(path));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Error(`${path} is damaged: ${error.message}.`, { cause: error });
  }
}

/** Of Whittle, of what it computes with, and of Node. */
export async function readVersions(): Promise<Record<string, string>> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return { ...versionsIn(JSON.parse(text) as Parameters<typeof versionsIn>[0]), node: process.versions.node };
}
