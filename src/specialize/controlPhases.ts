import type { ControlName } from './controlNames.ts';
import { controls } from './controls.ts';
import type { Dataset } from './dataset.ts';
import type { AnswerEvent, GenerationEvent, Phase } from './events.ts';
import { generateResponses } from './generateResponses.ts';
import type { GenerationContext } from './generation.ts';
import { replayCount } from './replay.ts';
import { type Events, generationContext, once, type Run } from './run.ts';
import { trainAdapter } from './trainPhase.ts';
import { unweighed, weighAnswers, weighsAnswers } from './weighAnswers.ts';

/** Has those controls answer tasks that do so in their own way, while the base model is at hand. */
export async function* answerControls<A, T>(run: Run<A, T>): Events<A, T> {
  for (const control of run.settings.controls) if (controls[control].answers) yield* answerOne(run, control);
}

async function* answerOne<A, T>(run: Run<A, T>, control: ControlName): Events<A, T> {
  const { tasks, settings } = controls[control].answers!(run.state.tasks, run.settings);
  const phase: Phase = { stage: 'responses', round: 1, model: control };
  const own = (): GenerationContext => ({
    ...generationContext(run),
    settings,
    tasks: () => run.state.controls[control] ?? tasks,
  });
  yield* once(run, phase, tasks.length, async function* (): Events<A, T> {
    if (!run.state.controls[control]) yield { type: 'controlStarted', control, tasks };
    for await (const event of generateResponses(own(), run.model, phase))
      yield isAnswer(event) ? { type: 'controlAnswer', control, event } : event;
  });
  if (!weighsAnswers(settings)) return;
  const weighing: Phase = { stage: 'likelihoods', round: 1, model: control };
  yield* once(run, weighing, unweighed(own().tasks()).length, async function* (): Events<A, T> {
    for await (const event of weighAnswers(own(), run.model, weighing))
      yield isAnswer(event) ? { type: 'controlAnswer', control, event } : event;
  });
}

const answerTypes: readonly GenerationEvent['type'][] = [
  'taskAnswered',
  'taskKept',
  'taskScored',
  'taskRejected',
];
const isAnswer = (event: GenerationEvent): event is AnswerEvent => answerTypes.includes(event.type);

/** Trains the controls' adapters on what the run's dataset becomes without what each leaves out. */
export async function* trainControls<A, T>(run: Run<A, T>): Events<A, T> {
  for (const control of run.settings.controls)
    yield* trainAdapter(run, control, 1, () => datasetOf(run, control));
}

function datasetOf<A, T>(run: Run<A, T>, control: ControlName): Dataset {
  const { tasks, controls: answered, dataset } = run.state;
  const replayed = run.state.replayed.slice(0, replayCount(run.settings));
  return controls[control].rows({
    context: generationContext(run),
    dataset: dataset!,
    tasks: answered[control] ?? tasks,
    replayed,
  });
}
