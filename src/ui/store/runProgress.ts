import type { AdapterName, CallProgress, EvaluatedModel, Phase, Stage } from '../../workerApi/runEvent.ts';
import type { ControlName } from '../../workerApi/runParameters.ts';
import type { RunState, Training } from './runState.ts';

/** What the progress bar shows: a share of the present phase, and words for eyes and screen readers. */
export interface ProgressWords {
  readonly title: string;
  /** In [0, 1], or null while it cannot be known. */
  readonly share: number | null;
  readonly text: string;
}

export const modelNames: Record<EvaluatedModel, string> = {
  base: 'Base model',
  seedsOnly: 'Examples only',
  unfiltered: 'Without filters',
  noRetrieval: 'Without documents',
  randomLabels: 'Shuffled answers',
  eighth: 'An eighth of the data',
  quarter: 'A quarter of the data',
  half: 'Half of the data',
  specialized: 'Specialist',
};

const stageTitles: Record<Stage, (phase: Phase) => string> = {
  recitation: () => 'Recalling what it knows',
  replay: () => 'Repeating general tasks, so as not to forget',
  instructions: () => 'Writing tasks',
  responses: ({ model }) =>
    model ? `Answering for the control “${modelNames[model]}”` : 'Answering its own tasks',
  likelihoods: ({ model }) =>
    model ? `Weighing answers for the control “${modelNames[model]}”` : 'Weighing its answers',
  coverage: () => 'Drawing the map of your documents',
  dataset: () => 'Sorting the tasks',
  training: ({ model }) =>
    isControl(model) ? `Training the control “${modelNames[model]}”` : 'Training the specialist',
  evaluation: ({ model }) => `Testing: ${modelNames[model ?? 'base'].toLowerCase()}`,
};

const nouns: Record<Stage, string> = {
  recitation: 'passages',
  replay: 'general tasks',
  instructions: 'tasks written',
  responses: 'tasks answered',
  likelihoods: 'answers weighed',
  coverage: 'maps drawn',
  dataset: 'steps',
  training: 'steps',
  evaluation: 'answers and choices checked',
};

/** Progress of the present phase; training knows for itself how long it takes yet. */
export function describeProgress(state: RunState, secondsLeft: number | null = null): ProgressWords {
  const { phase, progress, round } = state;
  if (!phase) return { title: 'Getting ready', share: null, text: 'Loading the model' };
  const title = stageTitles[phase.stage](phase) + (round > 1 ? `, round ${round}` : '');
  if (phase.stage === 'training') return { title, ...describeTraining(trainingOf(state)) };
  if (!progress || progress.total === 0) return { title, share: null, text: 'Starting' };
  const { done, total } = progress;
  return {
    title,
    share: done / total,
    text: `${done} of ${total} ${nouns[phase.stage]}${untilDone(secondsLeft)}${atSpeed(progress.writing)}`,
  };
}

function describeTraining(training: Training | undefined): Omit<ProgressWords, 'title'> {
  const step = training?.steps.at(-1)?.step ?? 0;
  if (!training || step === 0) return { share: null, text: 'Deriving the gradient of the model' };
  const text = `Step ${step} of ${training.totalSteps}${untilDone(trainingSecondsLeft(training))}`;
  return { share: step / training.totalSteps, text };
}

/** Rows that wait for slower ones take no token; the share of those that do is what batches are judged by. */
const atSpeed = (writing: CallProgress | undefined): string =>
  writing && writing.seconds > 0
    ? `; ${Math.round(writing.tokens / writing.seconds)} tokens a second, ${Math.round(100 * writing.busyRows)} % of the batch at work`
    : '';

const untilDone = (seconds: number | null): string => (seconds === null ? '' : `, ${inWords(seconds)} left`);

/** The training that is going on, or that ended last. */
export function trainingOf(state: RunState): Training | undefined {
  const { phase, trainings } = state;
  const control = controlTraining(state)?.training;
  const isGoing = phase?.stage === 'training' && isControl(phase.model);
  return isGoing ? control : (trainings.specialized ?? control);
}

/** The training of a control that is going on, or that went on last. */
export function controlTraining({
  phase,
  trainings,
}: RunState): { readonly name: ControlName; readonly training: Training } | undefined {
  const present = phase?.stage === 'training' && isControl(phase.model) ? phase.model : undefined;
  const trained = (Object.keys(trainings) as AdapterName[]).filter(isControl);
  const name = present ?? trained.at(-1);
  const training = name && trainings[name];
  return name && training && { name, training };
}

/** Whether this is one of the adapters that the specialist is compared with. */
export const isControl = (model: EvaluatedModel | undefined): model is ControlName =>
  model !== undefined && model !== 'base' && model !== 'specialized';

/** That training goes on with fewer rows at a time, in words; null where it had memory enough. */
export function describeShortage(training: Training | undefined): string | null {
  if (!training?.shortage) return null;
  const { step, rows, isPacked } = training.shortage;
  const [one, several] = isPacked ? ['line of tasks', 'lines of tasks'] : ['task', 'tasks'];
  const batch = rows === 1 ? `one ${one}` : `${rows} ${several}`;
  return `The memory ran short ${step === 0 ? 'at the first step' : `after step ${step}`}. Nothing is lost: training goes on with less, ${batch} at a time, which is slower and comes to the same result.`;
}

/** From the pace of the last steps; null before there is one. */
export function trainingSecondsLeft({ steps, totalSteps }: Training): number | null {
  const recent = steps.slice(-20);
  const last = recent.at(-1);
  if (!last || recent.length < 2) return null;
  const pace = recent.reduce((sum, { seconds }) => sum + seconds, 0) / recent.length;
  return pace * (totalSteps - last.step);
}

/** Mean over the last 20 steps. */
export function tokensPerSecond({ steps }: Training): number | null {
  const recent = steps.slice(-21);
  const [first, last] = [recent[0], recent.at(-1)];
  const seconds = recent.slice(1).reduce((sum, step) => sum + step.seconds, 0);
  return first && last && seconds > 0 ? (last.tokens - first.tokens) / seconds : null;
}

/** "a few seconds", "about 40 s", "about 6 min". */
export function inWords(seconds: number): string {
  if (seconds < 10) return 'a few seconds';
  if (seconds < 90) return `about ${Math.round(seconds / 10) * 10} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `about ${minutes} min` : `about ${Math.round(minutes / 60)} h`;
}
