import type { LoadedModel } from '../src/engine/loadModel.ts';
import { promptsFor } from '../src/engine/specializeModel.ts';
import { alikeGroups } from '../src/specialize/alikeGroups.ts';
import { toExample } from '../src/specialize/dataset.ts';
import { noveltyText } from '../src/specialize/filter.ts';
import { heldOutCheck } from '../src/specialize/run.ts';
import type { TaskWording } from '../src/taskChanges.ts';
import { tokenizeRow } from '../src/text/tokenize.ts';
import { viewTokens } from '../src/text/tokenView.ts';
import type { CuratedRun, NamedTask, TaskTokens } from '../src/workerApi/curation.ts';
import { presetWith } from './runSettings.ts';

/** See `CurationApi`. A task without an answer is shown with an empty one. */
export function viewTask(
  model: LoadedModel,
  { parameters }: CuratedRun,
  { output = '', ...question }: TaskWording,
): TaskTokens {
  const row = tokenizeRow(toExample({ ...question, output }, promptsFor(model)), model.tokenizer);
  return { tokens: viewTokens(row, model.tokenizer), maxLength: parameters.maxLength };
}

export function findAlike(
  model: LoadedModel,
  { parameters }: CuratedRun,
  tasks: readonly NamedTask[],
  limit: number,
): string[][] {
  const { settings } = presetWith(model, parameters);
  const texts = tasks.map((task) => noveltyText(task, settings));
  return alikeGroups(texts, limit).map((group) => group.map((i) => tasks[i]!.id));
}

export const isHeldOut = (
  model: LoadedModel,
  { domain, parameters }: CuratedRun,
  task: TaskWording,
): boolean => heldOutCheck(domain, presetWith(model, parameters).settings)(task);
