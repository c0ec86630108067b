import { createRandom } from '../random.ts';
import type { ControlName } from './controlNames.ts';
import { buildDataset, type Dataset, type DatasetRow } from './dataset.ts';
import type { GenerationContext } from './generation.ts';
import { instructionRules } from './instructionRules.ts';
import { likelihoodRules } from './likelihoodRules.ts';
import { responseRules } from './responseRules.ts';
import type { SpecializeSettings } from './settings.ts';
import type { GeneratedTask, ReplayedTask } from './tasks.ts';

/** Tasks that a control has answered in its own way. */
export interface ControlAnswers {
  /** Those still without an answer are pending. */
  readonly tasks: readonly GeneratedTask[];
  readonly settings: SpecializeSettings;
}

/** What the rows of a control are made from. */
export interface ControlSources {
  readonly context: GenerationContext;
  /** What the specialised adapter is trained on. */
  readonly dataset: Dataset;
  /** The control's own, where it answers tasks in its own way, else the run's. */
  readonly tasks: readonly GeneratedTask[];
  readonly replayed: readonly ReplayedTask[];
}

/** An adapter trained like the specialised one but for one difference, so that the difference can be judged. */
export interface Control {
  /** The tasks that it has to answer itself; absent where the run's own answers serve. */
  readonly answers?: (tasks: readonly GeneratedTask[], settings: SpecializeSettings) => ControlAnswers;
  readonly rows: (sources: ControlSources) => Dataset;
}

const isKept = ({ decision }: GeneratedTask): boolean => decision === 'kept';

function bareTask(task: GeneratedTask): GeneratedTask {
  const { output: _output, passageId: _passage, furtherPassageIds: _further, ...question } = task;
  const { rejection: _rejection, scores: _scores, ...bare } = question;
  return { ...bare, decision: 'pending' };
}

/** The first tasks that were written, as many as were kept, whatever any rule said; but none that is held out. */
function withoutFilters(tasks: readonly GeneratedTask[], settings: SpecializeSettings): ControlAnswers {
  const written = tasks.filter(({ rejection }) => rejection?.rule !== 'heldOut');
  const first = written.slice(0, tasks.filter(isKept).length).map((task): GeneratedTask => {
    const { rejection: _rejection, ...accepted } = task;
    return { ...accepted, decision: task.output === undefined ? 'pending' : 'kept' };
  });
  const disabledRules = [...instructionRules, ...responseRules, ...likelihoodRules].map(({ name }) => name);
  return { tasks: first, settings: { ...settings, disabledRules, minAgreement: 0 } };
}

const withoutRetrieval = (tasks: readonly GeneratedTask[], settings: SpecializeSettings): ControlAnswers => ({
  tasks: tasks.filter(isKept).map(bareTask),
  settings: { ...settings, retrieve: false },
});

const ownTasks = ({ context, tasks, replayed }: ControlSources): Dataset =>
  buildDataset(context.sources, tasks, replayed, context.prompts);

function shuffledAnswers({ context, replayed, tasks }: ControlSources): Dataset {
  const kept = tasks.filter(isKept);
  const random = createRandom(context.settings.seed, 'randomLabels');
  const outputs = random.sample(
    kept.map(({ output }) => output ?? ''),
    kept.length,
  );
  const shuffled = kept.map((task, i) => ({ ...task, output: outputs[i]! }));
  return buildDataset(context.sources, shuffled, replayed, context.prompts);
}

const onSides = ({ train, valid }: Dataset, wanted: (row: DatasetRow) => boolean): Dataset => ({
  train: train.filter(wanted),
  valid: valid.filter(wanted),
});

/** All seeds, and a share of everything else: each smaller share is part of the larger ones. */
const shareOf =
  (share: number) =>
  ({ context, dataset }: ControlSources): Dataset => {
    const written = [...dataset.train, ...dataset.valid].filter(({ source }) => source !== 'seed');
    const order = createRandom(context.settings.seed, 'share').sample(written, written.length);
    const chosen = new Set(order.slice(0, Math.round(share * written.length)).map(({ id }) => id));
    return onSides(dataset, ({ source, id }) => source === 'seed' || chosen.has(id));
  };

export const controls: Readonly<Record<ControlName, Control>> = {
  seedsOnly: { rows: ({ dataset }) => onSides(dataset, ({ source }) => source === 'seed') },
  unfiltered: { answers: withoutFilters, rows: ownTasks },
  noRetrieval: { answers: withoutRetrieval, rows: ownTasks },
  randomLabels: { rows: shuffledAnswers },
  eighth: { rows: shareOf(1 / 8) },
  quarter: { rows: shareOf(1 / 4) },
  half: { rows: shareOf(1 / 2) },
};
